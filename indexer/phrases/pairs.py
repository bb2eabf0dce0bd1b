"""Minimal pairs of a source: each named, cut into words, and given its critical phrases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from indexer.config.phrases import PhrasesConfig
from indexer.phrases.columns import PairColumns
from indexer.phrases.critical_phrase import CriticalPhrases, critical_phrases
from indexer.phrases.fields import id_of, name_of, text_of
from indexer.phrases.generic import Neighbourhood
from indexer.phrases.pair_table import PairRows
from indexer.phrases.phrase_table import MOST_PHRASE_BYTES, PhraseTable
from indexer.phrases.rules.table import PARADIGMS
from indexer.phrases.sentence import Sentence, split_at_spaces
from indexer.phrases.sources.record import Record
from indexer.phrases.sources.source import file_stem, source_name

BLIMP = "blimp"


def read_pairs(
    rows: Iterable[Record], columns: PairColumns, config: PhrasesConfig, phrases: PhraseTable, base: Path
) -> pa.Table:
    """Give every pair of a source its critical phrases.

    Parameters
    ----------
    rows : iterable of Record
        The source.
    columns : PairColumns
        Which fields hold what.
    config : PhrasesConfig
        Rules and options.
    phrases : PhraseTable
        Takes the phrases.
    base : Path
        Folder relative paths start from.

    Raises
    ------
    ConfigError
        A sentence is missing or empty, or two pairs have one id; file and line are named.
    """
    pairs = PairRows()
    keep = frozenset(config.paradigms)
    first_of: dict[str, Record] = {}
    numbers: dict[str, int] = {}
    set_name = config.dataset or source_name(config.source)
    neighbourhood = Neighbourhood(config.side, config.reach)
    for row in rows:
        paradigm = name_of(row, columns.paradigm) or file_stem(row.path)
        if keep and paradigm not in keep:
            continue
        number = numbers[paradigm] = numbers.get(paradigm, -1) + 1
        pair_id = _pair_id(paradigm, id_of(row, columns.id, default=number))
        earlier = first_of.setdefault(pair_id, row)
        if earlier is not row:
            raise row.wrong(
                f"pair {pair_id} stands twice, first at {earlier.path}, {earlier.unit} {earlier.number}"
            )
        sentences = (
            split_at_spaces(text_of(row, columns.good, "good sentence")),
            split_at_spaces(text_of(row, columns.bad, "bad sentence")),
        )
        known = PARADIGMS.get(paradigm) if config.rules != "generic" else None
        found = critical_phrases(*sentences, known, neighbourhood)
        found, phrase_ids = _number(sentences, found, phrases)
        naming = {
            "pair_id": pair_id,
            "dataset": config.dataset or (BLIMP if known is not None else set_name),
            "paradigm": paradigm,
            "phenomenon": known.phenomenon if known is not None else name_of(row, columns.phenomenon),
            "field": name_of(row, columns.field),
        }
        pairs.add(naming, sentences, found, phrase_ids)
    return pairs.to_arrow()


def _pair_id(paradigm: str, given: str) -> str:
    return given if given.startswith(f"{paradigm}/") else f"{paradigm}/{given}"


def _number(
    sentences: tuple[Sentence, Sentence], found: CriticalPhrases, phrases: PhraseTable
) -> tuple[CriticalPhrases, tuple[int | None, int | None]]:
    if found.spans is None:
        return found, (None, None)
    texts = [
        # Words are what a rule marks; how much white space stands between them is layout.
        " ".join(side.joined(marked.phrase).split())
        for side, marked in zip(sentences, found.spans, strict=True)
    ]
    longest = max(len(text.encode("utf-8")) for text in texts)
    if longest > MOST_PHRASE_BYTES:
        reason = f"a phrase has {longest:,} bytes, more than {MOST_PHRASE_BYTES:,}"
        return found._replace(excluded=found.excluded or reason), (None, None)
    return found, (phrases.add(texts[0]), phrases.add(texts[1]))
