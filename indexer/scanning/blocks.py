"""What is checked and recorded of every block on its way to the matcher."""

from __future__ import annotations

import numpy as np
import xxhash

from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import InputError
from indexer.matching.matches import Matches
from indexer.units import BoolArray


def check_vocabulary(block: SequenceBlock, n_ids: int, shard: Shard) -> None:
    """Refuse an id beyond the vocabulary.

    Raises
    ------
    InputError
        Names shard, sequence, token and id.
    """
    if not len(block.ids) or int(block.ids.max()) < n_ids:
        return
    for row in range(len(block.starts)):
        sequence = block.ids[block.starts[row] : block.stops[row]]
        beyond = np.flatnonzero(sequence >= n_ids)
        if len(beyond):
            raise InputError(
                f"id {int(sequence[beyond[0]])} is beyond the vocabulary",
                path=shard.name,
                offset=f"sequence {block.first_sequence + row:,}, token {int(beyond[0]):,}",
                expected=f"ids below {n_ids:,}",
                fix="check [corpus] dtype, and that [tokenizer] is the one of this corpus",
            )


class TokensHash:
    """xxh3-128 of the ids of all sequences, one after another, however they are cut into blocks."""

    def __init__(self) -> None:
        self._hash = xxhash.xxh3_128()

    def add(self, block: SequenceBlock) -> None:
        """Take in the sequences of a block."""
        if not len(block.starts):
            return
        if np.array_equal(block.starts[1:], block.stops[:-1]):
            self._hash.update(np.ascontiguousarray(block.ids[block.starts[0] : block.stops[-1]]).data)
            return
        for start, stop in zip(block.starts.tolist(), block.stops.tolist(), strict=True):
            self._hash.update(np.ascontiguousarray(block.ids[start:stop]).data)

    def hexdigest(self) -> str:
        """Return the hash so far."""
        return self._hash.hexdigest()


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
