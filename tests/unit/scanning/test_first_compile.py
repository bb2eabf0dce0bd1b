"""Kernels compiled beside the planning are those that a scan needs, and are compiled once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from indexer.matching.text.full_search import fill_stream, search_ranges, slide_stream
from indexer.matching.text.matcher import TextMatcher
from indexer.scanning import first_compile
from tests.support.tokenizer_families import FAMILIES, tokenizer_named

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(first_compile, "CACHE", tmp_path)
    parts = {name: lambda name=name: done.append(name) for name in ("a", "b")}
    monkeypatch.setattr(first_compile, "_PARTS", parts)
    return done


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_a_scan_compiles_nothing_else(dtype: type) -> None:
    kernels = (fill_stream, search_ranges, slide_stream)
    for part in first_compile.parts_of_text(np.dtype(dtype)):
        first_compile._PARTS[part]()
    before = [len(kernel.signatures) for kernel in kernels]
    tokenizer = tokenizer_named(FAMILIES[0])
    vocabulary = tokenizer.token_bytes()
    phrases = np.arange(1, dtype=np.int32)
    settings = {"case": "fold", "boundary": "word", "possessive": "include", "whitespace": "exact"}
    matcher = TextMatcher(["the cat"], phrases, vocabulary, **settings)
    (ids,) = tokenizer.encode_batch(["see the cat here"])
    block = np.array(ids, dtype), np.zeros(1, np.int64), np.array([len(ids)])
    assert matcher.find(*block).phrase.tolist() == [0]
    assert [len(kernel.signatures) for kernel in kernels] == before


def test_parts_are_compiled_once(done: list[str]) -> None:
    first_compile.compile_parts(["a", "b"])
    first_compile.compile_parts(["a", "b"])
    assert done == ["a", "b"]


def test_what_another_process_is_at_is_left_for_last(done: list[str], tmp_path: Path) -> None:
    """It is waited for; a process that died let go of its lock, and the part is compiled here."""
    with (tmp_path / "a.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        child = os.fork()
        if child == 0:  # holds the lock a moment longer, and compiles nothing
            code = "import time; time.sleep(1)"
            os.set_inheritable(lock.fileno(), True)
            os.execv(sys.executable, [sys.executable, "-c", code])
    first_compile.compile_parts(["a", "b"])
    os.waitpid(child, 0)
    assert done == ["b", "a"]


def test_a_folder_that_cannot_be_written_is_no_failure(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_compile, "CACHE", tmp_path / "gone")
    first_compile.compile_parts(["a", "b"])
    monkeypatch.setattr(first_compile, "CACHE", None)
    first_compile.compile_parts(["a", "b"])
    assert done == []


def test_no_process_is_left(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def started(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        begun.append(start([sys.executable, "-c", "import time; time.sleep(60)"]))
        return begun[-1]

    monkeypatch.setattr(first_compile.subprocess, "Popen", started)
    monkeypatch.setattr(first_compile, "n_cores", lambda: 2)
    with pytest.raises(KeyError), first_compile.compiling_beside(["a"]):
        raise KeyError
    assert begun[0].poll() is not None
    first_compile.compile_parts(["a"])
    with first_compile.compiling_beside(["a"]):
        assert len(begun) == 1
