"""Phrases as the corpus spells them: in the normal form asked for, and as the tokenizer normalises text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.errors import ConfigError
from indexer.phrases.gapped import GappedPhrases, renumbered, sums_of_parts, texts_of
from indexer.phrases.normal_forms import in_normal_form
from indexer.phrases.phrase_set import PhraseSet
from indexer.phrases.phrase_table import PhraseTable
from indexer.tokenizers.tokenizer import Tokenizer

_ID_COLUMNS = ("good_phrase_id", "bad_phrase_id")


def respelled(text: str, tokenizer: Tokenizer | None, match: MatchConfig) -> str:
    """Return a text in the normal form of the settings, and then as the tokenizer normalises it.

    A text of which its normaliser leaves nothing stays as it is.
    """
    text = in_normal_form(text, match.normal_form)
    return text if tokenizer is None else tokenizer.normalize(text).strip() or text


def normalized(found: PhraseSet, tokenizer: Tokenizer | None, match: MatchConfig) -> PhraseSet:
    """Return the phrases as they are looked for, see `respelled`; phrases that become the same are merged.

    Sentences, spans and spellings in the pair table stay those of the source: offsets are code points of the
    sentence as given.

    Parameters
    ----------
    found : PhraseSet
        Phrases as the source spells them.
    tokenizer : Tokenizer or None
        The tokenizer of the corpus.
    match : MatchConfig
        Normal form; case and whitespace settings as for `load_phrases`.
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
    table = sums_of_parts(phrases.table.to_arrow(), gapped, "n_words")
    return found._replace(
        phrases=table,
        pairs=pairs,
        attributes=_renumbered(found.attributes, new_ids),
        gapped=gapped,
        item_phrases=_renumbered(found.item_phrases, new_ids),
    )


def _renumbered(table: pa.Table | None, new_ids: pa.Array) -> pa.Table | None:
    """Return a table with the new numbers of its phrases."""
    if table is None:
        return None
    place = table.schema.get_field_index("phrase_id")
    taken = new_ids.take(table["phrase_id"].combine_chunks())
    return table.set_column(place, table.schema.field(place), taken)


class _Normalized:
    """A phrase table under a normaliser: the new table, the new number of each row, and whether any changed.

    Rows in `texts` are given their text there.
    """

    def __init__(
        self, phrases: pa.Table, tokenizer: Tokenizer | None, match: MatchConfig, texts: Mapping[int, str]
    ) -> None:
        self.table = PhraseTable(case=match.case, whitespace=match.whitespace)
        self.numbers: list[int] = []
        self.changed = False
        for row in phrases.to_pylist():
            spellings = row["spellings"] or [row["phrase"]]
            given = texts.get(row["phrase_id"])
            kept = [given]
            if given is None:
                kept = [None if text is None else respelled(text, tokenizer, match) for text in spellings]
                self.changed |= kept != spellings
            number = self.table.add(kept[0], row["token_ids"])
            for text in kept:
                if text is not None:
                    self.table.add_spelling(number, text)
            if given is None:
                # A tokenizer that sets spaces between its pieces may set others in a text that has them.
                for text, old in zip(kept, spellings, strict=True):
                    if text is not None:
                        given_to_it = in_normal_form(old, match.normal_form)
                        if text != given_to_it:
                            self.table.add_spelling(number, given_to_it)
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
                f"a phrase without gaps is spelled {new[number]!r:.200} when it is normalised",
                path="phrases",
                expected="no phrase that reads like one with gaps",
                fix="leave it out",
            )
