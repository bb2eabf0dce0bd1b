"""In which stretches gapped patterns can stand: around anchor parts that have another part in reach.

The other part, the companion, is known by its suffix, its last id or its last two: where no such suffix
stands in reach nothing has to be searched. Anchor parts of one id are looked for here: as patterns of the
automaton each would be a window, though few have a companion.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from indexer.jit.compile import kernel, leaf
from indexer.jit.numbers import int64
from indexer.jit.prefetching import AHEAD, prefetch
from indexer.jit.simd import AT_ONCE
from indexer.matching.gapped.kernels.tables import SEPARATOR_WORDS
from indexer.matching.ids.kernels.keys import PAIRS, Keys, flag_keys
from indexer.matching.kernels.block import Row
from indexer.matching.kernels.matches import Matches
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array, Uint16Array, Uint64Array

SUFFIX_WORDS = 8
ONE_ID, TWO_IDS = 0, 4
"""Which four of these words hold suffixes of one id, and which those of two."""
_RUN = 1 << 16
"""Ids that are asked together whether they are anchor parts."""
_FIRST_STRETCHES = 1024

_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)
_LOW = np.uint64(63)


class Side(NamedTuple):
    """How far the patterns looked for from each part reach to one side, and what stands there.

    Attributes
    ----------
    ids : array of int64, shape (n_part_numbers,)
        Ids, for the patterns whose gaps are all in tokens.
    words : array of int64, shape (n_part_numbers,)
        Words between the part and the outermost one, for the other patterns; -1 where there are none.
    outermost : array of int64, shape (n_part_numbers,)
        Ids of that outermost part, at most.
    suffixes : array of uint64, shape (n_part_numbers, 8)
        For each part a Bloom filter of 256 bits for companions of one id, and one for the last two ids of
        longer ones; each sets two bits (`suffix_bits`).
    """

    ids: Int64Array
    words: Int64Array
    outermost: Int64Array
    suffixes: Uint64Array


class AnchorTable(NamedTuple):
    """The anchor parts.

    Attributes
    ----------
    left, right : Side
        What lies to both sides of each part.
    words_of_id : array of uint8
        As `GapTable` has it.
    n_leading : int
        Ids of white space that a part begins with, at most: they stand before its occurrence.
    keys : Keys
        The anchor parts of one id; where the way is `PAIRS` this question is not worth asking.
    offsets, part : array of int64, int32
        Id t is an occurrence of the parts ``part[offsets[t]:offsets[t + 1]]``.
    """

    left: Side
    right: Side
    words_of_id: Uint8Array
    n_leading: int
    keys: Keys
    offsets: Int64Array
    part: Int32Array


def suffix_bits(key: Any) -> tuple[Any, Any]:
    """Return in which of four words a suffix sets bits, and the bits; for one key or an array of them."""
    mixed = key * _MIX
    bits = (_ONE << ((mixed >> np.uint64(56)) & _LOW)) | (_ONE << ((mixed >> np.uint64(50)) & _LOW))
    return mixed >> np.uint64(62), bits


_suffix_bits = leaf(suffix_bits)


@leaf
def may_be_suffix(suffixes: Uint64Array, part: int, kind: int, key: np.uint64) -> bool:
    """Return whether a suffix may have been entered for a part."""
    word, bits = _suffix_bits(key)
    return bool(suffixes[part, kind + int64(word)] & bits == bits)


@leaf
def has_suffixes(suffixes: Uint64Array, part: int, kind: int) -> bool:
    """Return whether any suffix of a kind was entered for a part."""
    bits = suffixes[part, kind]
    for word in range(1, 4):
        bits |= suffixes[part, kind + word]
    return bool(bits != 0)


@leaf
def companion_may_end(suffixes: Uint64Array, part: int, ids: TokenIds, begin: int, end: int) -> bool:
    """Return whether a companion of a part may end in ``ids[begin:end]``."""
    if has_suffixes(suffixes, part, TWO_IDS):
        for at in range(max(begin, 1), end):
            key = (np.uint64(ids[at - 1]) << np.uint64(32)) | np.uint64(ids[at])
            if may_be_suffix(suffixes, part, TWO_IDS, key):
                return True
    if has_suffixes(suffixes, part, ONE_ID):
        for at in range(begin, end):
            if may_be_suffix(suffixes, part, ONE_ID, np.uint64(ids[at])):
                return True
    return False


@leaf
def farthest(
    side: Side, part: int, words_of_id: Uint8Array, ids: TokenIds, limit: int, at: int, step: int
) -> int:
    """Return how far from the border at `at` patterns reach to one side: not beyond the border `limit`."""
    reached = at + step * int64(side.ids[part])
    n_words = int64(side.words[part])
    if n_words >= 0:
        border = at
        while border != limit:
            token = int64(ids[border]) if step > 0 else int64(ids[border - 1])
            if token >= words_of_id.shape[0] or words_of_id[token] == SEPARATOR_WORDS:
                break
            n_words -= words_of_id[token]
            if n_words < 0:
                break
            border += step
        border += step * int64(side.outermost[part])
        reached = max(reached, border) if step > 0 else min(reached, border)
    return min(reached, limit) if step > 0 else max(reached, limit)


@leaf
def add_stretch(
    table: AnchorTable, row: Row, part: int, begin: int, end: int, stretches: Int64Array, n: int
) -> int:
    """Add from where to where the patterns of an anchor part can stand if one may; return how many there are.

    The part is ``ids[begin:end]`` of the row.
    """
    ids, start, stop = row
    first = farthest(table.left, part, table.words_of_id, ids, start, begin, -1)
    last = farthest(table.right, part, table.words_of_id, ids, stop, end, 1)
    stretches[n, 1], stretches[n, 2] = max(0, first - table.n_leading - start), last - start
    may_stand = companion_may_end(table.left.suffixes, part, ids, first, begin) or companion_may_end(
        table.right.suffixes, part, ids, end, last
    )
    return n + int64(may_stand)


@leaf
def single_ids(table: AnchorTable, ids: TokenIds, begin: int, end: int, flagged: Uint16Array) -> int:
    """Write down where anchor parts of one id stand, counted from `begin`; return how many."""
    if table.keys.way != PAIRS:
        n_flagged = flag_keys(table.keys, ids, begin, end, flagged)
    else:
        n_flagged = end - begin
        for k in range(n_flagged):
            flagged[k] = k
    offsets = table.offsets
    n = 0
    for k in range(n_flagged):
        token = min(int64(ids[begin + int64(flagged[k])]), offsets.shape[0] - 2)
        flagged[n] = flagged[k]
        n += int64(offsets[token + 1] > offsets[token])
    return n


@kernel
def stretches_around(
    table: AnchorTable, longer: Matches, ids: TokenIds, starts: Int64Array, stops: Int64Array
) -> Int64Array:
    """Return the stretches in which gapped patterns can stand, one for each anchor part that tells of some.

    Parameters
    ----------
    longer : Matches
        The occurrences of anchor parts of several ids; `phrase` is the part number.
    ids, starts, stops
        As of `Matcher.find`.

    Returns
    -------
    array of int64, shape (n, 3)
        The row, and the ids from its start, half-open.
    """
    stretches = np.empty((_FIRST_STRETCHES, 3), np.int64)
    flagged = np.empty(_RUN + AT_ONCE, np.uint16)
    n = int64(0)
    n_longer = longer.phrase.shape[0]
    for k in range(n_longer):
        ahead = min(k + AHEAD, n_longer - 1)
        prefetch(ids, int64(starts[longer.row[ahead]]) + longer.token_offset[ahead])
        prefetch(table.left.suffixes, int64(longer.phrase[ahead]))
        prefetch(table.right.suffixes, int64(longer.phrase[ahead]))
        row, part = longer.row[k], longer.phrase[k]
        begin = starts[row] + longer.token_offset[k]
        if n == stretches.shape[0]:
            stretches = np.concatenate((stretches, np.empty_like(stretches)))
        stretches[n, 0] = row
        end = begin + longer.n_tokens[k]
        n = add_stretch(table, Row(ids, starts[row], stops[row]), part, begin, end, stretches, n)
    if table.part.shape[0] == 0:
        return stretches[:n]
    for row in range(starts.shape[0]):
        sequence = Row(ids, starts[row], stops[row])
        for run in range(sequence.start, sequence.stop, _RUN):
            n_single = single_ids(table, ids, run, min(run + _RUN, sequence.stop), flagged)
            for k in range(n_single):
                at = run + int64(flagged[k])
                ahead = table.offsets[int64(ids[run + int64(flagged[min(k + AHEAD, n_single - 1)])])]
                prefetch(table.left.suffixes, int64(table.part[ahead]))
                prefetch(table.right.suffixes, int64(table.part[ahead]))
                for p in range(table.offsets[ids[at]], table.offsets[ids[at] + 1]):
                    part = table.part[p]
                    if n == stretches.shape[0]:
                        stretches = np.concatenate((stretches, np.empty_like(stretches)))
                    stretches[n, 0] = row
                    n = add_stretch(table, sequence, part, at, at + 1, stretches, n)
    return stretches[:n]
