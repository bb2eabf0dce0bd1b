"""Building the phrase table: links from text to shorter text, and the hash table of first bytes."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.text.kernels.candidates import hash_first_bytes
from indexer.matching.text.kernels.search import NO_ENTRY
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array


@uncounted
def link_prefixes(text: Uint8Array, offsets: Int64Array, first: int, stop: int, prefix: Int32Array) -> None:
    """For each of the sorted texts [first, stop) find the longest other one that begins it.

    The texts that begin the one before are the only ones that can: they are tried from the longest on.
    """
    for entry in range(first, stop):
        candidate = int64(entry - 1) if entry > first else int64(NO_ENTRY)
        start, length = offsets[entry], offsets[entry + 1] - offsets[entry]
        common = int64(0)
        if candidate != NO_ENTRY:
            other = offsets[candidate]
            while (
                other + common < offsets[candidate + 1]
                and common < length
                and text[other + common] == text[start + common]
            ):
                common += 1
        while candidate != NO_ENTRY and offsets[candidate + 1] - offsets[candidate] > common:
            candidate = int64(prefix[candidate])
        prefix[entry] = candidate


@uncounted
def count_chains(prefix: Int32Array, n_phrases: Int64Array, on_chain: Int64Array) -> None:
    """For each text count the phrases of all texts on its chain; prefixes come before what they begin."""
    for entry in range(prefix.shape[0]):
        on_chain[entry] = n_phrases[entry]
        if prefix[entry] != NO_ENTRY:
            on_chain[entry] += on_chain[prefix[entry]]


@leaf
def same_first_bytes(text: Uint8Array, a: int, b: int, width: int) -> bool:
    """Return whether two texts begin with the same bytes."""
    k = 0
    while k < width and text[a + k] == text[b + k]:
        k += 1
    return k == width


@uncounted
def enter_first_bytes(
    text: Uint8Array,
    offsets: Int64Array,
    first: int,
    stop: int,
    width_class: int,
    slots: Uint64Array,
    filter_bits: Uint64Array,
    filter_shift: np.uint64,
) -> None:
    """Enter the first bytes of the sorted texts [first, stop) into their class's table and the filter."""
    size = slots.shape[0]
    begin = first
    while begin < stop:
        end = begin + 1
        while end < stop and same_first_bytes(text, offsets[begin], offsets[end], 1 << width_class):
            end += 1
        hashed = hash_first_bytes(text, offsets[begin], width_class)
        slot = int64(hashed & np.uint64(size - 1))
        while slots[slot, 1] != 0:
            slot = (slot + 1) & (size - 1)
        slots[slot, 0] = hashed
        slots[slot, 1] = (np.uint64(begin) << np.uint64(32)) | np.uint64(end)
        bit = hashed >> filter_shift
        filter_bits[bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
        begin = end
