"""How far from an occurrence of one part the other parts of its gapped patterns can stand, in ids alone."""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.jit.prefetching import AHEAD, prefetch
from indexer.matching.gapped.kernels.join import Stretches
from indexer.matching.gapped.kernels.rules import SEPARATOR_WORDS
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array


class Reach(NamedTuple):
    """How far the patterns looked for from each part reach to one side of it.

    Attributes
    ----------
    ids : array of int64, shape (n_part_numbers,)
        Ids, for the patterns whose gaps are all in tokens.
    words : array of int64, shape (n_part_numbers,)
        Words between the part and the outermost one, for the other patterns; -1 where there are none.
    outermost : array of int64, shape (n_part_numbers,)
        Ids of that outermost part, at most.
    """

    ids: Int64Array
    words: Int64Array
    outermost: Int64Array


@leaf
def farthest(
    words_of_id: Uint8Array,
    ids: TokenIds,
    limit: int,
    at: int,
    step: int,
    n_ids: int,
    n_words: int,
    n_outermost: int,
) -> int:
    """Return how far to one side of the border at `at` a pattern can reach: not beyond the border `limit`."""
    reached = at + step * n_ids
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
        border += step * n_outermost
        reached = max(reached, border) if step > 0 else min(reached, border)
    return min(reached, limit) if step > 0 else max(reached, limit)


@uncounted
def stretch_reach(
    left: Reach,
    right: Reach,
    words_of_id: Uint8Array,
    part: Int32Array,
    row: Int64Array,
    begin: Int32Array,
    end: Int32Array,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    stretches: Stretches,
) -> None:
    """Write down for each occurrence of a part from where to where its patterns can stand.

    Parameters
    ----------
    left, right : Reach
        To both sides.
    words_of_id : array of uint8
        As `indexer.matching.gapped.kernels.join.GapTable` has it.
    part, row, begin, end : array
        The occurrences, in ids from the start of their rows, half-open.
    stretches : Stretches
        Filled in, one for each.
    """
    n_parts = part.shape[0]
    for k in range(n_parts):
        ahead = min(k + AHEAD, n_parts - 1)
        prefetch(ids, int64(starts[row[ahead]]) + begin[ahead])
        start, stop = int64(starts[row[k]]), int64(stops[row[k]])
        p = part[k]
        first = farthest(
            words_of_id, ids, start, start + int64(begin[k]), -1,
            left.ids[p], left.words[p], left.outermost[p],
        )  # fmt: skip
        last = farthest(
            words_of_id, ids, stop, start + int64(end[k]), 1,
            right.ids[p], right.words[p], right.outermost[p],
        )  # fmt: skip
        stretches.row[k] = row[k]
        stretches.begin[k] = first - start
        stretches.end[k] = last - start


@uncounted
def add_context(
    byte_offsets: Int64Array,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    stretches: Stretches,
    least_ids: int,
    least_bytes: int,
    wide_start: Int64Array,
    wide_stop: Int64Array,
) -> None:
    """Say from where to where stretches are searched: so that what stands in them has its neighbours.

    `byte_offsets` says where the bytes of each id begin; if it is empty, ids alone count.
    """
    n_ids = byte_offsets.shape[0] - 1
    for k in range(stretches.row.shape[0]):
        start, stop = int64(starts[stretches.row[k]]), int64(stops[stretches.row[k]])
        for side in range(2):
            at = start + (stretches.begin[k] if side == 0 else stretches.end[k])
            known_ids, known_bytes = int64(0), int64(0)
            while (known_ids < least_ids or known_bytes < least_bytes) and (
                at > start if side == 0 else at < stop
            ):
                token = int64(ids[at - 1]) if side == 0 else int64(ids[at])
                if token < n_ids:
                    known_bytes += byte_offsets[token + 1] - byte_offsets[token]
                known_ids += 1
                at += -1 if side == 0 else 1
            if side == 0:
                wide_start[k] = at
            else:
                wide_stop[k] = at
