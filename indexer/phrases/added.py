"""Sources of plain phrases that are read behind the source of an index: what was added to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from indexer.config.phrases import PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases.columns import PairColumns, PlainColumns, find_columns
from indexer.phrases.sources import read_source
from indexer.phrases.sources.files import FileOptions, kind_of
from indexer.phrases.sources.record import Record

PlainSource: TypeAlias = tuple[Iterable[Record], PlainColumns]


def added_sources(config: PhrasesConfig, *, base: Path) -> Iterator[PlainSource]:
    """Yield the rows of each added source, and which of its columns hold what.

    Columns that ``[phrases]`` names are those of an added source too, where it has them; where it has none of
    them, columns of the usual names are.

    Raises
    ------
    ConfigError
        A source cannot be read, is empty, or holds minimal pairs.
    """
    for source in config.added:
        is_delimited = kind_of(source) in ("csv", "tsv")
        options = FileOptions.of(config if is_delimited else replace(config, delimiter=None))
        rows = read_source(source, base=base, options=options)
        first = next(rows, None)
        if first is None:
            raise ConfigError("holds no phrases: it is empty", path=source)
        yield itertools.chain([first], rows), _columns(first, config)


def _columns(first: Record, config: PhrasesConfig) -> PlainColumns:
    plain = replace(
        config,
        text=_here(config.text, first),
        pattern=_here(config.pattern, first),
        token_ids=_here(config.token_ids, first),
        id=_here(config.id, first),
        good=None,
        bad=None,
        context=None,
        columns=[],
    )
    try:
        columns = find_columns(first, plain)
    except ConfigError as error:
        error.fix = "call the column of its phrases text, or token_ids where they are ids"
        raise
    if isinstance(columns, PairColumns):
        raise ConfigError(
            "holds minimal pairs; only plain phrases are added to an index",
            path=first.path,
            expected="a column text, or token_ids",
            fix="write their phrases to a file of their own, one a line; or index the pairs on their own",
        )
    return columns


def _here(name: str | None, first: Record) -> str | None:
    return name if name in first.values else None
