"""Looks at a few sequences of a corpus before the scan: are these ids of this vocabulary and dtype."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.corpus.preflight.plausible import LARGEST_VOCABULARY, likely_dtype
from indexer.corpus.sequences import Reader, Shard
from indexer.errors import InputError
from indexer.units import TokenIds

SHARDS = 8
SEQUENCES = 4
IDS = 1 << 16


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
    """

    n_ids: int
    n_shards: int
    largest_id: int
    zero_rate: float
    end_of_document_rate: float | None


def check_sample(
    reader: Reader, *, vocab_size: int | None = None, end_of_document: int | None = None
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
    parts = []
    for shard in chosen:
        for ids, sequence in _pieces(reader, shard):
            _check(ids, sequence, shard, reader.facts.dtype, vocab_size)
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
    )


def _pieces(reader: Reader, shard: Shard) -> list[tuple[TokenIds, int]]:
    end = shard.first_sequence + shard.n_sequences
    places = {shard.first_sequence}
    if shard.seekable:
        places |= {shard.first_sequence + shard.n_sequences // 2, max(shard.first_sequence, end - SEQUENCES)}
    pieces: list[tuple[TokenIds, int]] = []
    for start in sorted(places):
        # the first block is enough, and stopping there keeps a packed shard from being unpacked whole
        block = next(iter(reader.blocks(shard, start, min(start + SEQUENCES, end))), None)
        if block is not None and len(block.starts):
            low, high = int(block.starts[0]), int(block.stops[-1])
            pieces.append((block.ids[low : min(high, low + IDS)], start))
    return pieces


def _check(ids: TokenIds, sequence: int, shard: Shard, stored: str, vocab_size: int | None) -> None:
    if not ids.size:
        return
    limit = vocab_size or LARGEST_VOCABULARY
    dtype = np.dtype(stored)
    beyond = np.flatnonzero(ids >= limit)
    wider = _zero_pattern(ids, dtype.itemsize)
    if not beyond.size and wider is None:
        return
    likely = likely_dtype(ids.astype(dtype).tobytes(), vocab_size)
    other = likely if likely and np.dtype(likely) != dtype else None
    fix = f'the ids look like {other}: set [corpus] dtype = "{other}"' if other else None
    if beyond.size:
        of = f"the vocabulary of {limit:,}" if vocab_size else "any vocabulary"
        at = int(beyond[0])
        raise InputError(
            f"id {int(ids[at]):,} lies beyond {of}",
            path=shard.name,
            offset=f"sequence {sequence:,}, token {at:,}",
            fix=fix
            or "the tokenizer, the dtype or the file is not the right one;"
            " where the model has more ids than the tokenizer, set [corpus] vocab_size to how many",
        )
    raise InputError(
        f"only one in {wider} ids is not 0 under {dtype.name}",
        path=shard.name,
        offset=f"sequence {sequence:,}",
        fix=fix or "the dtype is too narrow",
    )


def _zero_pattern(ids: TokenIds, itemsize: int) -> int | None:
    """Return k where only every k-th id is not zero: the ids are wider than they are read, k times."""
    for k in (2, 4):
        if k * itemsize > 8 or ids.size < 32 * k:
            continue
        zeros = sorted(float((ids[place::k] == 0).mean()) for place in range(k))
        if zeros[0] < 0.5 and zeros[1] > 0.95:
            return k
    return None
