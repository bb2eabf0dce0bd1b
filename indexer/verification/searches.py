"""The plain searches of an index for some of its phrases, in each unit it was counted in."""

from __future__ import annotations

import io
from collections.abc import Collection
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from indexer.index_dir import IndexDir
from indexer.partials import OTHER_FORMS
from indexer.plan.plan import Plan
from indexer.plan.store import load_tokenizer_of
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.verification.gapped_search import Gap, GappedPhrase, GappedSearch, Search
from indexer.verification.id_search import IdSearch
from indexer.verification.spelled_text import Spelling
from indexer.verification.text_search import TextSearch


class PhraseBook:
    """What the plan froze of phrases, as plain Python.

    Parameters
    ----------
    index : IndexDir
        The index.
    plan : Plan
        Its plan.

    Attributes
    ----------
    texts : list of str or None
        Text of each phrase; None where ids were given.
    other_forms : list of dict
        Rows of the phrases in other normal forms.
    tokenizer : Tokenizer or None
        The frozen one.
    spelling : Spelling or None
        What its ids spell.
    """

    def __init__(self, index: IndexDir, plan: Plan) -> None:
        self._index = index
        self._plan = plan
        self.match = plan.config.match
        phrases = pq.read_table(index.phrases_file)
        self.texts: list[str | None] = phrases["phrase"].to_pylist()
        ids: list[list[int] | None] = phrases["token_ids"].to_pylist()
        self._given_as_ids = {number: given for number, given in enumerate(ids) if given is not None}
        self._parts: list[str] = []
        self._gapped: dict[int, GappedPhrase] = {}
        if "gapped" in plan.frozen:
            self._parts = pq.read_table(index.parts_file)["phrase"].to_pylist()
            self._gapped = _gapped(pq.read_table(index.gapped_file), len(self.texts))
        self.other_forms: list[dict[str, object]] = []
        if "other_forms" in plan.frozen:
            self.other_forms = pq.read_table(index.other_forms_file).to_pylist()
        self.tokenizer = load_tokenizer_of(index, plan)
        self.spelling = None if self.tokenizer is None else _spelling(self.tokenizer, plan)

    @property
    def units(self) -> list[str]:
        """Return what phrases were looked for in, the unit of ``exposure_count`` first."""
        return ["text", "tokens"] if self.match.unit == "both" else [self.match.unit]

    def name(self, unit: str, number: int) -> str:
        """Return how a phrase is called in messages."""
        if unit == OTHER_FORMS:
            return str(self.other_forms[number]["spelled"])
        text = self.texts[number]
        return f"phrase_id {number}" if text is None else text

    def searches(self, numbers: Collection[int], others: Collection[int] = ()) -> dict[str, Search]:
        """Return a search for some phrases in each unit, and for some rows of other normal forms."""
        gapped = {number: self._gapped[number] for number in numbers if number in self._gapped}
        wanted = {number for number in numbers if number not in gapped}
        wanted.update(part for phrase in gapped.values() for part in phrase.parts)
        found: dict[str, Search] = {}
        for unit in self.units:
            search = self._texts(wanted) if unit == "text" else self._ids(wanted)
            found[unit] = search
            if gapped:
                found[unit] = GappedSearch(
                    search, gapped, in_text=unit == "text", spelling=self.spelling, match=self.match
                )
        if others and self.spelling is not None:
            texts = {number: str(self.other_forms[number]["spelled"]) for number in others}
            found[OTHER_FORMS] = TextSearch(texts, self.spelling, self.match)
        return found

    def text(self, number: int) -> str | None:
        """Return the text of a phrase or, numbered on from them, of a part; None where ids were given."""
        n_phrases = len(self.texts)
        return self.texts[number] if number < n_phrases else self._parts[number - n_phrases]

    def forms_of_texts(self, numbers: Collection[int]) -> list[tuple[int, list[int]]]:
        """Return number and ids of each form of some phrases, or of their parts, that were given as text."""
        gapped = [self._gapped[number] for number in numbers if number in self._gapped]
        wanted = {*numbers, *(part for phrase in gapped for part in phrase.parts)}
        with np.load(io.BytesIO(self._index.patterns_file.read_bytes())) as arrays:
            ids, offsets, phrase = arrays["ids"], arrays["offsets"].tolist(), arrays["phrase"].tolist()
        return [
            (number, ids[begin:end].tolist())
            for number, (begin, end) in zip(phrase, pairwise(offsets), strict=True)
            if number in wanted and number not in self._given_as_ids
        ]

    def _texts(self, wanted: Collection[int]) -> TextSearch:
        if self.spelling is None:
            raise ValueError("planning lets no text unit pass without a tokenizer")
        texts = {number: text for number in wanted if (text := self.text(number)) is not None}
        return TextSearch(texts, self.spelling, self.match)

    def _ids(self, wanted: Collection[int]) -> IdSearch:
        forms = [(number, given) for number, given in self._given_as_ids.items() if number in wanted]
        forms += self.forms_of_texts(wanted)
        return IdSearch(forms, self._given_as_ids, self.spelling, self.match)


def _gapped(table: pa.Table, n_phrases: int) -> dict[int, GappedPhrase]:
    phrases = {}
    for row in table.to_pylist():
        gaps = zip(row["least"], row["most"], row["units"], strict=True)
        parts = tuple(n_phrases + part for part in row["part_ids"])
        phrases[row["phrase_id"]] = GappedPhrase(parts, tuple(Gap(*gap) for gap in gaps))
    return phrases


def _spelling(tokenizer: Tokenizer, plan: Plan) -> Spelling:
    data, offsets, special = tokenizer.token_bytes()
    joined = data.tobytes()
    of_id = [joined[begin:end] for begin, end in pairwise(offsets.tolist())]
    corpus = plan.config.corpus
    separators = {*np.flatnonzero(special).tolist(), *corpus.special_ids}
    if corpus.end_of_document is not None:
        separators.add(corpus.end_of_document)
    return Spelling(of_id, frozenset(separators))
