"""One big block of sequences, searched by several threads that share one matcher."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from indexer.matching.matches import Matcher, Matches
from indexer.units import Int64Array, TokenIds


def find_with_threads(
    matcher: Matcher, ids: TokenIds, starts: Int64Array, stops: Int64Array, n_threads: int
) -> Matches:
    """Return what ``matcher.find`` returns, the sequences dealt to threads in runs of about equal length.

    Parameters
    ----------
    matcher : Matcher
        Shared by all threads.
    ids, starts, stops
        As of `Matcher.find`.
    n_threads : int
        Threads, at least 1.
    """
    if n_threads <= 1 or len(starts) < 2:
        return matcher.find(ids, starts, stops)
    read = np.cumsum(stops - starts)
    cuts = np.searchsorted(read, read[-1] * np.arange(1, n_threads) / n_threads).tolist()
    bounds = [0, *cuts, len(starts)]

    def part(first: int, last: int) -> Matches:
        found = matcher.find(ids, starts[first:last], stops[first:last])
        return found._replace(row=found.row + first)

    with ThreadPoolExecutor(n_threads) as threads:
        parts = list(threads.map(part, bounds[:-1], bounds[1:]))
    return Matches(
        phrase=np.concatenate([p.phrase for p in parts]),
        row=np.concatenate([p.row for p in parts]),
        token_offset=np.concatenate([p.token_offset for p in parts]),
        n_tokens=np.concatenate([p.n_tokens for p in parts]),
    )
