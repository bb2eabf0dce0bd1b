"""The bytes on either side of a split point, and whether they stand around the split point of some phrase."""

from __future__ import annotations

import numpy as np

from indexer.jit.bit_counting import lowest_bit
from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.units import TokenIds, Uint64Array

_ONE = np.uint64(1)
_LOW = np.uint64(63)


@leaf
def bytes_before(last_bytes: Uint64Array, ids: TokenIds, start: int, at: int) -> np.uint64:
    """Return the eight bytes that end before a token, the last one highest, as far as whole tokens go.

    Three tokens are read in any case, with no branch: in most places they hold the eight bytes.
    """
    last = last_bytes.shape[0] - 1
    value, known = np.uint64(0), np.uint64(0)
    is_open = True
    for _ in range(3):
        at -= 1
        token = min(int64(ids[max(at, start)]), last)
        n = last_bytes[token, 1] if at >= start and is_open else np.uint64(0)
        is_open = bool(n != 0 and known + n < 8)
        value |= last_bytes[token, 0] >> (np.uint64(8) * known) if n != 0 else np.uint64(0)
        known += n
    while is_open and at > start:
        at -= 1
        token = min(int64(ids[at]), last)
        n = last_bytes[token, 1]
        value |= last_bytes[token, 0] >> (np.uint64(8) * known)
        known += n
        is_open = n != 0 and known < 8
    return value


@leaf
def bytes_from(first_bytes: Uint64Array, ids: TokenIds, stop: int, at: int) -> np.uint64:
    """Return the eight bytes that begin with a token, the first one lowest, as far as whole tokens go."""
    last = first_bytes.shape[0] - 1
    value, known = np.uint64(0), np.uint64(0)
    is_open = True
    for _ in range(3):
        token = min(int64(ids[min(at, stop - 1)]), last)
        n = first_bytes[token, 1] if at < stop and is_open else np.uint64(0)
        is_open = bool(n != 0 and known + n < 8)
        value |= first_bytes[token, 0] << (np.uint64(8) * known) if n != 0 else np.uint64(0)
        known += n
        at += 1
    while is_open and at < stop:
        token = min(int64(ids[at]), last)
        n = first_bytes[token, 1]
        value |= first_bytes[token, 0] << (np.uint64(8) * known)
        known += n
        is_open = n != 0 and known < 8
        at += 1
    return value


@leaf
def split_bit(
    split_bits: Uint64Array, before: np.uint64, behind: np.uint64, kind: np.uint64
) -> tuple[int, np.uint64]:
    """Return the word and the two bits of the bytes around a split point, as far as its class takes them."""
    n_left_out = np.uint64(64) - (np.uint64(8) << (kind >> np.uint64(3)))
    n_right_out = np.uint64(56) - (kind & np.uint64(7)) * np.uint64(8)
    mixed = ((before >> n_left_out) + kind) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(31)
    mixed = (mixed + ((behind << n_right_out) >> n_right_out)) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    word = int64(mixed >> np.uint64(32)) & (split_bits.shape[0] - 1)
    bits = (_ONE << (mixed & _LOW)) | (_ONE << ((mixed >> np.uint64(6)) & _LOW))
    return word, bits


@leaf
def is_split(split_bits: Uint64Array, kinds: np.uint64, before: np.uint64, behind: np.uint64) -> bool:
    """Return whether bytes stand around the split point of a phrase of one of these classes."""
    while kinds != 0:
        word, bits = split_bit(split_bits, before, behind, lowest_bit(kinds))
        if split_bits[word] & bits == bits:
            return True
        kinds &= kinds - _ONE
    return False
