"""Looks at a few sequences of a corpus before the scan: are these ids of this vocabulary and dtype."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.corpus.preflight.plausible import (
    LARGEST_VOCABULARY,
    likely_dtype,
    sign_of_swapped,
    sign_of_wider,
    sign_of_zeros,
)
from indexer.corpus.sequences import Reader, Shard
from indexer.errors import InputError
from indexer.units import TokenIds

SHARDS = 8
SEQUENCES = 4
IDS = 1 << 16
FEWEST_IDS = 1024


@dataclass(frozen=True)
class SampleFacts:
    """What a sample of the ids shows.

    Attributes
    ----------
    n_ids, n_shards : int
        How much was looked at.
    largest_id : int
        The largest id met.
    zero_rate : float
        Share of id 0.
    end_of_document_rate : float or None
        Share of the end-of-document id, where one is configured.
    other_dtype : str or None
        What speaks for another dtype, where the one that is given was taken on purpose.
    """

    n_ids: int
    n_shards: int
    largest_id: int
    zero_rate: float
    end_of_document_rate: float | None
    other_dtype: str | None = None


def check_sample(
    reader: Reader,
    *,
    vocab_size: int | None = None,
    end_of_document: int | None = None,
    given_dtype: str | None = None,
    has_tokenizer: bool = False,
) -> SampleFacts:
    """Look at the beginning, and where that is cheap the middle and end, of some shards.

    Parameters
    ----------
    reader : Reader
        An opened corpus.
    vocab_size : int, optional
        Ids run from 0 to here; without it only impossible ids are refused.
    end_of_document : int, optional
        Its share is told.
    given_dtype : str, optional
        As the configuration spells it. One that names the usual byte order, as in ``<u2``, is taken on
        purpose: ids that look like those of another dtype are then refused only where they are impossible.
    has_tokenizer : bool
        Whether the text of the ids will be looked at, which tells the other byte order (``>u2``) better.

    Raises
    ------
    InputError
        An id lies beyond the vocabulary, or the ids look like those of another dtype; the message names it.
    """
    shards = [shard for shard in reader.shards() if shard.n_sequences]
    chosen = (
        [shards[i] for i in sorted({round(i) for i in np.linspace(0, len(shards) - 1, SHARDS)})]
        if shards
        else []
    )
    given = given_dtype or ""
    order_is_told = has_tokenizer and given.startswith(">")
    parts = []
    doubt: str | None = None
    for shard in chosen:
        for ids, sequence in _pieces(reader, shard):
            _refuse_beyond(ids, sequence, shard, reader, vocab_size)
            try:
                _refuse_other_dtype(ids, sequence, shard, reader, vocab_size, order_is_told=order_is_told)
            except InputError as error:
                if not given.startswith("<"):
                    raise
                doubt = doubt or f"{error.path}: {error.what}"
            parts.append(ids)
    if not parts:
        return SampleFacts(0, 0, -1, 0.0, None)
    sample = np.concatenate(parts)
    rate = None if end_of_document is None else float((sample == end_of_document).mean())
    return SampleFacts(
        sample.size,
        len(chosen),
        int(sample.max(initial=0)),
        float((sample == 0).mean()) if sample.size else 0.0,
        rate,
        doubt,
    )


def _pieces(reader: Reader, shard: Shard) -> list[tuple[TokenIds, int]]:
    end = shard.first_sequence + shard.n_sequences
    places = {shard.first_sequence}
    if shard.seekable:
        places |= {shard.first_sequence + shard.n_sequences // 2, max(shard.first_sequence, end - SEQUENCES)}
    pieces: list[tuple[TokenIds, int]] = []
    # of short sequences more, so that patterns of wider ids show
    n_looked = max(SEQUENCES, FEWEST_IDS * shard.n_sequences // max(1, shard.n_tokens))
    for start in sorted(places):
        # the first block is enough, and stopping there keeps a packed shard from being unpacked whole
        block = next(iter(reader.blocks(shard, start, min(start + n_looked, end))), None)
        if block is not None and len(block.starts):
            low, high = int(block.starts[0]), int(block.stops[-1])
            pieces.append((block.ids[low : min(high, low + IDS)], start))
    return pieces


def _refuse_beyond(
    ids: TokenIds, sequence: int, shard: Shard, reader: Reader, vocab_size: int | None
) -> None:
    limit = vocab_size or LARGEST_VOCABULARY
    beyond = np.flatnonzero(ids >= limit)
    if not beyond.size:
        return
    at = int(beyond[0])
    other = _other_dtype(ids, reader, vocab_size)
    stored = np.dtype(reader.facts.dtype)
    if stored.kind == "i" and stored.itemsize == 4 and int(ids[at]) >= 1 << 31:
        unsigned = other or "uint32"
        raise InputError(
            f"id {int(ids[at]) - (1 << 32)} is negative under {stored.name}",
            path=shard.name,
            offset=f"sequence {sequence:,}, token {at:,}",
            fix=_fix(reader, unsigned),
        )
    of = f"the vocabulary of {limit:,}" if vocab_size else "any vocabulary"
    raise InputError(
        f"id {int(ids[at]):,} lies beyond {of}",
        path=shard.name,
        offset=f"sequence {sequence:,}, token {at:,}",
        fix=_fix(reader, other)
        or "the tokenizer, the dtype or the file is not the right one;"
        " where the model has more ids than the tokenizer, set [corpus] vocab_size to how many",
    )


def _refuse_other_dtype(
    ids: TokenIds,
    sequence: int,
    shard: Shard,
    reader: Reader,
    vocab_size: int | None,
    *,
    order_is_told: bool,
) -> None:
    dtype = np.dtype(reader.facts.dtype)
    zeros = sign_of_zeros(ids, dtype.itemsize)
    width = zeros or sign_of_wider(ids, dtype.itemsize)
    sign = width or (None if order_is_told else sign_of_swapped(ids, dtype.itemsize))
    other = None if sign is None else _other_dtype(ids, reader, vocab_size)
    if sign is None or (other is None and not zeros):
        return
    meant = f'; if they are {dtype.name} all the same, spell [corpus] dtype = "{dtype.str}"'
    if dtype.str.startswith(">"):
        decides = "set [tokenizer] path: the text of the ids decides then"
        meant = "" if width else f"; if they are {dtype.str} all the same, {decides}"
    raise InputError(
        f"{sign} under {dtype.name}",
        path=shard.name,
        offset=f"sequence {sequence:,}",
        fix=(_fix(reader, other) or "the dtype is too narrow") + (meant if reader.dtype_is_given else ""),
    )


def _other_dtype(ids: TokenIds, reader: Reader, vocab_size: int | None) -> str | None:
    """Return the dtype that the same bytes look like, where it is another one."""
    stored = np.dtype(reader.facts.dtype)
    likely = likely_dtype(ids.astype(stored).tobytes(), vocab_size)
    return likely if likely and np.dtype(likely) != stored else None


def _fix(reader: Reader, other: str | None) -> str | None:
    if other is None:
        return None
    looks = f"the ids look like {other}"
    if not reader.dtype_is_given:
        return f"{looks}, not as its header says"
    return f'{looks}: set [corpus] dtype = "{other}"'
