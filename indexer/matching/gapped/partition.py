"""Parts what was found: occurrences of phrases, and occurrences of parts of patterns with gaps."""

from __future__ import annotations

import numpy as np

from indexer.matching.gapped.kernels import partition as kernels
from indexer.matching.ids.search import first_occurrences
from indexer.matching.matcher import Matches


def partition(found: Matches, first_part: int, n_parts: int) -> tuple[Matches, Matches]:
    """Return the occurrences of phrases, and those of parts: phrase numbers from `first_part` on."""
    n = len(found.phrase)
    phrases, parts = (
        Matches(np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32))
        for _ in range(2)
    )
    n_phrases, n_of_parts = kernels.partition(found, first_part, n_parts, phrases, parts)
    return first_occurrences(phrases, n_phrases), first_occurrences(parts, n_of_parts)
