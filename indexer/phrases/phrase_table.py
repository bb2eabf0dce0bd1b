"""Numbers distinct phrases in order of first appearance, and keeps every spelling met."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from indexer.folding import fold

SCHEMA = pa.schema(
    [
        pa.field("phrase_id", pa.int32(), nullable=False),
        pa.field("phrase", pa.string()),
        pa.field("spellings", pa.list_(pa.string()), nullable=False),
        pa.field("token_ids", pa.list_(pa.uint32())),
        pa.field("n_words", pa.int32(), nullable=False),
    ]
)
"""Columns of the phrase table.

phrase : the text, folded as the match settings say; NULL where only ids are given.
spellings : the distinct spellings met in the source, sorted.
token_ids : the ids, where the source gives them.
n_words : words of the text; 0 where only ids are given.
"""

MOST_PHRASE_BYTES = 4096
"""A longer phrase is refused."""


class PhraseTable:
    """Distinct phrases. Two are the same when their folded text and their given ids are.

    Lists of millions are of phrases in one spelling and without ids: then a phrase is one text.
    """

    def __init__(self, *, case: str, whitespace: str) -> None:
        self._case = case
        self._collapse = whitespace == "any"
        self._numbers: dict[str | tuple[str | None, tuple[int, ...]] | None, int] = {}
        self._spelling: list[str | None] = []
        self._other_spellings: dict[int, set[str]] = {}

    def __len__(self) -> int:
        return len(self._spelling)

    def add(self, text: str | None, token_ids: Sequence[int] | None = None) -> int:
        """Return the number of a phrase, a new one where it was not met before."""
        if text is not None and self._collapse:
            text = " ".join(text.split())
        folded = None if text is None else fold(text, self._case)
        key = folded if token_ids is None else (folded, tuple(token_ids))
        number = self._numbers.setdefault(key, len(self._spelling))
        if number == len(self._spelling):
            self._spelling.append(folded if text == folded else text)
        elif text is not None:
            self.add_spelling(number, text)
        return number

    def add_spelling(self, number: int, text: str) -> None:
        """Note one more spelling of a phrase."""
        first = self._spelling[number]
        if first is None:
            self._spelling[number] = text
        elif text != first:
            self._other_spellings.setdefault(number, set()).add(text)

    def to_arrow(self) -> pa.Table:
        """Return the phrase table."""
        texts = [key[0] if isinstance(key, tuple) else key for key in self._numbers]
        given = any(isinstance(key, tuple) for key in self._numbers)
        ids = [key[1] if isinstance(key, tuple) else None for key in self._numbers] if given else None
        return pa.table(
            {
                "phrase_id": np.arange(len(texts), dtype=np.int32),
                "phrase": texts,
                "spellings": self._spellings(),
                "token_ids": pa.nulls(len(texts), SCHEMA.field("token_ids").type) if ids is None else ids,
                "n_words": np.fromiter(
                    (0 if text is None else len(text.split()) for text in texts), np.int32, len(texts)
                ),
            },
            schema=SCHEMA,
        )

    def _spellings(self) -> pa.Array | list[list[str]]:
        """Return the spellings of each phrase, sorted."""
        if self._other_spellings or None in self._spelling or not self._spelling:
            return [
                sorted({*self._other_spellings.get(number, ()), *([] if first is None else [first])})
                for number, first in enumerate(self._spelling)
            ]
        values = pa.array(self._spelling, pa.string())
        if isinstance(values, pa.ChunkedArray):  # beyond two billion bytes
            return [[one] for one in self._spelling if one is not None]
        return pa.ListArray.from_arrays(np.arange(len(values) + 1, dtype=np.int32), values)
