"""Builds the filter in front of the automaton: for one pattern set, one id width, a sample of the corpus."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.anchor_choice import Choice, choose_anchors, kinds_of_pairs
from indexer.matching.ids.kernels.anchor_table import fill_slots, number_slots
from indexer.matching.ids.kernels.keys import PAIRS
from indexer.matching.ids.kernels.pair_bitmap import count_passing
from indexer.matching.ids.kernels.prefilter import IdPrefilter
from indexer.matching.ids.keys import count_ids, set_of_keys
from indexer.matching.kernels.pair_bitmap import PairBitmap
from indexer.matching.matcher import SAMPLE_TOKENS
from indexer.patterns import IdPatterns, select
from indexer.units import Int32Array, Int64Array, TokenIds, Uint64Array

_TRIAL_TOKENS = 1 << 18
_TRIALS = 32
_ID_COST, _ID_COST_OF_MANY = 0.1, 0.02
"""What an id that is a key costs, in occurrences of anchors with patterns of one kind; those of many patterns
have more. At a million patterns 0.1 takes up to 1.08 times as long as 0.02; at 134,000 0.02 is 1 % slower."""
_MANY = 1 << 18


def build_prefilter(patterns: IdPatterns, sample: TokenIds) -> IdPrefilter:
    """Return the filter of patterns for streams like `sample`.

    Parameters
    ----------
    patterns : IdPatterns
        What is looked for.
    sample : array of uint16 or uint32
        Any part of the corpus, from nothing to a few million ids: it decides speed, never what is found.
        Its type is that of the stream.
    """
    width = 8 * sample.dtype.itemsize
    patterns = _possible(patterns, width)
    ids, offsets = patterns.ids, patterns.offsets
    sample = sample[:SAMPLE_TOKENS]
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        anchor, key = _anchors(ids, offsets, sample)
        anchored = anchor[anchor >= 0]
        pairs = np.unique(
            ids[anchored].astype(np.uint64) | (ids[anchored + 1].astype(np.uint64) << np.uint64(width))
        )
        n_buckets = 1 << max(4, (len(pairs) * 5 // 8).bit_length())
        tags, around = np.zeros(n_buckets, np.uint64), np.zeros(4 * n_buckets, np.uint64)
        n_words = number_slots(ids, offsets, anchor, width, tags, around)
        contexts = np.zeros(n_words, np.uint64)
        longest_before, longest_after = fill_slots(ids, offsets, anchor, width, tags, around, contexts)
        alone = ids[offsets[:-1][np.diff(offsets) == 1]]
        keys = set_of_keys(np.concatenate([ids[key[key >= 0]], alone]), sample)
        bits = _bitmap_bits(len(pairs), with_keys=keys.way != PAIRS)
        bitmap = _best_bitmap(pairs, bits, sample)
    return IdPrefilter(
        bitmap=bitmap,
        tags=tags,
        around=around,
        contexts=contexts,
        tokens=_token_bits(alone),
        longest_before=int64(longest_before),
        longest_after=int64(longest_after),
        keys=keys,
    )


def _bitmap_bits(n_anchors: int, *, with_keys: bool) -> int:
    """Return the bits of the bitmap of pairs, as a power of two: 128 an anchor up to 256 KB, 64 up to 512 KB.

    Larger ones cost as much in cache misses as they save in false hits. Where only some ids reach it, 64 an
    anchor are enough; 32 made 10,000 gapped patterns 5 % slower.
    """
    doublings = n_anchors.bit_length()
    if with_keys:
        return min(21, max(18, doublings + 6))
    return min(22, max(18, min(21, doublings + 7), doublings + 6))


def _possible(patterns: IdPatterns, width: int) -> IdPatterns:
    """Leave out patterns with ids that a stream of this width cannot hold."""
    too_wide = patterns.ids.astype(np.uint64) >> np.uint64(width) != 0
    if not too_wide.any():
        return patterns
    return select(patterns, np.add.reduceat(too_wide, patterns.offsets[:-1]) == 0)


def _anchors(ids: TokenIds, offsets: Int64Array, sample: TokenIds) -> tuple[Int64Array, Int64Array]:
    """Return where in the pattern ids the anchor of each pattern stands, and the key of that; -1 for none."""
    pairs, number = _numbered(_pairs_of(ids))
    kinds = np.zeros(len(ids), np.int64)
    kinds_of_pairs(offsets, kinds)
    kinds |= np.left_shift(number, 6, dtype=np.int64)
    of_kinds, kind_number = _numbered(kinds)
    del kinds
    in_sample, n_in_sample = np.unique(_pairs_of(sample)[:-1], return_counts=True)
    place = np.minimum(np.searchsorted(in_sample, pairs), max(0, len(in_sample) - 1))
    counts = np.zeros(len(pairs), np.int32)
    if len(in_sample):
        counts = np.where(in_sample[place] == pairs, n_in_sample[place], 0).astype(np.int32)
    id_cost = _ID_COST if len(offsets) <= _MANY else _ID_COST_OF_MANY
    choice = Choice(
        pair=number,
        kind=kind_number,
        pair_counts=counts,
        pair_users=np.zeros(len(pairs), np.int32),
        kind_users=np.zeros(len(of_kinds), np.int32),
        id_costs=(id_cost * (count_ids(sample) + 0.5)).astype(np.float64),
        id_users=np.zeros(1 << 16, np.int32),
    )
    anchor, key = np.empty(len(offsets) - 1, np.int64), np.empty(len(offsets) - 1, np.int64)
    choose_anchors(choice, ids, offsets, anchor, key)
    return anchor, key


Key = TypeVar("Key", np.int64, np.uint64)


def _numbered(values: NDArray[Key]) -> tuple[NDArray[Key], Int32Array]:
    """Return `np.unique` of values and the number of each, with half of the memory; the values are sorted."""
    order = np.argsort(values)
    values[:] = values[order]
    is_first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_first[1:])
    ranks = np.cumsum(is_first, dtype=np.int32)
    ranks -= 1
    numbers = np.empty(len(values), np.int32)
    numbers[order] = ranks
    del order, ranks
    return values[is_first], numbers


def _pairs_of(ids: TokenIds) -> Uint64Array:
    """Return each id with the next one as one number; the last one stands alone."""
    pairs = ids.astype(np.uint64)
    pairs[:-1] |= ids[1:].astype(np.uint64) << np.uint64(32)
    return pairs


def _best_bitmap(pairs: Uint64Array, bits: int, sample: TokenIds) -> PairBitmap:
    """Return the bitmap, of a few random hashes, that lets least of the sample through."""
    shift = np.uint64(64 - (bits - 6))
    tried: list[tuple[int, PairBitmap]] = []
    for multiplier in np.random.default_rng(1).integers(1 << 63, 1 << 64, _TRIALS, np.uint64) | np.uint64(1):
        words = np.zeros(1 << (bits - 6), np.uint64)
        np.bitwise_or.at(
            words, ((pairs * multiplier) >> shift).astype(np.int64), np.uint64(1) << (pairs & np.uint64(63))
        )
        bitmap = PairBitmap(words, multiplier, shift)
        tried.append((count_passing(bitmap, sample[:_TRIAL_TOKENS]), bitmap))
    return min(tried, key=lambda entry: entry[0])[1]


def _token_bits(ids: TokenIds) -> Uint64Array:
    """Return the set of the ids modulo 65,536; an empty array for none."""
    if not len(ids):
        return np.zeros(0, np.uint64)
    bits = np.zeros(1 << 16, np.bool_)
    bits[ids & 0xFFFF] = True
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)
