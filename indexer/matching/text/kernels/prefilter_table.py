"""Filling the tables of the prefilter: bits of id pairs, tagged pairs of spellings, bytes around splits."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import uncounted
from indexer.jit.numbers import int64
from indexer.matching.kernels.fingerprint_table import enter_pair
from indexer.matching.kernels.pair_bitmap import PairBitmap
from indexer.matching.text.kernels.pair_records import BESIDE, INFO, PAIR, join_known, split_class
from indexer.matching.text.kernels.split_context import split_bit
from indexer.matching.text.kernels.splits import Splits
from indexer.matching.text.kernels.tries import Spellings
from indexer.units import Uint64Array

_ONE = np.uint64(1)
_LOW = np.uint64(63)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@uncounted
def enter_bits(pairs: Uint64Array, spellings: Spellings, width: np.uint64, bitmap: PairBitmap) -> None:
    """Set the bits of all pairs of ids that spell a pair of the table.

    `width` is the number of bits of an id in the stream; ids that need more are left out.
    """
    ids, ids_offsets = spellings.ids, spellings.ids_offsets
    for slot in range(pairs.shape[0]):
        key = pairs[slot, PAIR]
        if key == 0:
            continue
        left, right = int64(key >> _HALF), int64(key & _LOW_HALF)
        for i in range(ids_offsets[left], ids_offsets[left + 1]):
            for j in range(ids_offsets[right], ids_offsets[right + 1]):
                a, b = np.uint64(ids[i]), np.uint64(ids[j])
                if (a | b) >> width != 0:
                    continue
                pair = a | (b << width)
                word = (pair * bitmap.multiplier) >> bitmap.shift
                bitmap.words[word] |= (_ONE << (pair & _LOW)) | (_ONE << (b & _LOW))


@uncounted
def enter_splits(splits: Splits, split_bits: Uint64Array) -> None:
    """Enter the bytes around the split points of the phrases."""
    text, offsets = splits.text, splits.offsets
    for number in range(splits.place.shape[0]):
        phrase, split = splits.phrase[number], splits.place[number]
        start, stop = offsets[phrase], offsets[phrase + 1]
        before, behind = np.uint64(0), np.uint64(0)
        for k in range(min(split - start, 8)):
            before |= np.uint64(text[split - 1 - k]) << np.uint64(56 - 8 * k)
        for k in range(min(stop - split, 8)):
            behind |= np.uint64(text[split + k]) << np.uint64(8 * k)
        word, bits = split_bit(split_bits, before, behind, split_class(split - start, stop - split))
        split_bits[word] |= bits


@uncounted
def enter_tags(built: Uint64Array, tags: Uint64Array, known: Uint64Array) -> None:
    """Move the pairs of a table into one with tags. Pairs that share a slot join what is known of them."""
    for k in range(built.shape[0]):
        if built[k, PAIR] != 0:
            slot = enter_pair(tags, built[k, PAIR])
            known[slot, 0] = join_known(known[slot, 0], built[k, INFO])
            known[slot, 1] |= built[k, BESIDE]
