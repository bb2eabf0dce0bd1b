"""Occurrences as columns: what every search finds."""

from __future__ import annotations

from typing import NamedTuple

from indexer.units import Int32Array, Int64Array


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
