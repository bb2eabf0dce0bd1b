"""What is not at hand: AVX2 without AVX-512, ARM, a newer Numba. The same search finds the same there."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys

import llvmlite
import numpy as np
import pytest

from tests.reference import ReferenceMatcher
from tests.support.other_processors import drawn_rows, patterns_drawn

pytestmark = [
    pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="compiles from one processor for others"),
]
AVX2 = "+cx16,+sse4.2,+popcnt,+avx,+avx2,+bmi,+bmi2,+fma,+lzcnt"
NEWER_NUMBA = """
import runpy, sys
import numba
numba.version_info = numba.version_info._replace(minor=999)
sys.modules["indexer.jit.into_callers"] = None
sys.argv.append("native")
runpy.run_module("tests.support.other_processors", run_name="__main__")
"""
CROSS_COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"


def compiled_for(name: str, features: str, *words: str) -> str:
    """Return what the search prints, in a process of its own whose kernels know these features alone."""
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": name,
        "NUMBA_CPU_FEATURES": features,
        "EXPOSURE_KERNEL_CACHE": "0",
    }
    command = [sys.executable, "-m", "tests.support.other_processors", *words]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def expected() -> list[tuple[int, int]]:
    """Return where something ends, by a matcher that shares nothing with the kernels: row and end."""
    ids, starts, stops = drawn_rows()
    patterns = patterns_drawn(ids)
    found = ReferenceMatcher(patterns, None, boundary="none", possessive="include").find(ids, starts, stops)
    ends = found.token_offset + found.n_tokens
    return sorted(zip(found.row.tolist(), ends.tolist(), strict=True))


def ends_of(printed: str) -> list[tuple[int, int]]:
    hits = np.array([line.split() for line in printed.splitlines()], np.int64)
    return sorted(map(tuple, hits[:, 1:].tolist()))


def test_avx2_alone_finds_the_same(expected):
    assert len(expected) > 10_000
    assert ends_of(compiled_for("haswell", AVX2, "native")) == expected


@pytest.mark.slow
def test_a_newer_numba_is_asked_for_nothing_private_and_finds_the_same(expected):
    environment = {**os.environ, "EXPOSURE_KERNEL_CACHE": "0"}
    printed = subprocess.run(
        [sys.executable, "-c", NEWER_NUMBA], env=environment, check=True, capture_output=True, text=True
    ).stdout
    assert ends_of(printed) == expected


@pytest.fixture(scope="module")
def for_arm(tmp_path_factory):
    if tuple(map(int, llvmlite.__version__.split(".")[:2])) < (0, 45):
        pytest.skip("this llvmlite cannot leave out what is not called")
    folder = tmp_path_factory.mktemp("aarch64")
    compiled_for("generic", "", "aarch64", str(folder))
    return folder


def test_arm_has_vectors_and_calls_nothing_beside_the_kernels(for_arm):
    code = (for_arm / "search.s").read_text()
    defined = set(re.findall(r"^([\w.$]+):", code, re.MULTILINE))
    called = set(re.findall(r"\bbl\s+([\w.$]+)", code))
    assert called - defined <= {"memset", "memcpy"}
    # The places of eight ids are loaded, counted from their block and stored as one vector.
    assert re.search(r"\badd\s+v\d+\.8h,", code)


@pytest.mark.skipif(
    not (shutil.which(CROSS_COMPILER) and shutil.which(EMULATOR)),
    reason=f"needs {CROSS_COMPILER} and {EMULATOR}",
)
def test_arm_finds_the_same_under_emulation(for_arm, expected):
    program = for_arm / "search"
    subprocess.run(
        [CROSS_COMPILER, "-static", "-o", program, for_arm / "main.c", for_arm / "search.s"], check=True
    )
    command = [EMULATOR, program, for_arm / "arrays.bin"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert ends_of(printed) == expected
