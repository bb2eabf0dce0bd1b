"""Turns documents of text into sequences of ids the way a training run did.

Two ways. ``document``: every document is one sequence, cut at N ids; the padding that a trainer adds behind a
short one is not made, so it is never counted. ``packed``: documents, each followed by an end-of-document
id, are one long stream, cut into sequences of N ids; what fills no sequence at the very end is dropped.

Token shards are written with this, and raw text is read with it: both give the same sequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.corpus.text.documents import Document
from indexer.errors import ConfigError
from indexer.tokenizers import Tokenizer

FIRST_BATCH = 16
BATCH_DOCUMENTS = 1024
BATCH_CHARACTERS = 4_000_000
MODES = ("document", "packed")


@dataclass(frozen=True)
class Cutting:
    """How documents become sequences.

    Attributes
    ----------
    mode : str
        ``document`` or ``packed``.
    sequence_length : int
        Most ids of a sequence (document), or exactly as many (packed).
    end_of_document : int or None
        Id put behind each document; it counts towards the length. In document mode a document that is cut
        keeps it as its last id, as tokenizers do that add it before they truncate to N.
    shard_tokens : int
        A shard is closed after the document that brings it to this many ids.
    empty_documents : str
        ``keep``: a document without ids counts as any other, with its end-of-document id; ``drop``: it leaves
        nothing, as in Megatron-LM and GPT-NeoX, which write no end-of-document id for it.
    """

    mode: str
    sequence_length: int
    end_of_document: int | None
    shard_tokens: int = 100_000_000
    empty_documents: str = "keep"


def check_cutting(cutting: Cutting, tokenizer: Tokenizer) -> None:
    """Refuse a length or an end-of-document id that makes no sense.

    Raises
    ------
    ConfigError
        The length is below 1, or the id lies outside the vocabulary.
    """
    if cutting.sequence_length < 1:
        raise ConfigError(f"a sequence of {cutting.sequence_length} ids", expected="at least 1")
    end = cutting.end_of_document
    if end is not None and not 0 <= end < tokenizer.n_ids:
        raise ConfigError(
            f"end-of-document id {end} is not in the vocabulary of {tokenizer.name}",
            expected=f"0 to {tokenizer.n_ids - 1:,}",
        )


class Cutter:
    """Cuts the ids of one document after another into sequences.

    Parameters
    ----------
    cutting : Cutting
        How.
    pending : sequence of int
        Ids that already wait for a full sequence.
    dtype : dtype
        Dtype of the sequences.
    """

    def __init__(self, cutting: Cutting, pending: Sequence[int], dtype: np.dtype[Any]) -> None:
        self.cutting = cutting
        self._dtype = dtype
        self._held = np.array(pending, dtype)
        self.n_cut_off = 0
        """Ids of documents that are longer than a sequence, which stand in none."""

    def cut(self, ids: Sequence[int]) -> list[NDArray[Any]]:
        """Return the sequences that are full once these ids have come."""
        length, end = self.cutting.sequence_length, self.cutting.end_of_document
        if not len(ids) and self.cutting.empty_documents == "drop":
            return []
        if self.cutting.mode == "document":
            self.n_cut_off += max(0, len(ids) + (end is not None) - length)
            if end is None:
                return [np.array(ids[:length], self._dtype)]
            return [np.array([*ids[: length - 1], end], self._dtype)]
        tail = [] if end is None else [end]
        held = np.concatenate([self._held, np.array([*ids, *tail], self._dtype)])
        n_full = len(held) // length
        self._held = held[n_full * length :]
        return list(held[: n_full * length].reshape(n_full, length))

    def pending(self) -> list[int]:
        """Return the ids that wait for a full sequence."""
        ids: list[int] = self._held.tolist()
        return ids


def encoded(documents: Iterable[Document], tokenizer: Tokenizer) -> Iterator[tuple[Document, Sequence[int]]]:
    """Encode batch after batch on all cores; the next batch is encoded while this one is used.

    Yields
    ------
    Document, sequence of int
        Each document and its ids, in the order they came.
    """
    batches = _batches(documents)

    def encode() -> tuple[list[Document], list[list[int]]] | None:
        batch = next(batches, None)
        return None if batch is None else (batch, tokenizer.encode_batch([one.text for one in batch]))

    # The library's own threads keep two cores busy at 1.75, and `exposure tokenize` as a whole at 1.65:
    # processes beside them could gain a tenth (GPT-NeoX's vocabulary, 1.8 million ids a second on two cores).
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(encode)
        while (done := coming.result()) is not None:
            coming = ahead.submit(encode)
            yield from zip(*done, strict=True)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Gather documents, few at first: who only looks at the first sequences does not wait for thousands."""
    batch: list[Document] = []
    n_characters, n_wanted = 0, FIRST_BATCH
    for document in documents:
        batch.append(document)
        n_characters += len(document.text)
        if len(batch) == n_wanted or n_characters >= BATCH_CHARACTERS:
            yield batch
            batch, n_characters, n_wanted = [], 0, min(2 * n_wanted, BATCH_DOCUMENTS)
    if batch:
        yield batch
