"""Minimal pairs of a source: each named, cut into words, and given its critical phrases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from indexer.config.phrases import PhrasesConfig
from indexer.phrases import study
from indexer.phrases.columns import PairColumns
from indexer.phrases.critical_phrase import (
    CriticalPhrases,
    by_generic_rule,
    by_named_words,
    by_paradigm,
    finish,
)
from indexer.phrases.difference import MinimalPair, compare
from indexer.phrases.fields import id_of, name_of, sentence_of
from indexer.phrases.generic import Neighbourhood
from indexer.phrases.own_rules import OwnRules, ask, load_own_rules
from indexer.phrases.own_spans import named_words, offsets_of
from indexer.phrases.pair_table import Naming, PairRows
from indexer.phrases.phrase_table import MOST_PHRASE_BYTES, PhraseTable
from indexer.phrases.rules.rule import Paradigm, RuleDoesNotApplyError
from indexer.phrases.rules.table import PARADIGMS
from indexer.phrases.segmentation import Segmenter, load_segmenter, split
from indexer.phrases.sentence import Sentence
from indexer.phrases.sources.record import Record
from indexer.phrases.sources.source import file_stem, source_name

BLIMP = "blimp"
OWN_SPANS = "own spans"


class PairReader:
    """Gives every pair of a source its critical phrases.

    Parameters
    ----------
    columns : PairColumns
        Which fields hold what.
    config : PhrasesConfig
        Rules and options.
    phrases : PhraseTable
        Takes the phrases.
    base : Path
        Folder relative paths start from.
    """

    def __init__(self, columns: PairColumns, config: PhrasesConfig, phrases: PhraseTable, base: Path) -> None:
        self._columns = columns
        self._config = config
        self._phrases = phrases
        self._own: OwnRules = load_own_rules(config.own_rules, base)
        self._segmenter: Segmenter | None = load_segmenter(config.segmenter, base)
        self._neighbourhood = Neighbourhood(config.side, config.reach)
        self._known: Mapping[str, Paradigm] = {} if config.rules == "generic" else PARADIGMS
        self._set_name = config.dataset or source_name(config.source)

    def read(self, rows: Iterable[Record]) -> pa.Table:
        """Return the pair table of the rows.

        Raises
        ------
        ConfigError
            A sentence is missing or empty, two pairs have one id, or what a row or an own rule gives as spans
            is none; file and line are named.
        """
        pairs = PairRows()
        keep = frozenset(self._config.paradigms)
        first_of: dict[str, Record] = {}
        numbers: dict[str, int] = {}
        for row in rows:
            paradigm = name_of(row, self._columns.paradigm) or file_stem(row.path)
            if keep and paradigm not in keep:
                continue
            number = numbers[paradigm] = numbers.get(paradigm, -1) + 1
            naming = self._naming(row, paradigm, number)
            earlier = first_of.setdefault(naming.pair_id, row)
            if earlier is not row:
                first = f"{earlier.path}, {earlier.unit} {earlier.number}"
                raise row.wrong(f"pair {naming.pair_id} stands twice, first at {first}")
            sentences = (
                self._split(row, self._columns.good, "good sentence"),
                self._split(row, self._columns.bad, "bad sentence"),
            )
            found = self._find(compare(*sentences), paradigm, row)
            found, phrase_ids = self._number(sentences, found)
            pairs.add(naming, sentences, found, phrase_ids)
        return pairs.to_arrow()

    def _naming(self, row: Record, paradigm: str, number: int) -> Naming:
        known = self._own.paradigms.get(paradigm) or self._known.get(paradigm)
        given = id_of(row, self._columns.id, default=number)
        return Naming(
            pair_id=given if given.startswith(f"{paradigm}/") else f"{paradigm}/{given}",
            dataset=self._config.dataset or (BLIMP if paradigm in self._known else self._set_name),
            paradigm=paradigm,
            phenomenon=known.phenomenon if known is not None else name_of(row, self._columns.phenomenon),
            field=name_of(row, self._columns.field),
        )

    def _split(self, row: Record, column: str, what: str) -> Sentence:
        given: str | Sequence[str] = sentence_of(row, column, what)
        try:
            return split(given, self._segmenter)
        except ValueError as error:
            raise row.wrong(f"{what}: the segmenter does not return the text in pieces ({error})") from None

    def _find(self, pair: MinimalPair, paradigm: str, row: Record) -> CriticalPhrases:
        found = self._mark(pair, paradigm, row)
        if self._config.rules == "study":
            if found.rule in study.PUBLISHED:
                found = found._replace(rule=f"study/{found.rule}")
            found = found._replace(excluded=found.excluded or study.left_out(paradigm, pair))
        if self._config.equal_length_only and study.unequal_length(pair):
            found = found._replace(excluded=found.excluded or study.UNEQUAL_LENGTH)
        return found

    def _mark(self, pair: MinimalPair, paradigm: str, row: Record) -> CriticalPhrases:
        """Ask, in this order: span columns, own function, named words, table of rules, generic rule."""
        texts = (pair.good.text, pair.bad.text)
        roles = self._columns.roles
        given = offsets_of(row, roles, texts)
        if given is not None:
            return finish(pair, given, OWN_SPANS)
        if self._own.function is not None:
            answer = ask(self._own.function, texts, row)
            if answer is not None:
                return finish(pair, answer, self._own.name)
        fallback = None
        named = named_words(row, roles)
        own = self._own.paradigms.get(paradigm)
        known = own or self._known.get(paradigm)
        try:
            if named is not None:
                return by_named_words(pair, named)
            if known is not None:
                return by_paradigm(pair, known, own=own is not None)
        except RuleDoesNotApplyError as reason:
            fallback = str(reason)
        return by_generic_rule(pair, self._neighbourhood, fallback)

    def _number(
        self, sentences: tuple[Sentence, Sentence], found: CriticalPhrases
    ) -> tuple[CriticalPhrases, tuple[int | None, int | None]]:
        if found.spans is None:
            return found, (None, None)
        texts = [
            # How much white space stands between the words is layout.
            " ".join(side.text[marked.phrase.start : marked.phrase.stop].split())
            for side, marked in zip(sentences, found.spans, strict=True)
        ]
        if self._config.rules == "study":
            texts = [text.lower() for text in texts]
        longest = max(len(text.encode("utf-8")) for text in texts)
        if longest > MOST_PHRASE_BYTES:
            reason = f"a phrase has {longest:,} bytes, more than {MOST_PHRASE_BYTES:,}"
            return found._replace(excluded=found.excluded or reason), (None, None)
        return found, (self._phrases.add(texts[0]), self._phrases.add(texts[1]))
