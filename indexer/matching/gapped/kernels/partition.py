"""Part the occurrences of phrases from those of the parts of patterns with gaps."""

from __future__ import annotations

from indexer.jit.compile import uncounted
from indexer.matching.ids.kernels.verify import copy_occurrence
from indexer.matching.kernels.matches import Matches


@uncounted
def partition(
    found: Matches, first_part: int, n_parts: int, phrases: Matches, parts: Matches
) -> tuple[int, int]:
    """Copy the occurrences of phrases, numbered below `first_part`, and those of the parts behind them.

    Parameters
    ----------
    found, phrases, parts : Matches
        From where, and buffers for all of them twice.

    Returns
    -------
    n_phrases, n_of_parts : int
        How many there are of both.
    """
    n_phrases = n_of_parts = 0
    for k in range(found.phrase.shape[0]):
        if found.phrase[k] < first_part:
            copy_occurrence(found, k, phrases, n_phrases)
            n_phrases += 1
        elif found.phrase[k] < first_part + n_parts:
            copy_occurrence(found, k, parts, n_of_parts)
            n_of_parts += 1
    return n_phrases, n_of_parts
