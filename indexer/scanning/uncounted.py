"""Drops occurrences that are no exposure of their own."""

from __future__ import annotations

import numpy as np

from indexer.corpus.sequences import SequenceBlock
from indexer.matching.blocks import read_only
from indexer.matching.matcher import Matches, new_matches
from indexer.scanning.kernels.uncounted import keep_counted
from indexer.units import Int64Array


def drop_uncounted(matches: Matches, block: SequenceBlock, *, label_overlap: bool) -> Matches:
    """Return the occurrences that count.

    With `label_overlap` the last id of a sequence is the first of another: an occurrence that starts
    there is counted in that other one. Positions that are not counted (padding, masked in the loss)
    take every occurrence that touches them along.
    """
    if not len(matches.phrase) or not (label_overlap or block.counted is not None):
        return matches
    not_counted_before: Int64Array = np.empty(0, np.int64)
    if block.counted is not None:
        not_counted_before = np.append(0, np.cumsum(~block.counted))
    kept = new_matches(len(matches.phrase))
    n = keep_counted(
        matches,
        read_only(np.ascontiguousarray(block.starts, np.int64)),
        read_only(np.ascontiguousarray(block.stops, np.int64)),
        not_counted_before,
        int(label_overlap),
        kept,
    )
    return Matches(kept.phrase[:n], kept.row[:n], kept.token_offset[:n], kept.n_tokens[:n])
