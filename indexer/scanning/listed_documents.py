"""Whether the documents that a format lists are documents: a packed corpus may list each of its rows as one.

Rows of a packed corpus hold ends of documents, and ids of the next document behind them. Megatron's index
and tables of rows are written so too: what they list is a row then, and documents are counted by their ends.
"""

from __future__ import annotations

import numpy as np

from indexer.corpus.documents import DocumentNumbers
from indexer.corpus.sequences import Reader, SequenceBlock, Shard
from indexer.scanning.document_ends import ends_of
from indexer.units import BoolArray

SAMPLE_IDS = 1 << 18


def listed_documents(reader: Reader, shard: Shard, end_of_document: int | None) -> DocumentNumbers | None:
    """Return how the format numbers the documents of a shard; None where they are to be counted.

    They are where most ends in the beginning of the shard stand inside one of what is listed. Every range of
    a shard looks at the same beginning.

    Parameters
    ----------
    reader : Reader
        Of the corpus.
    shard : Shard
        The shard.
    end_of_document : int or None
        The id that ends documents; None: what is listed is believed.
    """
    documents = reader.documents(shard)
    if documents is None or end_of_document is None or not shard.n_sequences:
        return documents
    n_rows = max(1, SAMPLE_IDS * shard.n_sequences // max(1, shard.n_tokens))
    first = shard.first_sequence
    n_ends = n_inside = 0
    for block in reader.blocks(shard, first, first + min(n_rows, shard.n_sequences)):
        inside = ends_inside(block, first, documents, end_of_document)
        n_ends, n_inside = n_ends + len(inside), n_inside + int(inside.sum())
    return None if 2 * n_inside > n_ends else documents


def ends_inside(
    block: SequenceBlock, first_sequence: int, documents: DocumentNumbers, end_of_document: int
) -> BoolArray:
    """Tell of each run of ends, in a row, whether one document stands before and behind it.

    Parameters
    ----------
    block : SequenceBlock
        Sequences of a shard.
    first_sequence : int
        The first sequence of the shard.
    documents : DocumentNumbers
        How its documents are numbered.
    end_of_document : int
        The id.

    Returns
    -------
    array of bool
        A value for each run; those at either end of a row are inside nothing.
    """
    rows, offsets = ends_of(block, end_of_document, 0)
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (np.diff(rows) != 0) | (np.diff(offsets) != 1)
    is_last = np.append(is_first[1:], True)[: len(rows)]
    run_rows, first, last = rows[is_first], offsets[is_first], offsets[is_last]
    lengths = np.asarray(block.stops - block.starts, np.int64)[run_rows]
    sequences = block.first_sequence - first_sequence + run_rows
    around = (first > 0) & (last < lengths - 1)
    before = documents.of(sequences, np.maximum(first - 1, 0))
    behind = documents.of(sequences, np.minimum(last + 1, lengths - 1))
    inside: BoolArray = around & (before == behind)
    return inside
