"""The token-id sequences a phrase has under a tokenizer: every spelling, in every place of a text.

A spelling has one sequence after a space, one at the start of a line, and under SentencePiece-type
tokenizers further ones after punctuation. Which of them a tokenizer tells apart is found by trying it,
not by its name. White-space tokens before the first letter are left out: a sequence with them would miss
the same words after a line end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.errors import ConfigError
from indexer.matching.matches import IdPatterns
from indexer.phrases.spellings import spellings_of
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.vocabulary import TokenBytes

Form: TypeAlias = tuple[int, ...]

MARKS = ('"', "(", "-", "“")
"""Marks whose following word SentencePiece-type tokenizers cut differently."""

FURTHER_MARKS = ("'", "‘", "—", "[", "/", "_", "*", ".", ",", ":", "\t", "$")
"""Marks tried beside them: some pre-tokenizers join one with the word that follows."""

_PROBE_LINE = (
    "the this some many dogs really very llamas two English Harvard teacher women I a it ever only who what "
    "girls surprised examined The This Some Many Dogs Really Very Llamas THE SOME"
)
_PROBES = tuple(_PROBE_LINE.split(" "))
_ENCODED_AT_ONCE = 200_000


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
    forms: list[list[Form]] = [[] if ids is None else [tuple(ids)] for ids in given]
    spelled = [number for number, ids in enumerate(given) if ids is None]
    if tokenizer is not None:
        _refuse_unknown_ids(given, tokenizer)
    if spelled:
        if tokenizer is None:
            raise ConfigError(
                f"the phrase {texts[spelled[0]]!r} is text",
                path="[tokenizer] path",
                expected="a tokenizer to turn it into ids",
                fix="name one, or give token_ids for every phrase",
            )
        _add_forms(forms, spelled, texts, met, tokenizer, match)
    return _packed(phrases["phrase_id"].to_pylist(), forms)


def phrases_without_patterns(phrases: pa.Table, patterns: IdPatterns) -> list[int]:
    """Return the numbers of the phrases the vocabulary cannot spell: they have no id sequence at all."""
    without: list[int] = np.setdiff1d(phrases["phrase_id"].to_numpy(), patterns.phrase).tolist()
    return without


def _add_forms(
    forms: list[list[Form]],
    spelled: Sequence[int],
    texts: Sequence[str],
    met: Sequence[Sequence[str]],
    tokenizer: Tokenizer,
    match: MatchConfig,
) -> None:
    encoder = FormEncoder(tokenizer)
    batch: list[str] = []
    owners: list[int] = []

    def flush() -> None:
        for number, found in zip(owners, encoder.forms(batch), strict=True):
            forms[number].extend(found)
        batch.clear()
        owners.clear()

    for number in spelled:
        for spelling in spellings_of(texts[number], met[number], match):
            batch.append(spelling)
            owners.append(number)
        if len(batch) >= _ENCODED_AT_ONCE:
            flush()
    flush()


class FormEncoder:
    """Finds the sequences one tokenizer gives a spelling.

    Parameters
    ----------
    tokenizer : Tokenizer
        The tokenizer; it is tried on a few words to learn after which marks it cuts a word differently.

    Attributes
    ----------
    marks : tuple of str
        The marks whose following word is cut in another way than after a space or a line end.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._vocabulary = tokenizer.token_bytes()
        self._blank = _blank_ids(self._vocabulary)
        self._special = frozenset(np.flatnonzero(self._vocabulary.special).tolist())
        self.marks: tuple[str, ...] = ()
        self.marks = self._marks_that_matter()

    def forms(self, spellings: Sequence[str]) -> list[list[Form]]:
        """Return the sequences of each spelling, without doubles."""
        found: list[dict[Form, None]] = [{} for _ in spellings]
        for mark in ("", " ", *self.marks):
            encoded = self._tokenizer.encode_batch([mark + spelling for spelling in spellings])
            for number, ids in enumerate(encoded):
                form = self._after(mark, ids) if mark.strip() or mark == "\t" else self._stripped(ids)
                if form and self._special.isdisjoint(form):
                    found[number].setdefault(form)
        return [list(each) for each in found]

    def _marks_that_matter(self) -> tuple[str, ...]:
        """Return the marks that give some probe word a sequence the others do not.

        The usual marks stay together: where one of them matters, another may matter for another word.
        """
        known = [set(found) for found in self.forms(_PROBES)]
        chosen: list[str] = []
        for mark in (*MARKS, *FURTHER_MARKS):
            is_new = False
            for number, ids in enumerate(self._tokenizer.encode_batch([mark + word for word in _PROBES])):
                form = self._after(mark, ids)
                if form and self._special.isdisjoint(form) and form not in known[number]:
                    known[number].add(form)
                    is_new = True
            if is_new:
                chosen.append(mark)
        if any(mark in MARKS for mark in chosen):
            chosen = [*MARKS, *(mark for mark in chosen if mark not in MARKS)]
        return tuple(chosen)

    def _after(self, mark: str, ids: Sequence[int]) -> Form | None:
        """Cut the mark off; a token that holds the mark and letters stays whole."""
        wanted = mark.encode("utf-8")
        read = b""
        for position, token in enumerate(ids):
            read += self._bytes(token)
            text = read.lstrip(b" ")
            if text == wanted:
                return self._stripped(ids[position + 1 :])
            if text.startswith(wanted):
                return tuple(ids[position:])
            if text and not wanted.startswith(text):
                return None
        return None

    def _stripped(self, ids: Sequence[int]) -> Form:
        start = 0
        while start < len(ids) and ids[start] in self._blank:
            start += 1
        return tuple(ids[start:])

    def _bytes(self, token: int) -> bytes:
        start, stop = self._vocabulary.offsets[token : token + 2]
        return self._vocabulary.data[start:stop].tobytes()


def _blank_ids(vocabulary: TokenBytes) -> frozenset[int]:
    data = vocabulary.data.tobytes()
    offsets = vocabulary.offsets.tolist()
    return frozenset(
        token for token, (start, stop) in enumerate(itertools.pairwise(offsets)) if data[start:stop].isspace()
    )


def _refuse_unknown_ids(given: Iterable[Sequence[int] | None], tokenizer: Tokenizer) -> None:
    for number, ids in enumerate(given):
        if ids is not None and max(ids) >= tokenizer.n_ids:
            raise ConfigError(
                f"phrase {number} is given as ids and holds {max(ids):,}",
                expected=f"ids of {tokenizer.name}, from 0 to {tokenizer.n_ids - 1:,}",
            )


def _packed(phrase_ids: Sequence[int], forms: Sequence[Sequence[Form]]) -> IdPatterns:
    ids: list[int] = []
    offsets = [0]
    owners: list[int] = []
    for number, found in zip(phrase_ids, forms, strict=True):
        for form in dict.fromkeys(found):
            ids.extend(form)
            offsets.append(len(ids))
            owners.append(number)
    return IdPatterns(
        np.array(ids, dtype=np.uint32), np.array(offsets, dtype=np.int64), np.array(owners, dtype=np.int32)
    )
