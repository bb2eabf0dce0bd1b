"""Counts the occurrences of a batch as they are found, where nobody asks for them one by one."""

from __future__ import annotations

import numpy as np

from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import SequenceBlock
from indexer.matching.blocks import read_only
from indexer.matching.matcher import Matcher, RunFinder
from indexer.scanning.kernels.uncounted import shorten_runs
from indexer.scanning.tally import Tally


def finder_of_runs(matcher: Matcher, batch: SequenceBlock) -> RunFinder | None:
    """Return the matcher if what it finds in a batch can be counted in runs.

    Where single positions are not counted, each occurrence has to be looked at.
    """
    return matcher if isinstance(matcher, RunFinder) and batch.counted is None else None


def count_runs(
    finder: RunFinder, batch: SequenceBlock, tally: Tally, visits: Visits, *, label_overlap: bool
) -> int:
    """Find and count the occurrences of a batch; return how many runs they are.

    Parameters
    ----------
    finder : RunFinder
        What finds them.
    batch : SequenceBlock
        Where; all its positions count.
    tally : Tally
        Counts them.
    visits : Visits
        The steps of the sequences.
    label_overlap : bool
        Whether the last id of a sequence is the first of another: what begins there is counted in that one.
    """
    n_runs, lengths = 0, read_only(np.ascontiguousarray(batch.stops - batch.starts, np.int64))
    for runs in finder.find_runs(batch.ids, batch.starts, batch.stops):
        if label_overlap:
            shorten_runs(runs, lengths, 1)
        tally.add_runs(runs, batch.first_sequence, visits)
        n_runs += len(runs.phrase)
    return n_runs
