"""The bytes each token id spells, as arrays: what tokenizers give and matchers take."""

from __future__ import annotations

from typing import NamedTuple

from indexer.units import BoolArray, Int64Array, Uint8Array


class TokenBytes(NamedTuple):
    """The bytes each id spells, whatever its neighbours.

    Attributes
    ----------
    data : array of uint8
        The bytes of all ids, one after another.
    offsets : array of int64, shape (n_ids + 1,)
        Id i spells ``data[offsets[i]:offsets[i + 1]]``.
    special : array of bool, shape (n_ids,)
        True for ids that stand for no text: end of document, padding, unknown, holes in the vocabulary.
        They are separators: no occurrence contains one, and text does not run across one.
    """

    data: Uint8Array
    offsets: Int64Array
    special: BoolArray
