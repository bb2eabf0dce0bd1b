"""Join the occurrences of parts to occurrences of gapped patterns.

A pattern is looked for from the rarer of its first and its last part. An occurrence of that one
asks for the nearest occurrences of the other part, as far as the widest gaps reach, and only for such pairs
the parts between are placed and the gaps measured. So a part that stands everywhere costs a store for each
occurrence; what a pattern costs depends on its rarer end. Patterns looked for from their last part are found
in one traversal from left to right, the others in one from right to left.
"""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import kernel, leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.gapped.kernels.rules import can_be_joined, in_reach
from indexer.matching.gapped.kernels.tables import GapTable, Parts, PatternsByPart, Sizes
from indexer.units import Int32Array, Int64Array, Uint8Array

ROW, PHRASE, FIRST, STOP, BEGIN, END = range(6)
"""Columns of what is joined: the row and the phrase; where the occurrence stands, as `Parts` has it; the ids
it touches, from the start of its row."""
_FIRST_ROWS = 1024


@uncounted
def measure_parts(words_of_id: Uint8Array, parts: Parts, sizes: Sizes) -> None:
    """Fill in `sizes`, zeros before."""
    for at in range(parts.part.shape[0]):
        part = parts.part[at]
        n_ids = int64(parts.end[at]) - int64(parts.begin[at])
        sizes.ids[part] = max(sizes.ids[part], n_ids)
        if words_of_id.shape[0] == 0:
            continue
        begin = int64(parts.starts[parts.row[at]]) + int64(parts.begin[at])
        words = int64(0)
        for k in range(begin, begin + n_ids):
            words += words_of_id[parts.ids[k]]
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


@leaf
def write_joined(
    joined: Int64Array, n: int, gaps: GapTable, parts: Parts, pattern: int, earlier: int, later: int
) -> None:
    """Write down what stands from one part to another."""
    joined[n, ROW] = parts.row[earlier]
    joined[n, PHRASE] = gaps.phrase[pattern]
    joined[n, FIRST] = parts.first[earlier]
    joined[n, STOP] = parts.stop[later]
    joined[n, BEGIN] = min(parts.begin[earlier], parts.begin[later])
    joined[n, END] = max(parts.end[earlier], parts.end[later])


@kernel
def join_parts(gaps: GapTable, by_part: PatternsByPart, parts: Parts, with_gaps: bool) -> Int64Array:
    """Return the gapped occurrences, each as often as forms of its parts make it.

    Parameters
    ----------
    gaps : GapTable
        The patterns.
    by_part : PatternsByPart
        The part each of them is looked for from.
    parts : Parts
        The occurrences of the parts.
    with_gaps : bool
        Whether gaps are measured. If not, all pairs in reach are taken to be occurrences: in and around
        these the text has to be read.

    Returns
    -------
    array of int64, shape (n, 6)
        Columns `ROW` to `END`.
    """
    n_numbers, n_parts = by_part.offsets.shape[0] // 2, parts.part.shape[0]
    sizes = Sizes(np.zeros(n_numbers, np.int64), np.zeros(n_numbers, np.int64))
    measure_parts(gaps.words_of_id, parts, sizes)
    nearest, linked = np.empty(n_numbers, np.int32), np.empty(n_parts, np.int32)
    marks = np.zeros(n_parts, np.int64)
    joined = np.empty((_FIRST_ROWS, 6), np.int64)
    n, base = int64(0), int64(1)
    for step in (1, -1):
        nearest[:] = -1
        at = int64(0) if step > 0 else int64(n_parts - 1)
        while 0 <= at < n_parts:
            next_at = link_group(parts, at, step, nearest, linked)
            while at != next_at:
                slot = parts.part[at] if step > 0 else n_numbers + parts.part[at]
                for k in range(by_part.offsets[slot], by_part.offsets[slot + 1]):
                    pattern = int64(by_part.pattern[k])
                    place = gaps.offsets[pattern] if step > 0 else gaps.offsets[pattern + 1] - 1
                    other = int64(nearest[gaps.part[place]])
                    while other >= 0 and parts.row[other] == parts.row[at]:
                        earlier, later = (other, at) if step > 0 else (at, other)
                        if not in_reach(gaps, sizes, parts, pattern, earlier, later):
                            break
                        if earlier != later and (
                            not with_gaps
                            or (
                                earlier < later
                                and can_be_joined(gaps, parts, pattern, earlier, later, marks, base)
                            )
                        ):
                            if n == joined.shape[0]:
                                joined = np.concatenate((joined, np.empty_like(joined)))
                            write_joined(joined, n, gaps, parts, pattern, earlier, later)
                            n += 1
                        base += gaps.offsets[pattern + 1] - gaps.offsets[pattern]
                        other = int64(linked[other])
                at += step
    return joined[:n]
