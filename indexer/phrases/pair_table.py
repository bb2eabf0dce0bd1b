"""The table of minimal pairs: its columns, and the row of one pair."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from indexer.phrases.critical_phrase import CriticalPhrases
from indexer.phrases.sentence import CharRange, Sentence

SIDES = ("good", "bad")


def _side_fields(side: str) -> list[pa.Field]:
    return [
        pa.field(f"{side}_sentence", pa.string(), nullable=False),
        pa.field(f"{side}_phrase_id", pa.int32()),
        pa.field(f"{side}_phrase", pa.string()),
        *(
            pa.field(f"{side}_{span}_{edge}", pa.int32())
            for span in ("phrase", "critical", "context")
            for edge in ("start", "stop")
        ),
    ]


SCHEMA = pa.schema(
    [
        pa.field("pair_id", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("paradigm", pa.string(), nullable=False),
        pa.field("phenomenon", pa.string()),
        pa.field("field", pa.string()),
        *_side_fields("good"),
        *_side_fields("bad"),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("grade", pa.string()),
        pa.field("end_boundary", pa.bool_(), nullable=False),
        pa.field("excluded", pa.string()),
        pa.field("identical", pa.bool_(), nullable=False),
        pa.field("order_contrast", pa.bool_(), nullable=False),
        pa.field("sentence_wide", pa.bool_(), nullable=False),
        pa.field("fallback", pa.string()),
    ]
)
"""Columns of the pair table; spans are half-open, in code points of the sentence, NULL without a phrase."""


class PairRows:
    """Collects the rows of the pair table, column by column."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}

    def __len__(self) -> int:
        return len(self._columns["pair_id"])

    def add(
        self,
        naming: dict[str, str | None],
        sentences: tuple[Sentence, Sentence],
        found: CriticalPhrases,
        phrase_ids: tuple[int | None, int | None],
    ) -> None:
        """Append one pair.

        Parameters
        ----------
        naming : dict
            pair_id, dataset, paradigm, phenomenon and field.
        sentences : tuple of Sentence
            Good and bad.
        found : CriticalPhrases
            What was marked in them.
        phrase_ids : tuple of int or None
            Numbers of the good and the bad phrase.
        """
        row: dict[str, Any] = dict(naming)
        for number, (side, sentence) in enumerate(zip(SIDES, sentences, strict=True)):
            row[f"{side}_sentence"] = sentence.text
            row[f"{side}_phrase_id"] = phrase_ids[number]
            marked = None if found.spans is None else found.spans[number]
            row[f"{side}_phrase"] = None if marked is None else sentence.joined(marked.phrase)
            for span in ("phrase", "critical", "context"):
                chars: CharRange | tuple[None, None] = (
                    (None, None) if marked is None else sentence.chars(getattr(marked, span))
                )
                row[f"{side}_{span}_start"], row[f"{side}_{span}_stop"] = chars
        for flag in (
            "rule",
            "grade",
            "end_boundary",
            "excluded",
            "identical",
            "order_contrast",
            "sentence_wide",
            "fallback",
        ):
            row[flag] = getattr(found, flag)
        for name, values in self._columns.items():
            values.append(row[name])

    def to_arrow(self) -> pa.Table:
        """Return the pair table."""
        return pa.table(self._columns, schema=SCHEMA)


def empty_pairs() -> pa.Table:
    """Return a pair table without rows."""
    return SCHEMA.empty_table()
