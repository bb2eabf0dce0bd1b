"""The token-id sequences of every phrase under a tokenizer: all spellings, in every place of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.errors import ConfigError
from indexer.patterns import IdPatterns
from indexer.phrases.form_encoder import FormEncoder
from indexer.phrases.ragged import Ragged, ragged
from indexer.phrases.spellings import spellings_of
from indexer.phrases.word_by_word import encode_spellings
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import Int64Array


def id_patterns(phrases: pa.Table, tokenizer: Tokenizer | None, match: MatchConfig) -> IdPatterns:
    """Return every token-id sequence to look for.

    Parameters
    ----------
    phrases : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them.
    tokenizer : Tokenizer or None
        The tokenizer of the corpus; None where every phrase is given as ids.
    match : MatchConfig
        Case and whitespace settings.

    Returns
    -------
    IdPatterns
        Ordered by phrase; no sequence is empty, none stands twice for one phrase, none contains an id that
        stands for no text. Given ids pass through unchanged. A phrase the vocabulary cannot spell has none.

    Raises
    ------
    ConfigError
        A phrase is text and there is no tokenizer, or a given id is beyond the vocabulary.
    """
    given = phrases["token_ids"].to_pylist()
    texts = phrases["phrase"].to_pylist()
    met = phrases["spellings"].to_pylist()
    with_ids = [number for number, ids in enumerate(given) if ids is not None]
    with_text = [number for number, ids in enumerate(given) if ids is None]
    owners: list[Int64Array] = [np.array(with_ids, dtype=np.int64)]
    packed: list[Ragged] = [ragged(given[number] for number in with_ids)]
    if tokenizer is not None:
        _refuse_unknown_ids(given, tokenizer)
    if with_text:
        if tokenizer is None:
            raise ConfigError(
                f"the phrase {texts[with_text[0]]!r} is text",
                path="[tokenizer] path",
                expected="a tokenizer to turn it into ids",
                fix="name one, or give token_ids for every phrase",
            )
        spellings: list[str] = []
        spelled_by: list[int] = []
        for number in with_text:
            found = spellings_of(texts[number], met[number], match)
            spellings += found
            spelled_by += [number] * len(found)
        forms = encode_spellings(FormEncoder(tokenizer), spellings)
        owners.append(np.array(spelled_by, dtype=np.int64)[forms.spelling])
        packed.append(forms.ids)
    return _patterns(phrases["phrase_id"].to_numpy(), owners, packed)


def phrases_without_patterns(phrases: pa.Table, patterns: IdPatterns) -> list[int]:
    """Return the numbers of the phrases the vocabulary cannot spell: they have no id sequence at all."""
    without: list[int] = np.setdiff1d(phrases["phrase_id"].to_numpy(), patterns.phrase).tolist()
    return without


def _refuse_unknown_ids(given: Iterable[Sequence[int] | None], tokenizer: Tokenizer) -> None:
    for number, ids in enumerate(given):
        if ids is not None and max(ids) >= tokenizer.n_ids:
            raise ConfigError(
                f"phrase {number} is given as ids and holds {max(ids):,}",
                expected=f"ids of {tokenizer.name}, from 0 to {tokenizer.n_ids - 1:,}",
            )


def _patterns(phrase_ids: Int64Array, owners: Sequence[Int64Array], packed: Sequence[Ragged]) -> IdPatterns:
    """Join the forms, order them by phrase, and keep each once for a phrase."""
    owner = np.concatenate(owners)
    items = np.concatenate([each.items for each in packed]).astype(np.uint32)
    ends = np.cumsum(np.concatenate([each.lengths for each in packed]))
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    data = items.tobytes()
    width = items.itemsize
    order = np.argsort(owner, kind="stable")
    first: dict[tuple[int, bytes], None] = {}
    for number, start, stop in zip(
        owner[order].tolist(), (starts[order] * width).tolist(), (ends[order] * width).tolist(), strict=True
    ):
        first.setdefault((number, data[start:stop]))
    lengths = np.fromiter((len(ids) // width for _, ids in first), np.int64, len(first))
    return IdPatterns(
        np.frombuffer(b"".join(ids for _, ids in first), np.uint32).copy(),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
        phrase_ids[np.fromiter((number for number, _ in first), np.int64, len(first))].astype(np.int32),
    )
