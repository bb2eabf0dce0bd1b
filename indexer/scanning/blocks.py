"""What is checked and recorded of the ids of every block, and which of its occurrences count."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xxhash
from numpy.typing import DTypeLike

from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import InputError
from indexer.matching.blocks import read_only
from indexer.matching.matcher import Matches
from indexer.scanning.kernels.gathering import gather
from indexer.units import BoolArray, Int64Array, TokenIds

_IDS_AT_ONCE = 1 << 19


class TokensHash:
    """xxh3-128 of the ids of all sequences, one after another, however they are cut into blocks."""

    def __init__(self) -> None:
        self._hash = xxhash.xxh3_128()

    def add(self, ids: TokenIds) -> None:
        """Take in the next ids."""
        self._hash.update(np.ascontiguousarray(ids).data)

    def hexdigest(self) -> str:
        """Return the hash so far."""
        return self._hash.hexdigest()


class Intake:
    """Hashes the ids of a block and sees that the vocabulary has them.

    Both a piece at a time, so that the memory is asked once for the two of them.

    Parameters
    ----------
    block : SequenceBlock
        What was read.
    tokens_hash : TokensHash
        Added to.
    n_ids : int
        Size of the vocabulary; 0: not known.
    shard : Shard
        Where the block is from.
    """

    def __init__(self, block: SequenceBlock, tokens_hash: TokensHash, n_ids: int, shard: Shard) -> None:
        self._block = block
        self._tokens_hash = tokens_hash
        self._n_ids = n_ids
        self._shard = shard
        self._without_gaps = np.array_equal(block.starts[1:], block.stops[:-1])

    def __call__(self, first: int, last: int) -> None:
        """Take in some of the sequences, half-open.

        Raises
        ------
        InputError
            An id is beyond the vocabulary. Names shard, sequence, token and id.
        """
        for ids in self._pieces(first, last):
            if self._n_ids and int(ids.max(initial=0)) >= self._n_ids:
                raise _beyond_vocabulary(self._block, first, last, self._n_ids, self._shard)
            self._tokens_hash.add(ids)

    def _pieces(self, first: int, last: int) -> Iterator[TokenIds]:
        """Yield the ids of some sequences, one after another."""
        block = self._block
        if self._without_gaps and last > first:
            stop = int(block.stops[last - 1])
            for start in range(int(block.starts[first]), stop, _IDS_AT_ONCE):
                yield block.ids[start : min(start + _IDS_AT_ONCE, stop)]
        else:
            yield from _gathered(block.ids, block.starts[first:last], block.stops[first:last])


def prepare_hash(dtype: DTypeLike) -> None:
    """Have the kernel compiled for ids of a type."""
    no_ids, nowhere = np.empty(0, dtype), read_only(np.empty(0, np.int64))
    gather(read_only(no_ids), nowhere, nowhere, no_ids)


def _gathered(ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Iterator[TokenIds]:
    """Yield the ids of sequences that share some or leave some out, one after another."""
    # A call of the hash for each sequence took 0.25 ns an id at 2,049 ids a sequence, 12 ns at 20; this way
    # it takes 0.15 and 1.0 (sequences that share an id, and that leave out one; one core of an EPYC).
    ids = read_only(np.ascontiguousarray(ids))
    starts, stops = read_only(starts), read_only(stops)
    read = np.append(0, np.cumsum(stops - starts))
    room = np.empty(max(_IDS_AT_ONCE, int((stops - starts).max(initial=0))), ids.dtype)
    row = 0
    while row < len(starts):
        last = int(np.searchsorted(read, read[row] + _IDS_AT_ONCE, side="right")) - 1
        last = max(last, row + 1)
        gathered = room[: read[last] - read[row]]
        gather(ids, starts[row:last], stops[row:last], gathered)
        yield gathered
        row = last


def _beyond_vocabulary(block: SequenceBlock, first: int, last: int, n_ids: int, shard: Shard) -> InputError:
    """Return the error that names the first id beyond the vocabulary."""
    for row in range(first, last):
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


def keep_exposing(matches: Matches, block: SequenceBlock, *, label_overlap: bool) -> Matches:
    """Drop occurrences that are no exposure of their own.

    With `label_overlap` the last id of a sequence is the first of another: an occurrence that starts
    there is counted in that other one. Positions that are not counted (padding, masked in the loss)
    take every occurrence that touches them along.
    """
    if not len(matches.phrase) or not (label_overlap or block.counted is not None):
        return matches
    keep: BoolArray = np.ones(len(matches.phrase), np.bool_)
    if label_overlap:
        length = (block.stops - block.starts)[matches.row]
        keep &= matches.token_offset < length - 1
    if block.counted is not None:
        not_counted_before = np.append(0, np.cumsum(~block.counted))
        start = block.starts[matches.row] + matches.token_offset
        keep &= not_counted_before[start] == not_counted_before[start + matches.n_tokens]
    return Matches(
        matches.phrase[keep], matches.row[keep], matches.token_offset[keep], matches.n_tokens[keep]
    )
