"""Drops occurrences that are no exposure of their own."""

from __future__ import annotations

import numpy as np

from indexer.corpus.sequences import SequenceBlock
from indexer.matching.matcher import Matches
from indexer.units import BoolArray


def drop_uncounted(matches: Matches, block: SequenceBlock, *, label_overlap: bool) -> Matches:
    """Return the occurrences that count.

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
