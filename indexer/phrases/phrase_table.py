"""Numbers distinct phrases in order of first appearance, and keeps every spelling met."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Distinct phrases. Two are the same when their folded text and their given ids are."""

    def __init__(self, *, case: str, whitespace: str) -> None:
        self._case = case
        self._collapse = whitespace == "any"
        self._numbers: dict[tuple[str | None, tuple[int, ...] | None], int] = {}
        self._spellings: list[set[str]] = []

    def __len__(self) -> int:
        return len(self._spellings)

    def add(self, text: str | None, token_ids: Sequence[int] | None = None) -> int:
        """Return the number of a phrase, a new one where it was not met before."""
        if text is not None and self._collapse:
            text = " ".join(text.split())
        key = (
            None if text is None else fold(text, self._case),
            None if token_ids is None else tuple(token_ids),
        )
        number = self._numbers.setdefault(key, len(self._spellings))
        if number == len(self._spellings):
            self._spellings.append(set())
        if text is not None:
            self._spellings[number].add(text)
        return number

    def add_spelling(self, number: int, text: str) -> None:
        """Note one more spelling of a phrase."""
        self._spellings[number].add(text)

    def to_arrow(self) -> pa.Table:
        """Return the phrase table."""
        texts = [text for text, _ in self._numbers]
        return pa.table(
            {
                "phrase_id": range(len(texts)),
                "phrase": texts,
                "spellings": [sorted(spellings) for spellings in self._spellings],
                "token_ids": [ids for _, ids in self._numbers],
                "n_words": [0 if text is None else len(text.split()) for text in texts],
            },
            schema=SCHEMA,
        )
