"""Phrases as a tokenizer spells them: what its normaliser did to the corpus is done to them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.errors import ConfigError
from indexer.phrases.gapped import GappedPhrases, renumbered, sums_of_parts, texts_of
from indexer.phrases.phrase_set import PhraseSet
from indexer.phrases.phrase_table import PhraseTable
from indexer.tokenizers.tokenizer import Tokenizer

_ID_COLUMNS = ("good_phrase_id", "bad_phrase_id")


def normalized(found: PhraseSet, tokenizer: Tokenizer, match: MatchConfig) -> PhraseSet:
    """Return the phrases as `tokenizer` normalises text; phrases that become the same are merged.

    Sentences, spans and spellings in the pair table stay those of the source: offsets are code points of the
    sentence as given. A phrase that the normaliser leaves nothing of stays as it is.

    Parameters
    ----------
    found : PhraseSet
        Phrases as the source spells them.
    tokenizer : Tokenizer
        The tokenizer of the corpus.
    match : MatchConfig
        Case and whitespace settings, as for `load_phrases`.
    """
    texts: dict[int, str] = {}
    gapped = found.gapped
    parts_changed = False
    if gapped is not None:
        parts = _Normalized(gapped.parts, tokenizer, match, {})
        parts_changed = parts.changed
        texts = {phrase: text.notation() for phrase, text in texts_of(gapped, parts.texts_of_rows()).items()}
    phrases = _Normalized(found.phrases, tokenizer, match, texts)
    if not (phrases.changed or parts_changed):
        return found
    if gapped is not None:
        gapped = GappedPhrases(
            parts.table.to_arrow(), renumbered(gapped.patterns, phrases.numbers, parts.numbers)
        )
        _refuse_phrases_that_became_patterns(phrases.numbers, texts)
    new_ids = pa.array(phrases.numbers, pa.int32())
    pairs = found.pairs
    for name in _ID_COLUMNS:
        place = pairs.schema.get_field_index(name)
        pairs = pairs.set_column(place, pairs.schema.field(name), new_ids.take(pairs[name].combine_chunks()))
    attributes = found.attributes
    if attributes is not None:
        taken = new_ids.take(attributes["phrase_id"].combine_chunks())
        attributes = attributes.set_column(0, attributes.schema.field(0), taken)
    table = sums_of_parts(phrases.table.to_arrow(), gapped, "n_words")
    return found._replace(phrases=table, pairs=pairs, attributes=attributes, gapped=gapped)


class _Normalized:
    """A phrase table under a normaliser: the new table, the new number of each row, and whether any changed.

    Rows in `texts` are given their text there.
    """

    def __init__(
        self, phrases: pa.Table, tokenizer: Tokenizer, match: MatchConfig, texts: Mapping[int, str]
    ) -> None:
        self.table = PhraseTable(case=match.case, whitespace=match.whitespace)
        self.numbers: list[int] = []
        self.changed = False
        for row in phrases.to_pylist():
            spellings = row["spellings"] or [row["phrase"]]
            given = texts.get(row["phrase_id"])
            kept = [given]
            if given is None:
                kept = [
                    None if text is None else (tokenizer.normalize(text).strip() or text)
                    for text in spellings
                ]
                self.changed |= kept != spellings
            number = self.table.add(kept[0], row["token_ids"])
            for text in kept:
                if text is not None:
                    self.table.add_spelling(number, text)
            if given is None:
                # A tokenizer that sets spaces between its pieces may set others in a text that has them.
                for text, old in zip(kept, spellings, strict=True):
                    if text is not None and text.split() != old.split():
                        self.table.add_spelling(number, old)
            self.numbers.append(number)

    def texts_of_rows(self) -> list[str]:
        """Return the new text of each row."""
        texts = self.table.to_arrow()["phrase"].to_pylist()
        return [texts[number] for number in self.numbers]


def _refuse_phrases_that_became_patterns(numbers: Sequence[int], gapped: Mapping[int, str]) -> None:
    new = {numbers[phrase]: text for phrase, text in gapped.items()}
    for phrase, number in enumerate(numbers):
        if number in new and phrase not in gapped:
            raise ConfigError(
                f"a phrase without gaps is spelled {new[number]!r:.200} by the tokenizer's normaliser",
                path="phrases",
                expected="no phrase that reads like one with gaps",
                fix="leave it out",
            )
