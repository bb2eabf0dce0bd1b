"""Several matchers as one: for phrases that are not all looked for in the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.matches import Matcher, Matches
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
        phrase = np.concatenate([matches.phrase for matches in found])
        row = np.concatenate([matches.row for matches in found])
        token_offset = np.concatenate([matches.token_offset for matches in found])
        n_tokens = np.concatenate([matches.n_tokens for matches in found])
        order = np.lexsort((n_tokens, phrase, token_offset, row))
        return Matches(phrase[order], row[order], token_offset[order], n_tokens[order])
