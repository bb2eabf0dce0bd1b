"""Sequences that come one by one, as from JSON or MDS, gathered into blocks of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.corpus.blocks.ids import as_token_ids
from indexer.corpus.sequences import SequenceBlock


def gather(
    samples: Iterable[NDArray[Any]], *, first_sequence: int, block_ids: int, path: str
) -> Iterator[SequenceBlock]:
    """Yield blocks of the arrays that come, in order.

    Parameters
    ----------
    samples : iterable of 1-D integer arrays
        The stored ids of each sequence, all of one dtype.
    first_sequence : int
        Corpus-wide number of the first one.
    block_ids : int
        Ids a block aims at.
    path : str
        What messages call the file.
    """
    held: list[NDArray[Any]] = []
    n_ids, n_before, first = 0, 0, first_sequence
    for sample in samples:
        if held and n_ids + len(sample) > block_ids:
            yield _block(held, first, path, n_before)
            first += len(held)
            n_before += n_ids
            held, n_ids = [], 0
        held.append(sample)
        n_ids += len(sample)
    if held:
        yield _block(held, first, path, n_before)


def _block(samples: list[NDArray[Any]], first_sequence: int, path: str, n_before: int) -> SequenceBlock:
    ends = np.cumsum([len(sample) for sample in samples], dtype=np.int64)
    ids = as_token_ids(np.concatenate(samples), path=path, first_id=n_before)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    return SequenceBlock(ids, starts, ends, first_sequence)
