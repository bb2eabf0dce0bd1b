"""Checks and hashes the ids of every block before they are searched."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xxhash
from numpy.typing import DTypeLike

from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import InputError
from indexer.matching.blocks import read_only
from indexer.scanning.kernels.concatenation import concatenate_sequences
from indexer.units import Int64Array, TokenIds

_IDS_AT_ONCE = 1 << 18
"""Ids looked at for the largest and then hashed: few enough to lie in the nearest cache but one between."""


class BlockAudit:
    """Sees that the vocabulary has the ids of a slice, and hashes them: xxh3-128.

    The hash is that of the ids of all sequences, one after another, however they are cut into blocks. Both
    are done a piece at a time, so that the memory is asked once for the two of them.

    Parameters
    ----------
    n_ids : int
        Size of the vocabulary; 0: not known.
    shard : Shard
        Where the blocks are from.
    """

    def __init__(self, n_ids: int, shard: Shard) -> None:
        self._n_ids = n_ids
        self._shard = shard
        self._hash = xxhash.xxh3_128()

    def check(self, block: SequenceBlock) -> None:
        """Check the ids of the next sequences, and add them to the hash.

        Raises
        ------
        InputError
            An id is beyond the vocabulary. Names shard, sequence, token and id.
        """
        for ids in _pieces(block):
            if self._n_ids and int(ids.max(initial=0)) >= self._n_ids:
                raise _beyond_vocabulary(block, self._n_ids, self._shard)
            self._hash.update(np.ascontiguousarray(ids).data)

    def tokens_hash(self) -> str:
        """Return the hash of all ids so far."""
        return self._hash.hexdigest()


def _pieces(block: SequenceBlock) -> Iterator[TokenIds]:
    """Yield the ids of all sequences, one after another."""
    if len(block.starts) and np.array_equal(block.starts[1:], block.stops[:-1]):
        stop = int(block.stops[-1])
        for start in range(int(block.starts[0]), stop, _IDS_AT_ONCE):
            yield block.ids[start : min(start + _IDS_AT_ONCE, stop)]
    else:
        yield from _concatenated(block.ids, block.starts, block.stops)


def prepare_hash(dtype: DTypeLike) -> None:
    """Have the kernel compiled for ids of a type."""
    no_ids, nowhere = np.empty(0, dtype), read_only(np.empty(0, np.int64))
    concatenate_sequences(read_only(no_ids), nowhere, nowhere, no_ids)


def _concatenated(ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Iterator[TokenIds]:
    """Yield the ids of sequences that share some or leave some out, one after another."""
    # Not a call of the hash for each sequence: where these are short, calls are all it would cost.
    ids = read_only(np.ascontiguousarray(ids))
    starts, stops = read_only(starts), read_only(stops)
    read = np.append(0, np.cumsum(stops - starts))
    buffer = np.empty(max(_IDS_AT_ONCE, int((stops - starts).max(initial=0))), ids.dtype)
    row = 0
    while row < len(starts):
        last = int(np.searchsorted(read, read[row] + _IDS_AT_ONCE, side="right")) - 1
        last = max(last, row + 1)
        gathered = buffer[: read[last] - read[row]]
        concatenate_sequences(ids, starts[row:last], stops[row:last], gathered)
        yield gathered
        row = last


def _beyond_vocabulary(block: SequenceBlock, n_ids: int, shard: Shard) -> InputError:
    """Return the error that names the first id beyond the vocabulary."""
    for row in range(len(block.starts)):
        sequence = block.ids[block.starts[row] : block.stops[row]]
        beyond = np.flatnonzero(sequence >= n_ids)
        if len(beyond):
            break
    return InputError(
        f"id {int(sequence[beyond[0]])} is beyond the vocabulary",
        path=shard.name,
        offset=f"sequence {block.first_sequence + row:,}, token {int(beyond[0]):,}",
        expected=f"ids below {n_ids:,}",
        fix="check [corpus] dtype, and that [tokenizer] path names the one of this corpus;"
        " where the model has more ids than the tokenizer, set [corpus] vocab_size to how many",
    )
