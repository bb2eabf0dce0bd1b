"""Several matchers as one: for phrases that are not all looked for in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.matching.matcher import Matcher, Matches, OnRows, one_behind_the_other, ordered
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

    def find(
        self, ids: TokenIds, starts: Int64Array, stops: Int64Array, on_rows: OnRows | None = None
    ) -> Matches:
        """Return the occurrences found by all of them; see `Matcher.find`."""
        found = [
            matcher.find(ids, starts, stops, None if number else on_rows)
            for number, matcher in enumerate(self.matchers)
        ]
        return ordered(one_behind_the_other(found))

    def prepare(self, sample: TokenIds) -> None:
        """Prepare all of them; see `Matcher.prepare`."""
        for matcher in self.matchers:
            matcher.prepare(sample)
