"""Join the occurrences of parts to occurrences of gapped patterns.

A pattern is looked for from its anchor, the rarer of its first and its last part. An occurrence of the anchor
asks for the nearest occurrences of the other part, as far as the widest gaps reach, and only for such pairs
the parts between are placed and the gaps measured. So a part that stands everywhere costs a store for each
occurrence; what a pattern costs depends on its anchor. Patterns anchored at their last part are looked for
in one traversal from left to right, the others in one from right to left.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import kernel, leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.gapped.kernels.rules import can_be_joined, in_reach
from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds, Uint8Array


class GapTable(NamedTuple):
    """Gapped patterns.

    Attributes
    ----------
    offsets : array of int64, shape (n_patterns + 1,)
        Pattern g has the places ``offsets[g]`` to ``offsets[g + 1] - 1``.
    part : array of int32
        Part number of each place.
    least, most : array of int32
        How much may lie between the part of a place and the one before it.
    in_words : array of bool
        Whether that is counted in words; else in ids.
    by_words : array of bool, shape (n_patterns,)
        Whether any gap of a pattern is counted in words.
    phrase : array of int32, shape (n_patterns,)
        The phrase each pattern stands for.
    words_of_id : array of uint8, shape (n_ids,)
        How many words begin inside each id for certain, whatever stands beside it; `SEPARATOR_WORDS` if it
        stands for no text. Empty where no gap is counted in words.
    most_words_of_id : int
        The largest of them that is no separator.
    """

    offsets: Int64Array
    part: Int32Array
    least: Int32Array
    most: Int32Array
    in_words: BoolArray
    by_words: BoolArray
    phrase: Int32Array
    words_of_id: Uint8Array
    most_words_of_id: int


class PatternsByPart(NamedTuple):
    """Patterns by the part they are looked for from: part p has ``pattern[offsets[p]:offsets[p + 1]]``."""

    offsets: Int64Array
    pattern: Int32Array


class Parts(NamedTuple):
    """Occurrences of parts, ordered by row and beginning.

    Attributes
    ----------
    part : array of int32
        Part number, from 0.
    row : array of int64
        The sequence, or the stretch of one.
    begin, end : array of int32
        The ids it touches, half-open, from the start of its row.
    first, stop : array of int64
        Where it stands, half-open: two parts overlap where these do. In ids, or in bytes of folded text.
    text_first, text_stop : array of int64
        The text before it ends at `text_first`, the text behind it begins at `text_stop`.
    words_first, words_stop : array of int64
        How many words begin before `text_first`, and before `text_stop`.
    goes_on_at : array of int64
        Where the letter stands by which a word that began before `text_stop` goes on behind it, marks between
        or not; the end of all text if it does not. These five are empty where no gap is counted in words.
    """

    part: Int32Array
    row: Int64Array
    begin: Int32Array
    end: Int32Array
    first: Int64Array
    stop: Int64Array
    text_first: Int64Array
    text_stop: Int64Array
    words_first: Int64Array
    words_stop: Int64Array
    goes_on_at: Int64Array


class Sizes(NamedTuple):
    """The most ids, and the most words beginning inside an id, of any occurrence of each part."""

    ids: Int64Array
    words: Int64Array


class Joined(NamedTuple):
    """Buffers for gapped occurrences: the columns of `Matches`, and where each stands as `Parts` has it."""

    phrase: Int32Array
    row: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array
    first: Int64Array
    stop: Int64Array


class Stretches(NamedTuple):
    """Buffers for stretches of rows, in ids from the start of the row, half-open."""

    row: Int64Array
    begin: Int64Array
    end: Int64Array


@uncounted
def measure_parts(
    words_of_id: Uint8Array, parts: Parts, ids: TokenIds, starts: Int64Array, sizes: Sizes
) -> None:
    """Fill in `sizes`."""
    for at in range(parts.part.shape[0]):
        part = parts.part[at]
        n_ids = int64(parts.end[at]) - int64(parts.begin[at])
        sizes.ids[part] = max(sizes.ids[part], n_ids)
        if words_of_id.shape[0] == 0:
            continue
        begin = int64(starts[parts.row[at]]) + int64(parts.begin[at])
        words = int64(0)
        for k in range(begin, begin + n_ids):
            words += words_of_id[ids[k]]
        sizes.words[part] = max(sizes.words[part], words)


@leaf
def link_group(parts: Parts, at: int, step: int, nearest: Int32Array, linked: Int32Array) -> int:
    """Enter the occurrences that begin in the same id as the one at `at`; return where the next stand.

    In text several parts may begin in one id, in no order: they are entered before any of them asks.
    """
    n = parts.part.shape[0]
    row, begin = parts.row[at], parts.begin[at]
    while 0 <= at < n and parts.row[at] == row and parts.begin[at] == begin:
        part = parts.part[at]
        other = nearest[part]
        linked[at] = other if other >= 0 and parts.row[other] == row else -1
        nearest[part] = at
        at += step
    return at


@kernel
def find_stretches(
    gaps: GapTable,
    anchors: PatternsByPart,
    step: int,
    sizes: Sizes,
    parts: Parts,
    ids: TokenIds,
    starts: Int64Array,
    nearest: Int32Array,
    linked: Int32Array,
    stretches: Stretches,
) -> int:
    """Write down from where to where a gapped occurrence could stand, one stretch for each anchor in reach.

    Parameters are those of `join_parts`.

    Returns
    -------
    int
        How many there are; if more than there is space for, nothing is said of the others.
    """
    capacity = stretches.row.shape[0]
    n_found = int64(0)
    nearest[:] = -1
    at = int64(0) if step > 0 else int64(parts.part.shape[0] - 1)
    while 0 <= at < parts.part.shape[0]:
        next_at = link_group(parts, at, step, nearest, linked)
        while at != next_at:
            part = parts.part[at]
            start = int64(starts[parts.row[at]])
            for k in range(anchors.offsets[part], anchors.offsets[part + 1]):
                pattern = int64(anchors.pattern[k])
                place = gaps.offsets[pattern] if step > 0 else gaps.offsets[pattern + 1] - 1
                other = int64(nearest[gaps.part[place]])
                begin, end = int64(parts.begin[at]), int64(parts.end[at])
                reached = False
                while other >= 0 and parts.row[other] == parts.row[at]:
                    earlier, later = (other, at) if step > 0 else (at, other)
                    if not in_reach(gaps, sizes, parts, ids, start, pattern, earlier, later):
                        break
                    if other != at:
                        reached = True
                        begin = min(begin, int64(parts.begin[other]))
                        end = max(end, int64(parts.end[other]))
                    other = int64(linked[other])
                if reached:
                    if n_found < capacity:
                        stretches.row[n_found] = parts.row[at]
                        stretches.begin[n_found] = begin
                        stretches.end[n_found] = end
                    n_found += 1
            at += step
    return n_found


@kernel
def join_parts(
    gaps: GapTable,
    anchors: PatternsByPart,
    step: int,
    sizes: Sizes,
    special: BoolArray,
    parts: Parts,
    ids: TokenIds,
    starts: Int64Array,
    nearest: Int32Array,
    linked: Int32Array,
    marks: Int64Array,
    joined: Joined,
) -> int:
    """Write down the gapped occurrences of patterns anchored at their last part, or at their first.

    Parameters
    ----------
    anchors : Anchors
        The patterns, by their last part if `step` is 1, by their first if it is -1.
    sizes : Sizes
        Of `parts`.
    special : array of bool
        Which ids stand for no text; empty if that is not known.
    starts : array of int64
        Where each row starts in `ids`.
    nearest : array of int32, shape (n_part_numbers,)
        Written over.
    linked : array of int32, shape (n_parts,)
        Written over.
    marks : array of int64, shape (n_parts,)
        All 0; changed.
    joined : Joined
        Buffers for occurrences.

    Returns
    -------
    int
        How many there are; if more than there is space for, nothing is said of the others.
    """
    capacity = joined.phrase.shape[0]
    n_found = int64(0)
    base = int64(1)
    nearest[:] = -1
    at = int64(0) if step > 0 else int64(parts.part.shape[0] - 1)
    while 0 <= at < parts.part.shape[0]:
        next_at = link_group(parts, at, step, nearest, linked)
        while at != next_at:
            part = parts.part[at]
            start = int64(starts[parts.row[at]])
            for k in range(anchors.offsets[part], anchors.offsets[part + 1]):
                pattern = int64(anchors.pattern[k])
                place = gaps.offsets[pattern] if step > 0 else gaps.offsets[pattern + 1] - 1
                other = int64(nearest[gaps.part[place]])
                while other >= 0 and parts.row[other] == parts.row[at]:
                    earlier, later = (other, at) if step > 0 else (at, other)
                    if not in_reach(gaps, sizes, parts, ids, start, pattern, earlier, later):
                        break
                    if earlier < later and can_be_joined(
                        gaps, special, parts, ids, start, pattern, earlier, later, marks, base
                    ):
                        if n_found < capacity:
                            joined.phrase[n_found] = gaps.phrase[pattern]
                            joined.row[n_found] = parts.row[at]
                            joined.token_offset[n_found] = parts.begin[earlier]
                            joined.n_tokens[n_found] = parts.end[later] - parts.begin[earlier]
                            joined.first[n_found] = parts.first[earlier]
                            joined.stop[n_found] = parts.stop[later]
                        n_found += 1
                    base += gaps.offsets[pattern + 1] - gaps.offsets[pattern]
                    other = int64(linked[other])
            at += step
    return n_found
