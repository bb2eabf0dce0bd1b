"""A part of a path that exists as it is written is no pattern; everything else is as the library has it."""

from __future__ import annotations

import errno
import glob
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import InputError
from indexer.storage import globs
from indexer.storage.files import expand

FILES = (
    ".h/x.bin",
    "a/.x.bin",
    "a/x.bin",
    "a/y.bin",
    "b/x.bin",
    "a/deep/er/x.bin",
    "[v1] d/x.bin",
    "[v1] d/y.bin",
    "[v1] d/*/z.bin",
)
#   path                      what it stands for
CASES = {
    "a/x.bin": ["a/x.bin"],
    "a/*.bin": ["a/x.bin", "a/y.bin"],
    "*/x.bin": ["[v1] d/x.bin", "a/x.bin", "b/x.bin"],
    "[ab]/x.bin": ["a/x.bin", "b/x.bin"],
    "a/**/x.bin": ["a/deep/er/x.bin", "a/x.bin"],
    "[v1] d/x.bin": ["[v1] d/x.bin"],
    "[v1] d/*.bin": ["[v1] d/x.bin", "[v1] d/y.bin"],
    "[v1] d/[x].bin": ["[v1] d/x.bin"],
    "./[v1] d/?.bin": ["[v1] d/x.bin", "[v1] d/y.bin"],
    "[v1] d/**/z.bin": ["[v1] d/*/z.bin"],
    "[v1] d/*/z.bin": ["[v1] d/*/z.bin"],
    "a/nowhere.bin": ["a/nowhere.bin"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "a [b] c"
    for name in FILES:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).touch()
    return base


@pytest.mark.parametrize("path", CASES)
def test_what_a_path_stands_for(folder: Path, path: str) -> None:
    assert expand(path, base=folder) == CASES[path]
    assert expand(f"{folder}/{path}", base=Path()) == [f"{folder}/{name}" for name in CASES[path]]


@pytest.mark.parametrize(
    "path",
    [
        "*",
        "*/*",
        "a/*",
        "?/x.bin",
        "**/*.bin",
        "a/**",
        "*/**/x.bin",
        "[!a]/*",
        "a/*/*/*",
        "**",
        ".*/*",
        "a/.*",
    ],
)
def test_other_patterns_are_the_librarys(folder: Path, path: str) -> None:
    (folder / "b/link").symlink_to(folder / "a")
    (folder / "b/gone").symlink_to(folder / "nowhere")
    wanted = sorted(glob.glob(path, root_dir=folder, recursive=True))  # noqa: PTH207
    if "**" in path:  # shards at any depth: their folders are no shards
        wanted = [name for name in wanted if not (folder / name).is_dir()]
    assert expand(path, base=folder) == wanted


def test_a_pattern_that_matches_nothing(folder: Path) -> None:
    with pytest.raises(InputError, match=r"\[v1\] d/\*\.npy: matches no file"):
        expand("[v1] d/*.npy", base=folder)


@pytest.mark.parametrize("path", ["*/x.bin", "**/x.bin", "*/*"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch, path: str, number: int
) -> None:
    """Shards in it would be missing without a word."""
    honest = {"scandir": os.scandir, "lstat": Path.lstat}

    def refuse(name: str, path: Path) -> Any:
        if path in (folder / "b", folder / "b/x.bin"):
            raise OSError(number, os.strerror(number), str(path))
        return honest[name](path)

    monkeypatch.setattr(globs.os, "scandir", partial(refuse, "scandir"))
    monkeypatch.setattr(Path, "lstat", lambda path: refuse("lstat", path))
    with pytest.raises(OSError, match="b"):
        expand(path, base=folder)


def test_what_only_the_file_system_may_list_holds_no_shards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "lost+found").mkdir()
    honest = os.scandir

    def refuse(path: Path) -> Any:
        if path.name == "lost+found":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return honest(path)

    monkeypatch.setattr(globs.os, "scandir", refuse)
    assert expand("**/y.bin", base=folder) == ["[v1] d/y.bin", "a/y.bin"]
