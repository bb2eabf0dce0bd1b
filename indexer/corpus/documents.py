"""In which document of its shard a token stands, where a format knows its documents.

A reader that knows them tells it by one of the rules below. Of other formats the scan counts end-of-document
ids; see `indexer.scanning.document_ends`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from indexer.errors import InputError
from indexer.units import Int64Array


class DocumentNumbers(Protocol):
    """Numbers the documents of one shard."""

    def of(self, sequences: Int64Array, offsets: Int64Array) -> Int64Array:
        """Return the document in which each token stands.

        Parameters
        ----------
        sequences : array of int64
            Numbers of sequences, from the shard's own start.
        offsets : array of int64
            Tokens from the start of each sequence.

        Returns
        -------
        array of int64
            Documents of the shard, from 0.
        """
        ...


class RowDocuments:
    """Every sequence is a document of its own: a line, a row, a sample."""

    def of(self, sequences: Int64Array, offsets: Int64Array) -> Int64Array:
        """Return the sequences themselves."""
        del offsets
        return sequences


@dataclass(frozen=True)
class FlatDocuments:
    """Documents follow each other in one run of ids that is cut into rows.

    Attributes
    ----------
    starts : array of int64
        First id of each document, ascending; equal to the next one's where a document is empty.
    stride : int
        Ids from the start of a row to that of the next.
    """

    starts: Int64Array
    stride: int

    def of(self, sequences: Int64Array, offsets: Int64Array) -> Int64Array:
        """Return the last document that begins at or before each token."""
        numbers: Int64Array = np.searchsorted(self.starts, sequences * self.stride + offsets, "right") - 1
        return numbers


@dataclass(frozen=True)
class StoredDocuments:
    """Documents are runs of stored sequences.

    Attributes
    ----------
    first_sequences : array of int64
        First stored sequence of each document, ascending.
    """

    first_sequences: Int64Array

    def of(self, sequences: Int64Array, offsets: Int64Array) -> Int64Array:
        """Return the last document that begins at or before each sequence."""
        del offsets
        numbers: Int64Array = np.searchsorted(self.first_sequences, sequences, "right") - 1
        return numbers


def starts_of_ends(ends: Int64Array, n_ids: int, name: str) -> Int64Array:
    """Return where documents begin, given where they end.

    Raises
    ------
    InputError
        The ends do not ascend to the number of ids.
    """
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1].astype(np.int64)])
    last = int(ends[-1]) if len(ends) else 0
    if last != n_ids or bool((np.diff(starts) < 0).any()) or (len(ends) and last < int(starts[-1])):
        raise InputError(
            f"has documents that end at id {last:,}", path=name, expected=f"ascending ends, up to {n_ids:,}"
        )
    return starts


def first_sequences_of(documents: Int64Array, n_sequences: int, name: str) -> Int64Array | None:
    """Return the first stored sequence of each document of an index; None where it lists no document.

    Parameters
    ----------
    documents : array of int64
        The document index: numbers of sequences, from 0 to how many there are.

    Raises
    ------
    InputError
        It does not ascend from 0 to the number of sequences.
    """
    if len(documents) < 2:
        return None
    ascending = bool((np.diff(documents) >= 0).all())
    if int(documents[0]) != 0 or int(documents[-1]) != n_sequences or not ascending:
        raise InputError(
            f"has a document index from {int(documents[0]):,} to {int(documents[-1]):,}",
            path=name,
            expected=f"sequences that ascend from 0 to {n_sequences:,}",
        )
    return np.asarray(documents[:-1], np.int64)
