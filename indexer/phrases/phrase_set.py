"""What is looked for: distinct phrases, the pairs they belong to, and what else the source says of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.config.phrases import PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases.columns import PairColumns, find_columns
from indexer.phrases.pair_table import empty_pairs
from indexer.phrases.pairs import read_pairs
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.plain_phrases import read_plain_phrases
from indexer.phrases.sources import read_source
from indexer.phrases.sources.record import Record

Progress: TypeAlias = Callable[[Iterable[Record]], Iterable[Record]]


class PhraseSet(NamedTuple):
    """What is looked for.

    Attributes
    ----------
    phrases : pyarrow.Table
        phrase_id int32 (dense from 0, in order of first appearance), phrase string (folded as the match
        settings say; NULL where only ids are given), spellings list<string> (sorted), token_ids
        list<uint32> (NULL unless given), n_words int32.
    pairs : pyarrow.Table
        One row for each minimal pair, see `indexer.phrases.pair_table.SCHEMA`; no rows for plain phrases.
    attributes : pyarrow.Table or None
        One row for each row of a source of plain phrases: phrase_id int32, id string, then the source's other
        columns. Rows that share a phrase share its phrase_id. None for pairs.
    """

    phrases: pa.Table
    pairs: pa.Table
    attributes: pa.Table | None

    def listing(self) -> pa.Table:
        """Return one table for a reader: the pairs, or each plain phrase with its attributes."""
        if self.attributes is None:
            return self.pairs
        numbers = self.attributes["phrase_id"]
        listed = self.attributes
        for place, name in enumerate(("phrase", "token_ids", "n_words"), 2):
            taken = name if name not in listed.column_names else f"{name}_"
            listed = listed.add_column(place, taken, self.phrases[name].take(numbers))
        return listed


def load_phrases(
    config: PhrasesConfig, match: MatchConfig, *, base: Path, progress: Progress | None = None
) -> PhraseSet:
    """Read a source of phrases or minimal pairs.

    Parameters
    ----------
    config : PhrasesConfig
        The source and how it is read.
    match : MatchConfig
        Its case and whitespace settings decide which texts are the same phrase.
    base : Path
        Folder relative paths start from.
    progress : callable, optional
        Wraps the rows, to show how far reading got.

    Raises
    ------
    ConfigError
        The source cannot be read, is empty, or a row of it is wrong; file and line are named.
    """
    rows: Iterable[Record] = read_source(config.source, base=base, paradigms=frozenset(config.paradigms))
    if progress is not None:
        rows = progress(rows)
    return _from_rows(iter(rows), config, match, base)


def _from_rows(rows: Iterator[Record], config: PhrasesConfig, match: MatchConfig, base: Path) -> PhraseSet:
    first = next(rows, None)
    if first is None:
        raise ConfigError("holds no phrases: it is empty", path=config.source)
    rows = itertools.chain([first], rows)
    phrases = PhraseTable(case=match.case, whitespace=match.whitespace)
    columns = find_columns(first, config)
    if isinstance(columns, PairColumns):
        pairs = read_pairs(rows, columns, config, phrases, base)
        if not pairs.num_rows:
            raise ConfigError(
                f"none of the paradigms {', '.join(config.paradigms)} is in the source", path=config.source
            )
        return PhraseSet(phrases.to_arrow(), pairs, None)
    attributes = read_plain_phrases(rows, columns, phrases)
    return PhraseSet(phrases.to_arrow(), empty_pairs(), attributes)
