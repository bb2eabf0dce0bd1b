"""Several matchers as one: for phrases that are not all looked for in the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.matches import Matcher, Matches, ordered
from indexer.units import Int64Array, TokenIds


class JoinedMatcher:
    """Finds what each of its matchers finds; they look for different phrases.

    Parameters
    ----------
    matchers : sequence of Matcher
        At least one; no phrase belongs to two of them.
    """

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self.matchers = tuple(matchers)

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences found by all of them; see `Matcher.find`."""
        found = [matcher.find(ids, starts, stops) for matcher in self.matchers]
        return ordered(Matches(*map(np.concatenate, zip(*found, strict=True))))

    def prepare(self, sample: TokenIds) -> None:
        """Prepare all of them; see `Matcher.prepare`."""
        for matcher in self.matchers:
            matcher.prepare(sample)
