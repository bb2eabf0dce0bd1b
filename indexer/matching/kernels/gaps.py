"""Join the occurrences of parts to occurrences of gapped patterns.

From each occurrence of a last part the parts before it are looked for backwards, one part at a time: an
occurrence is in reach if its gap to some occurrence in reach of the next part is allowed. What is in reach as
the first part makes one gapped occurrence, however many ways through the middle parts there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.compile import kernel, leaf
from indexer.units import BoolArray, Int32Array, Int64Array


class GapTable(NamedTuple):
    """Gapped patterns, by the number of their last part.

    Attributes
    ----------
    last : array of int32, shape (n_part_numbers + 1,)
        The patterns that end with part p are ``pattern[last[p]:last[p + 1]]``.
    pattern : array of int32, shape (n_patterns,)
        Pattern numbers, grouped by last part.
    offsets : array of int64, shape (n_patterns + 1,)
        Pattern g has the parts ``part[offsets[g]:offsets[g + 1]]``.
    part, least, most : array of int32
        Part number, and how many ids may lie between it and the part before it.
    span : array of int64, shape (n_patterns,)
        Most ids from the beginning of the first part to the beginning of the last.
    phrase : array of int32, shape (n_patterns,)
        The phrase each pattern stands for.
    """

    last: Int32Array
    pattern: Int32Array
    offsets: Int64Array
    part: Int32Array
    least: Int32Array
    most: Int32Array
    span: Int64Array
    phrase: Int32Array


class Parts(NamedTuple):
    """Occurrences of parts, ordered by row and beginning."""

    part: Int32Array
    row: Int64Array
    begin: Int32Array
    end: Int32Array


@leaf
def has_wall(special, ids, begin, end):
    """Return whether an id that stands for no text lies in ``ids[begin:end]``; if `special` is empty, no."""
    if special.shape[0] == 0:
        return False
    for at in range(begin, end):
        token = np.int64(ids[at])
        if token >= special.shape[0] or special[token]:
            return True
    return False


@leaf
def in_reach(gaps, special, parts, ids, start, place, earlier, later_stop, marks, mark):
    """Return whether an occurrence marked `mark`, of the part at `place`, may follow the one at `earlier`."""
    for later in range(earlier + 1, later_stop):
        between = np.int64(parts.begin[later]) - np.int64(parts.end[earlier])
        if between > gaps.most[place]:
            return False
        if marks[later] == mark and between >= gaps.least[place]:
            begin = start + np.int64(parts.end[earlier])
            if not has_wall(special, ids, begin, start + np.int64(parts.begin[later])):
                return True
    return False


@leaf
def join_backwards(gaps, special, parts, ids, start, pattern, last, row_first, marks, base):
    """Mark what is in reach backwards from the last part at `last`.

    Part k of the pattern, counted from 0, is marked ``base + k``, so what is in reach as the first part is
    marked `base`; marks of earlier calls are all smaller.

    Returns
    -------
    int
        The first occurrence that may be marked.
    """
    first_place = gaps.offsets[pattern]
    n_parts = gaps.offsets[pattern + 1] - first_place
    marks[last] = base + n_parts - 1
    begin = last
    earliest = np.int64(parts.begin[last]) - gaps.span[pattern]
    while begin > row_first and parts.begin[begin - 1] >= earliest:
        begin -= 1
    for k in range(n_parts - 2, -1, -1):
        place = first_place + k
        # One mark each is enough: asked in this order, nobody needs an occurrence's mark as the later part
        # any more once it gets its own as the earlier one.
        for at in range(begin, last):
            if parts.part[at] == gaps.part[place] and in_reach(
                gaps, special, parts, ids, start, place + 1, at, last + 1, marks, base + k + 1
            ):
                marks[at] = -(base + k)
        for at in range(begin, last):
            if marks[at] == -(base + k):
                marks[at] = base + k
    return begin


@kernel
def join_parts(gaps, special, parts, ids, starts, first, marks, base, found):
    """Write down the gapped occurrences whose last part is at `first` or behind it.

    Parameters
    ----------
    special : array of bool
        Which ids stand for no text; empty if that is not known.
    marks : array of int64, shape (n_parts,)
        Smaller than `base` in absolute value; changed.
    found : Found
        Room for occurrences.

    Returns
    -------
    n_found : int
        Occurrences written.
    next_part : int
        All last parts before it are done. If it is `first`, it alone needs more room.
    base : int
        Larger than all marks.
    """
    room = found.phrase.shape[0]
    n_found = np.int64(0)
    row_first = np.int64(first)
    while row_first > 0 and parts.row[row_first - 1] == parts.row[first]:
        row_first -= 1
    for last in range(first, parts.part.shape[0]):
        if parts.row[last] != parts.row[row_first]:
            row_first = np.int64(last)
        n_before = n_found
        part = parts.part[last]
        start = np.int64(starts[parts.row[last]])
        for k in range(gaps.last[part], gaps.last[part + 1]):
            pattern = np.int64(gaps.pattern[k])
            begin = join_backwards(gaps, special, parts, ids, start, pattern, last, row_first, marks, base)
            for at in range(begin, last):
                if marks[at] == base:
                    if n_found < room:
                        found.phrase[n_found] = gaps.phrase[pattern]
                        found.row[n_found] = parts.row[last]
                        found.token_offset[n_found] = parts.begin[at]
                        found.n_tokens[n_found] = parts.end[last] - parts.begin[at]
                    n_found += 1
            base += gaps.offsets[pattern + 1] - gaps.offsets[pattern]
        if n_found > room:
            return n_before, last, base
    return n_found, parts.part.shape[0], base


EMPTY_SPECIAL: BoolArray = np.zeros(0, np.bool_)
