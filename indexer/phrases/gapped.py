"""Phrases with gaps among the others: which parts they have, and what may lie between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from indexer.patterns import Gap, GappedPattern
from indexer.phrases.gap_notation import GappedText
from indexer.phrases.phrase_table import PhraseTable
from indexer.units import BoolArray

SCHEMA = pa.schema(
    [
        pa.field("phrase_id", pa.int32(), nullable=False),
        pa.field("part_ids", pa.list_(pa.int32()), nullable=False),
        pa.field("least", pa.list_(pa.int32()), nullable=False),
        pa.field("most", pa.list_(pa.int32()), nullable=False),
        pa.field("units", pa.list_(pa.string()), nullable=False),
    ]
)
"""Columns of the gapped phrases.

phrase_id : the phrase; its text is the notation.
part_ids : the parts in order, rows of the part table.
least, most, units : of each gap, one fewer than parts.
"""


class GappedPhrases(NamedTuple):
    """The gapped phrases of a phrase set.

    Attributes
    ----------
    parts : pyarrow.Table
        The distinct parts: the columns of a phrase table, numbered from 0.
    patterns : pyarrow.Table
        One row for each gapped phrase, see `SCHEMA`.
    """

    parts: pa.Table
    patterns: pa.Table


class GappedPhraseTable:
    """Collects gapped phrases beside a phrase table. Parts are distinct as phrases are."""

    def __init__(self, *, case: str, whitespace: str) -> None:
        self._parts = PhraseTable(case=case, whitespace=whitespace)
        self._patterns: dict[int, tuple[list[int], tuple[Gap, ...]]] = {}

    def __contains__(self, phrase: int) -> bool:
        return phrase in self._patterns

    def add(self, phrase: int, text: GappedText) -> None:
        """Note the parts and gaps of a phrase, and the spellings of its parts."""
        self._patterns[phrase] = [self._parts.add(part) for part in text.parts], text.gaps

    def to_arrow(self) -> GappedPhrases | None:
        """Return the gapped phrases, None where there are none."""
        if not self._patterns:
            return None
        gaps = [gaps for _, gaps in self._patterns.values()]
        columns = {
            "phrase_id": list(self._patterns),
            "part_ids": [parts for parts, _ in self._patterns.values()],
            "least": [[gap.least for gap in each] for each in gaps],
            "most": [[gap.most for gap in each] for each in gaps],
            "units": [[gap.unit for gap in each] for each in gaps],
        }
        return GappedPhrases(self._parts.to_arrow(), pa.table(columns, schema=SCHEMA).sort_by("phrase_id"))


def is_gapped(phrases: pa.Table, gapped: GappedPhrases) -> BoolArray:
    """Return for each row of a phrase table whether it is a phrase with gaps."""
    return np.isin(phrases["phrase_id"].to_numpy(), gapped.patterns["phrase_id"].to_numpy())


def with_parts(phrases: pa.Table, gapped: GappedPhrases | None) -> pa.Table:
    """Return what is looked for as it stands: phrases without gaps, then parts, numbered on from them."""
    if gapped is None:
        return phrases
    numbers = pa.array(np.arange(gapped.parts.num_rows) + phrases.num_rows, pa.int32())
    parts = gapped.parts.set_column(0, phrases.schema.field("phrase_id"), numbers)
    whole = phrases.filter(pa.array(~is_gapped(phrases, gapped)))
    return pa.concat_tables([whole, parts.select(phrases.column_names)]).combine_chunks()


def sums_of_parts(phrases: pa.Table, gapped: GappedPhrases | None, column: str) -> pa.Table:
    """Return the phrase table with a count of each gapped phrase replaced by the sum of its parts' counts."""
    if gapped is None:
        return phrases
    of_part = gapped.parts[column].to_pylist()
    counts = phrases[column].to_pylist()
    for row in gapped.patterns.to_pylist():
        of_parts = [of_part[part] for part in row["part_ids"]]
        counts[row["phrase_id"]] = None if None in of_parts else sum(of_parts)
    place = phrases.schema.get_field_index(column)
    field = phrases.schema.field(column)
    return phrases.set_column(place, field, pa.array(counts, field.type))


def patterns_of(table: pa.Table, first_part: int) -> list[GappedPattern]:
    """Return the patterns of a table as the matcher takes them, parts numbered from `first_part`."""
    return [
        GappedPattern(row["phrase_id"], tuple(first_part + part for part in row["part_ids"]), _gaps(row))
        for row in table.to_pylist()
    ]


def texts_of(gapped: GappedPhrases, spelled: Sequence[str]) -> dict[int, GappedText]:
    """Return parts and gaps of each gapped phrase, the parts spelled as given for each part number."""
    return {
        row["phrase_id"]: GappedText(tuple(spelled[part] for part in row["part_ids"]), _gaps(row))
        for row in gapped.patterns.to_pylist()
    }


def renumbered(patterns: pa.Table, phrases: Sequence[int], parts: Sequence[int]) -> pa.Table:
    """Return the patterns with new numbers of their phrases and parts; those that became one are one."""
    rows: dict[int, dict[str, object]] = {}
    for row in patterns.to_pylist():
        number = phrases[row["phrase_id"]]
        part_ids = [parts[part] for part in row["part_ids"]]
        rows.setdefault(number, {**row, "phrase_id": number, "part_ids": part_ids})
    return pa.Table.from_pylist(list(rows.values()), schema=SCHEMA).sort_by("phrase_id")


def _gaps(row: dict[str, list[int]]) -> tuple[Gap, ...]:
    return tuple(
        Gap(least, most, str(unit))
        for least, most, unit in zip(row["least"], row["most"], row["units"], strict=True)
    )
