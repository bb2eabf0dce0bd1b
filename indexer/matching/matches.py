"""What every matcher takes and gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds


class IdPatterns(NamedTuple):
    """Token-id sequences to look for; several may stand for one phrase.

    Attributes
    ----------
    ids : array of uint32
        The ids of all patterns, one pattern after another.
    offsets : array of int64, shape (n_patterns + 1,)
        Pattern p is ``ids[offsets[p]:offsets[p + 1]]``; none is empty, no two are equal for one phrase.
    phrase : array of int32, shape (n_patterns,)
        The phrase each one stands for.
    """

    ids: TokenIds
    offsets: Int64Array
    phrase: Int32Array


def taken(patterns: IdPatterns, chosen: BoolArray) -> IdPatterns:
    """Return the chosen ones of some patterns."""
    lengths = np.diff(patterns.offsets)
    return IdPatterns(
        patterns.ids[np.repeat(chosen, lengths)],
        np.append(0, np.cumsum(lengths[chosen])),
        patterns.phrase[chosen],
    )


class Matches(NamedTuple):
    """Occurrences in a block of sequences, ordered by (row, token_offset, phrase, n_tokens).

    Attributes
    ----------
    phrase : array of int32
        Which phrase.
    row : array of int64
        Number of the sequence within the block, from 0.
    token_offset : array of int32
        Tokens from the start of the sequence to the first token the occurrence touches.
    n_tokens : array of int32
        Tokens it touches.
    """

    phrase: Int32Array
    row: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array


class Matcher(Protocol):
    """Finds every occurrence: overlapping, nested and repeated ones too, each place once a phrase."""

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``.

        Parameters
        ----------
        ids : array of uint16 or uint32, shape (n_ids,)
            Token ids.
        starts, stops : array of int64, shape (n_sequences,)
            Half-open range of each sequence; ranges may overlap.
        """
        ...
