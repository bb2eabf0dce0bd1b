"""What is looked for: distinct phrases, the pairs and items they belong to, and what else a source says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from indexer.config.idle import changed_keys
from indexer.config.items import ItemsConfig
from indexer.config.match import MatchConfig
from indexer.config.phrases import PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases.added import PlainSource, added_sources
from indexer.phrases.columns import PairColumns, find_columns
from indexer.phrases.gapped import GappedPhrases, GappedPhraseTable, sums_of_parts, with_parts
from indexer.phrases.idle_keys import refuse_generic_keys, refuse_keys_of_pairs
from indexer.phrases.item_table import ItemRows
from indexer.phrases.items import ItemReader
from indexer.phrases.pair_table import empty_pairs
from indexer.phrases.pairs import PairReader
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.plain_phrases import read_plain_phrases
from indexer.phrases.segmentation import is_unspaced
from indexer.phrases.sources import read_source
from indexer.phrases.sources.files import FileOptions
from indexer.phrases.sources.line_pairs import pair_lines
from indexer.phrases.sources.record import Record

_AT_ONCE = 1 << 16
"""Texts that are Python's at once, of millions."""

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
        columns. Rows that share a phrase share its phrase_id. Of pairs, the rows of the sources that were
        added to them; None where none was.
    notes : tuple of str
        What a user should know about them, one sentence each.
    gapped : GappedPhrases or None
        Parts and gaps of the phrases that have gaps; their text in `phrases` is the notation. None where no
        phrase has any.
    items, item_phrases : pyarrow.Table or None
        The items that are no pairs, and their phrases, see `indexer.phrases.item_table`; None where there are
        none.
    """

    phrases: pa.Table
    pairs: pa.Table
    attributes: pa.Table | None
    notes: tuple[str, ...] = ()
    gapped: GappedPhrases | None = None
    items: pa.Table | None = None
    item_phrases: pa.Table | None = None

    def looked_for(self) -> pa.Table:
        """Return what is looked for as it stands: phrases without gaps, then the parts of those with gaps.

        Parts are numbered on from the phrases.
        """
        return with_parts(self.phrases, self.gapped)

    def listing(self) -> pa.Table:
        """Return one table for a reader: the pairs, or each plain phrase with its attributes."""
        if self.attributes is None or self.pairs.num_rows:
            return self.pairs
        numbers = self.attributes["phrase_id"]
        listed = self.attributes
        for place, name in enumerate(("phrase", "token_ids", "n_words"), 2):
            taken = name if name not in listed.column_names else f"{name}_"
            listed = listed.add_column(place, taken, self.phrases[name].take(numbers))
        return listed


def load_phrases(
    config: PhrasesConfig,
    match: MatchConfig,
    *,
    base: Path,
    progress: Progress | None = None,
    given: Collection[str] | None = None,
    items: Sequence[ItemsConfig] = (),
) -> PhraseSet:
    """Read a source of phrases or minimal pairs, and tables of items.

    Parameters
    ----------
    config : PhrasesConfig
        The source and how it is read; without a source there are items alone.
    match : MatchConfig
        Its case and whitespace settings decide which texts are the same phrase.
    base : Path
        Folder relative paths start from.
    progress : callable, optional
        Wraps the rows, to show how far reading got.
    given : collection of str, optional
        The keys of `config` that a user gave; without it, those that differ from their defaults.
    items : sequence of ItemsConfig
        The tables of items.

    Raises
    ------
    ConfigError
        The source cannot be read, is empty, or a row of it is wrong; file and line are named. Or a key has no
        effect on what it holds.
    """
    if config.reach < 1:
        raise ConfigError(f"reach = {config.reach}", path="[phrases] reach", expected="1 or more words")
    shown = progress if progress is not None else _as_they_are
    rows: Iterator[Record] | None = None
    if config.source:
        read = read_source(
            config.source,
            base=base,
            paradigms=frozenset(config.paradigms),
            options=FileOptions.of(config),
        )
        rows = iter(shown(read if config.text_lines == "phrases" else pair_lines(read, config.text_lines)))
    tables = (
        (iter(shown(read_source(one.source, base=base, options=FileOptions.of(one, section="items")))), one)
        for one in items
    )
    given = changed_keys(config) if given is None else given
    return _Builder(config, match, base).build(rows, given, tables, added_sources(config, base=base))


def _as_they_are(rows: Iterable[Record]) -> Iterable[Record]:
    return rows


def phrases_of_table(
    table: pa.Table, config: PhrasesConfig, match: MatchConfig, *, base: Path | None = None
) -> PhraseSet:
    """Take phrases or minimal pairs from an Arrow table, as a DuckDB query returns it.

    Parameters
    ----------
    table : pyarrow.Table
        The rows; ``config.source`` only names them.
    config, match, base
        As for `load_phrases`.

    Raises
    ------
    ConfigError
        The table is empty or a row of it is wrong; the row is named.
    """
    rows = (
        Record(config.source, "row", number, values)
        for number, values in enumerate((row for batch in table.to_batches() for row in batch.to_pylist()), 1)
    )
    return _Builder(config, match, base or Path()).build(rows, changed_keys(config))


class _Builder:
    """Takes phrases, pairs and items from their sources, and numbers what is looked for."""

    def __init__(self, config: PhrasesConfig, match: MatchConfig, base: Path) -> None:
        self._config = config
        self._match = match
        self._base = base
        self._phrases = PhraseTable(case=match.case, whitespace=match.whitespace)
        self._gapped = GappedPhraseTable(case=match.case, whitespace=match.whitespace)
        self._pairs = empty_pairs()
        self._items: ItemRows | None = None
        self._notes: list[str] = []

    def build(
        self,
        rows: Iterator[Record] | None,
        given: Collection[str],
        tables: Iterable[tuple[Iterator[Record], ItemsConfig]] = (),
        added: Iterable[PlainSource] = (),
    ) -> PhraseSet:
        """Read the source, then the tables of items, then what was added, whose phrases come last."""
        plain = None if rows is None else self._read_source(rows, given)
        attributes = None
        if plain is not None or self._config.added:
            attributes = read_plain_phrases(self._plain(plain, tables, added), self._phrases, self._gapped)
        else:
            self._read_items(tables)
        gapped = self._gapped.to_arrow()
        table = sums_of_parts(self._phrases.to_arrow(), gapped, "n_words")
        items, item_phrases = (None, None) if self._items is None else self._items.to_arrow()
        notes = (*_notes(table, self._match), *self._notes)
        return PhraseSet(table, self._pairs, attributes, notes, gapped, items, item_phrases)

    def _read_source(self, rows: Iterator[Record], given: Collection[str]) -> PlainSource | None:
        """Read the pairs of the source; where it holds plain phrases, return its rows."""
        config = self._config
        first = next(rows, None)
        if first is None:
            raise ConfigError("holds no phrases: it is empty", path=config.source)
        rows = itertools.chain([first], rows)
        columns = find_columns(first, config)
        if not isinstance(columns, PairColumns):
            refuse_keys_of_pairs(config, given)
            return rows, columns
        self._pairs = PairReader(columns, config, self._phrases, self._base).read(rows)
        if not self._pairs.num_rows:
            raise ConfigError(
                f"none of the paradigms {', '.join(config.paradigms)} is in the source", path=config.source
            )
        refuse_generic_keys(config, given, self._pairs)
        return None

    def _plain(
        self,
        source: PlainSource | None,
        tables: Iterable[tuple[Iterator[Record], ItemsConfig]],
        added: Iterable[PlainSource],
    ) -> Iterator[PlainSource]:
        """Yield the sources of plain phrases; items are read between the first and what was added."""
        if source is not None:
            yield source
        self._read_items(tables)
        yield from added

    def _read_items(self, tables: Iterable[tuple[Iterator[Record], ItemsConfig]]) -> None:
        pairs = f"among the pairs of {self._config.source}"
        taken = dict.fromkeys(self._pairs["pair_id"].to_pylist(), pairs)
        for records, config in tables:
            self._items = self._items or ItemRows()
            reader = ItemReader(config, self._phrases, self._items, taken)
            self._notes += reader.read(records, whitespace=self._match.whitespace)


def _notes(phrases: pa.Table, match: MatchConfig) -> tuple[str, ...]:
    if match.boundary != "word":
        return ()
    unspaced = sum(
        text is not None and is_unspaced(text)
        for batch in phrases.select(["phrase"]).to_batches(max_chunksize=_AT_ONCE)
        for text in batch[0].to_pylist()
    )
    if not unspaced:
        return ()
    return (
        f"{unspaced:,} of {phrases.num_rows:,} phrases are in a script without spaces between words; "
        'boundary = "word" finds them between punctuation only, boundary = "none" finds them all',
    )
