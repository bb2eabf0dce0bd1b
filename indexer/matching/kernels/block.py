"""Sequences as kernels take them: many of them, or one."""

from __future__ import annotations

from typing import NamedTuple

from indexer.units import Int64Array, TokenIds


class Block(NamedTuple):
    """Sequences that are searched together; they may overlap.

    Attributes
    ----------
    ids : array of uint16 or uint32
        Token ids.
    starts, stops : array of int64, shape (n_sequences,)
        Sequence r, or row r, is ``ids[starts[r]:stops[r]]``.
    """

    ids: TokenIds
    starts: Int64Array
    stops: Int64Array


class Row(NamedTuple):
    """One of these sequences, ``ids[start:stop]``."""

    ids: TokenIds
    start: int
    stop: int
