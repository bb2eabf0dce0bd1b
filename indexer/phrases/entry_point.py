"""Loads a function of the user's own: ``file.py:function``."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError
from indexer.storage.opening import status_of


def load_function(spelled: str, base: Path, key: str) -> Callable[..., Any]:
    """Load a function from a Python file; the file is run, as the user asks for by naming it.

    Parameters
    ----------
    spelled : str
        ``file.py:function``, the file relative to `base`.
    base : Path
        Folder relative paths start from.
    key : str
        The key of ``[phrases]`` that names it, for messages.

    Raises
    ------
    ConfigError
        There is no such file or function, or the file does not run.
    """
    file, _, name = spelled.rpartition(":")
    path = base / Path(file).expanduser()
    if not file.endswith(".py") or not name.isidentifier():
        raise ConfigError(
            f"{spelled!r} names no function", path=f"[phrases] {key}", expected="file.py:function"
        )
    status_of(path, shown=file, error=ConfigError, fix=f"[phrases] {key} names it")
    spec = importlib.util.spec_from_file_location(f"exposure_own_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ConfigError("is not Python", path=file)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the user's file raises is the user's to mend
        raise ConfigError(f"does not run: {type(error).__name__}: {error}", path=file) from error
    function = getattr(module, name, None)
    if not callable(function):
        names = [each for each in vars(module) if callable(vars(module)[each]) and not each.startswith("_")]
        raise ConfigError(f"has no function {name!r}", path=file, expected=" or ".join(names) or "one")
    return function  # type: ignore[no-any-return]
