"""Where compiled kernels are kept, and what names the directory.

Numba looks only at the date and size of the file a function stands in. A change in a function it calls, or in
a constant it read from another module, goes unseen, and packages are unpacked with the same dates in every
version. Therefore the directory is named after the content of every file that a kernel can take anything
from: the files of all kernels, and whatever of this package they import, and so on. The versions that compile
them and the processor belong to the name too: constants such as the width of a register are chosen by it.

``EXPOSURE_KERNEL_CACHE=0`` keeps nothing, another value names the directory. Numba writes beside and renames,
so processes may share one; ``docs/matching.md`` says how that was tried.
"""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import llvmlite
import numba
import numpy as np
from numba.core.registry import cpu_target

PACKAGE = Path(__file__).parents[1]

_STATEMENT = re.compile(
    r"^[ \t]*(from\b[^\n(]*\bimport\b[ \t]*\([^)]*\)|(?:from|import)\b[^\n]*)", re.MULTILINE
)
_WORD = re.compile(r"\bimport\b")


def kernel_files(package: Path = PACKAGE) -> list[Path]:
    """Return the files of all kernels: those in a folder of that name."""
    return sorted(package.rglob("kernels/*.py"))


def imported_files(files: Iterable[Path], package: Path = PACKAGE) -> list[Path]:
    """Return some files of a package and all files of it that they import, directly or not."""
    seen: set[Path] = set()
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(_direct_imports(path, package))
    return sorted(seen)


def _direct_imports(path: Path, package: Path) -> Iterator[Path]:
    for node in _import_nodes(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # A name that is imported may be a module of the folder.
            folder = _folder_of(node, path, package)
            names = [folder, *([*folder, alias.name] for alias in node.names)]
        else:
            continue
        for name in names:
            if name and name[0] == package.name:
                yield from _files_of(name[1:], package)


def _import_nodes(source: str) -> Iterable[ast.AST]:
    """Return nodes of a module among which are all its imports.

    Every process with kernels asks for them, and to parse whole files took a tenth of a second. Where the
    word stands in lines that begin as imports and nowhere else, these are parsed alone. Text that looks like
    one does no harm: what it names is a file of the package, or is not hashed.
    """
    statements = _STATEMENT.findall(source)
    if sum(len(_WORD.findall(one)) for one in statements) == len(_WORD.findall(source)):
        with suppress(SyntaxError):
            return ast.parse("\n".join(statements)).body
    return ast.walk(ast.parse(source))


def _folder_of(node: ast.ImportFrom, path: Path, package: Path) -> list[str]:
    """Return the parts of the dotted name that an import takes names from."""
    named = node.module.split(".") if node.module else []
    if node.level == 0:
        return named
    parents = [package.name, *path.relative_to(package).parts[:-1]]
    return [*parents[: len(parents) - node.level + 1], *named]


def _files_of(name: list[str], package: Path) -> Iterator[Path]:
    """Yield the file of a module, or of a folder; none if the name is neither."""
    module = package.joinpath(*name)
    return (path for path in (module / "__init__.py", module.with_suffix(".py")) if path.is_file())


def cache_key(package: Path = PACKAGE) -> str:
    """Return a hash of all that decides what a compiled kernel does."""
    content = hashlib.sha256()
    versions = (sys.version, platform.machine(), numba.__version__, llvmlite.__version__, np.__version__)
    processor = cpu_target.target_context.codegen().magic_tuple()
    settings = (numba.config.OPT, numba.config.BOUNDSCHECK)  # type: ignore[attr-defined]
    content.update(repr((versions, processor, settings)).encode())
    for path in imported_files(kernel_files(package), package):
        # Names and lengths stand beside the contents, so that no two packages are written alike.
        source = path.read_bytes()
        content.update(f"\n{path.relative_to(package).as_posix()} {len(source)}\n".encode() + source)
    return content.hexdigest()[:16]


def cache_directory() -> Path | None:
    """Return where compiled kernels are kept; None if nowhere."""
    asked = os.environ.get("EXPOSURE_KERNEL_CACHE", "")
    if asked == "0" or os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return None
    base = Path(asked) if asked else _user_cache() / "exposure-indexer"
    directory = base / f"kernels-{cache_key()}"
    with suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True)
        if os.access(directory, os.W_OK):
            return directory
    return None


def _user_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home) if home else Path.home() / ".cache"
