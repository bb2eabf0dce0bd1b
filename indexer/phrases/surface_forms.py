"""The token-id sequences of every phrase under a tokenizer: all spellings, in every place of a text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.config.match import MatchConfig
from indexer.errors import ConfigError
from indexer.patterns import IdPatterns
from indexer.phrases.form_encoder import FormEncoder
from indexer.phrases.ragged import Ragged, join, ragged, select
from indexer.phrases.spelled_rows import spelled_rows
from indexer.phrases.word_by_word import encode_spellings
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import Int64Array

_PHRASES_AT_ONCE = 1 << 16
"""Phrases that are spelled at once: some hundred spellings each take ten times the memory of their ids."""


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
    is_text = pc.is_null(phrases["token_ids"])
    with_text = np.flatnonzero(is_text)
    with_ids = np.flatnonzero(pc.invert(is_text))
    given = ragged(phrases["token_ids"].take(pa.array(with_ids)).to_pylist())
    owner, ids = with_ids, Ragged(given.items.astype(np.uint32), given.offsets)
    if tokenizer is not None:
        _refuse_unknown_ids(owner, ids, tokenizer)
    if len(with_text):
        if tokenizer is None:
            raise ConfigError(
                f"the phrase {phrases['phrase'][int(with_text[0])].as_py()!r} is text",
                path="[tokenizer] path",
                expected="a tokenizer to turn it into ids",
                fix="name one, or give token_ids for every phrase",
            )
        encoder = FormEncoder(tokenizer)
        owners, of_texts = [owner.astype(np.int32)], [ids]
        for first in range(0, len(with_text), _PHRASES_AT_ONCE):
            some = with_text[first : first + _PHRASES_AT_ONCE]
            texts = phrases.select(["phrase", "spellings"]).take(pa.array(some))
            forms = encode_spellings(encoder, spelled_rows(texts["phrase"], texts["spellings"], match))
            owners.append(some[forms.owner].astype(np.int32))
            of_texts.append(forms.ids)
        owner, ids = np.concatenate(owners), join(of_texts)
        if len(with_ids):
            order = np.argsort(owner, kind="stable")
            owner, ids = owner[order], select(ids, order)
    phrase_ids = phrases["phrase_id"].to_numpy()
    return IdPatterns(ids.items, ids.offsets, phrase_ids[owner].astype(np.int32))


def phrases_without_patterns(phrases: pa.Table, patterns: IdPatterns) -> list[int]:
    """Return the numbers of the phrases the vocabulary cannot spell: they have no id sequence at all."""
    without: list[int] = np.setdiff1d(phrases["phrase_id"].to_numpy(), patterns.phrase).tolist()
    return without


def _refuse_unknown_ids(owner: Int64Array, given: Ragged, tokenizer: Tokenizer) -> None:
    beyond = np.flatnonzero(given.items >= tokenizer.n_ids)
    if len(beyond):
        row = int(np.searchsorted(given.offsets, beyond[0], side="right")) - 1
        largest = int(given.items[given.offsets[row] : given.offsets[row + 1]].max())
        raise ConfigError(
            f"phrase {owner[row]} is given as ids and holds {largest:,}",
            expected=f"ids of {tokenizer.name}, from 0 to {tokenizer.n_ids - 1:,}",
        )
