"""Building the phrase table: links from text to shorter text, and the hash table of first bytes."""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.compile import kernel
from indexer.matching.kernels.text_search import NO_ENTRY, first_bytes, hash_of


@kernel
def link_prefixes(text, offsets, first, stop, prefix):
    """For each of the sorted texts [first, stop) find the longest other one that begins it.

    The texts that begin the one before are the only ones that can: they are tried from the longest on.
    """
    for entry in range(first, stop):
        candidate = np.int64(entry - 1) if entry > first else np.int64(NO_ENTRY)
        start, length = offsets[entry], offsets[entry + 1] - offsets[entry]
        common = np.int64(0)
        if candidate != NO_ENTRY:
            other = offsets[candidate]
            while (
                other + common < offsets[candidate + 1]
                and common < length
                and text[other + common] == text[start + common]
            ):
                common += 1
        while candidate != NO_ENTRY and offsets[candidate + 1] - offsets[candidate] > common:
            candidate = np.int64(prefix[candidate])
        prefix[entry] = candidate


@kernel
def count_chains(prefix, n_phrases, on_chain):
    """For each text count the phrases of all texts on its chain; prefixes come before what they begin."""
    for entry in range(prefix.shape[0]):
        on_chain[entry] = n_phrases[entry]
        if prefix[entry] != NO_ENTRY:
            on_chain[entry] += on_chain[prefix[entry]]


@kernel
def enter_first_bytes(
    text, offsets, first, stop, width, slot_key, slot_first, slot_stop, filter_bits, filter_shift
):
    """Enter the first bytes of the sorted texts [first, stop) into their class's table and the filter."""
    size = slot_key.shape[0]
    begin = first
    while begin < stop:
        key = first_bytes(text, offsets[begin], width)
        end = begin + 1
        while end < stop and first_bytes(text, offsets[end], width) == key:
            end += 1
        hashed = hash_of(key, width)
        at = np.int64(hashed >> np.uint64(20)) & (size - 1)
        while slot_stop[at] != 0:
            at = (at + 1) & (size - 1)
        slot_key[at] = key
        slot_first[at] = begin
        slot_stop[at] = end
        bit = hashed >> filter_shift
        filter_bits[np.int64(bit >> np.uint64(6))] |= np.uint64(1) << (bit & np.uint64(63))
        begin = end
