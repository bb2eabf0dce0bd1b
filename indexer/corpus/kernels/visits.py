"""The steps at which sequences were consumed, as arrays."""

from __future__ import annotations

from typing import NamedTuple

from indexer.units import Int64Array


class Visits(NamedTuple):
    """The steps at which a run of sequences was consumed, inside the training window.

    Attributes
    ----------
    offsets : array of int64, shape (n_sequences + 1,)
        The visits of sequence i are ``steps[offsets[i]:offsets[i + 1]]``: none, one or several.
    steps : array of int64
        Zero-based steps, ascending within a sequence; ``UNKNOWN_STEP`` where no order is known.
    """

    offsets: Int64Array
    steps: Int64Array
