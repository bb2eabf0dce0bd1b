"""A part of a path that exists as it is written is no pattern; everything else is as the library has it."""

from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest

from indexer.errors import InputError
from indexer.storage.files import expand

FILES = ("a/x.bin", "a/y.bin", "b/x.bin", "a/deep/er/x.bin", "[v1] d/x.bin", "[v1] d/y.bin", "[v1] d/*/z.bin")
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
    "path", ["*", "*/*", "a/*", "?/x.bin", "**/*.bin", "a/**", "*/**/x.bin", "[!a]/*", "a/*/*/*"]
)
def test_other_patterns_are_the_librarys(folder: Path, path: str) -> None:
    wanted = sorted(glob.glob(path, root_dir=folder, recursive=True))  # noqa: PTH207
    assert [name.rstrip(os.sep) for name in expand(path, base=folder)] == [
        name.rstrip(os.sep) for name in wanted
    ]


def test_a_pattern_that_matches_nothing(folder: Path) -> None:
    with pytest.raises(InputError, match=r"\[v1\] d/\*\.npy: matches no file"):
        expand("[v1] d/*.npy", base=folder)
