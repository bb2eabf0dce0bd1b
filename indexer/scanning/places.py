"""Where phrases stand, as columns: the first few places of each are kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.scanning.kernels.exposures import Places


def no_places() -> Places:
    """Return no places."""
    small, large = np.empty(0, np.int32), np.empty(0, np.int64)
    return Places(small, large, large, small, small)


def copied_places(places: Places) -> Places:
    """Return the same without the room they were cut from: a few that are kept would keep all of it."""
    return joined_places([places])


def joined_places(parts: Sequence[Places]) -> Places:
    """Return all places of several."""
    return Places(
        np.concatenate([part.phrase for part in parts]),
        np.concatenate([part.step for part in parts]),
        np.concatenate([part.sequence for part in parts]),
        np.concatenate([part.token_offset for part in parts]),
        np.concatenate([part.n_tokens for part in parts]),
    )


def first_places(places: Places, n: int) -> Places:
    """Return the first `n` of each phrase by (step, sequence, token offset, tokens), ordered so.

    They must come ordered by (sequence, token offset, tokens) within a step of a phrase, as they do when
    sequences are added in ascending order.
    """
    order = np.lexsort((places.step, places.phrase))  # stable; by all five columns it took 2.5 times as long
    phrase = places.phrase[order]
    opens = np.append(True, phrase[1:] != phrase[:-1])
    rank = np.arange(len(phrase)) - np.maximum.accumulate(np.where(opens, np.arange(len(phrase)), 0))
    chosen = order[rank < n]
    return Places(
        places.phrase[chosen],
        places.step[chosen],
        places.sequence[chosen],
        places.token_offset[chosen],
        places.n_tokens[chosen],
    )
