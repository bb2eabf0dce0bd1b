"""Leave out occurrences that are no exposure of their own."""

from __future__ import annotations

from indexer.jit.compile import uncounted
from indexer.jit.numbers import int64
from indexer.matching.kernels.matches import Matches, MatchRuns
from indexer.units import Int64Array


@uncounted
def keep_counted(
    matches: Matches,
    starts: Int64Array,
    stops: Int64Array,
    not_counted_before: Int64Array,
    n_shared: int,
    kept: Matches,
) -> int:
    """Copy the occurrences that count; return how many.

    Parameters
    ----------
    matches, kept : Matches
        From where, and a buffer for as many.
    starts, stops : array of int64, shape (n_sequences,)
        Half-open range of each sequence.
    not_counted_before : array of int64, shape (n_ids + 1,) or (0,)
        How many positions before each one are not counted; empty where all are.
    n_shared : int
        Ids at the end of a sequence in which no occurrence of its own begins.
    """
    n = int64(0)
    for k in range(matches.phrase.shape[0]):
        row, offset = matches.row[k], int64(matches.token_offset[k])
        if offset >= stops[row] - starts[row] - n_shared:
            continue
        if not_counted_before.shape[0]:
            first = starts[row] + offset
            if not_counted_before[first] != not_counted_before[first + int64(matches.n_tokens[k])]:
                continue
        kept.phrase[n] = matches.phrase[k]
        kept.row[n] = row
        kept.token_offset[n] = matches.token_offset[k]
        kept.n_tokens[n] = matches.n_tokens[k]
        n += 1
    return n


@uncounted
def shorten_runs(runs: MatchRuns, lengths: Int64Array, n_shared: int) -> None:
    """Leave of each run the occurrences that begin before the last `n_shared` ids of their sequence.

    Parameters
    ----------
    runs : MatchRuns
        Written to.
    lengths : array of int64, shape (n_sequences,)
        Ids of each sequence.
    n_shared : int
        As of `keep_counted`.
    """
    for k in range(runs.phrase.shape[0]):
        n_left = lengths[runs.row[k]] - n_shared - int64(runs.token_offset[k])
        runs.times[k] = max(int64(0), min(int64(runs.times[k]), n_left))
