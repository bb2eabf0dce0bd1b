"""The table of minimal pairs: its columns, and the row of one pair."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyarrow as pa

from indexer.phrases.critical_phrase import CriticalPhrases
from indexer.phrases.sentence import Sentence
from indexer.phrases.spans import CharSpans

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


class Naming(NamedTuple):
    """What a pair is called and where it belongs: the first columns."""

    pair_id: str
    dataset: str
    paradigm: str
    phenomenon: str | None
    field: str | None


class PairRows:
    """Collects the rows of the pair table."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        naming: Naming,
        sentences: tuple[Sentence, Sentence],
        found: CriticalPhrases,
        phrase_ids: tuple[int | None, int | None],
    ) -> None:
        """Append one pair.

        Parameters
        ----------
        naming : Naming
            The pair.
        sentences : tuple of Sentence
            Good and bad.
        found : CriticalPhrases
            What was marked in them.
        phrase_ids : tuple of int or None
            Numbers of the good and the bad phrase.
        """
        marked = found.spans or (None, None)
        self._rows.append(
            (
                *naming,
                *_side_cells(sentences[0], marked[0], phrase_ids[0]),
                *_side_cells(sentences[1], marked[1], phrase_ids[1]),
                *found[1:],
            )
        )

    def to_arrow(self) -> pa.Table:
        """Return the pair table."""
        columns = zip(*self._rows, strict=True) if self._rows else [[] for _ in SCHEMA]
        arrays = [pa.array(values, each.type) for values, each in zip(columns, SCHEMA, strict=True)]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _side_cells(sentence: Sentence, marked: CharSpans | None, phrase_id: int | None) -> tuple[Any, ...]:
    if marked is None:
        return (sentence.text, phrase_id, None, None, None, None, None, None, None)
    critical, context, phrase = marked
    spelled = sentence.text[phrase.start : phrase.stop]
    return (sentence.text, phrase_id, spelled, *phrase, *critical, *(context or (None, None)))


def empty_pairs() -> pa.Table:
    """Return a pair table without rows."""
    return SCHEMA.empty_table()
