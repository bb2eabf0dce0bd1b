"""Digits read eight at a time are the number that Python reads."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.kernels.eight_digits import read_digits
from indexer.jit.compile import kernel
from indexer.jit.eight_bytes import load_eight


@kernel
def read_at(data, at):
    return read_digits(data, at)


@kernel
def load_at(data, at):
    return load_eight(data, at)


@pytest.mark.filterwarnings("ignore:overflow encountered")
@given(
    before=st.binary(max_size=9),
    number=st.one_of(st.integers(0, 10**9).map(str), st.from_regex("[0-9]{0,9}", fullmatch=True)),
    behind=st.one_of(st.sampled_from([b",", b", 1", b"]", b"\n"]), st.binary(min_size=1, max_size=9)),
)
def test_numbers_of_every_length_before_any_byte(before, number, behind):
    text = number.encode() + behind
    digits = re.match(rb"[0-9]*", text)[0]
    data = np.frombuffer(before + text + bytes(8), np.uint8)
    value, n_digits = read_at(data, len(before))
    assert int(n_digits) == min(8, len(digits))
    assert int(value) == int(digits[:8] or b"0")
    eight = data[len(before) : len(before) + 8].tobytes()
    assert int(load_at(data, len(before))) == int.from_bytes(eight, "little")
