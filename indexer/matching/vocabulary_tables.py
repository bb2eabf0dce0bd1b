"""The tables that searches make of a vocabulary, each made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from indexer.vocabulary import TokenBytes

Table = TypeVar("Table")


class VocabularyTables:
    """The bytes of every id, and whatever tables the searches of one plan make of them.

    Parameters
    ----------
    tokens : TokenBytes
        The bytes of every id.
    """

    def __init__(self, tokens: TokenBytes) -> None:
        self.tokens = tokens
        self._made: dict[Any, Any] = {}

    def made_by(self, make: Callable[..., Table], **settings: str) -> Table:
        """Return ``make(tokens, **settings)``, made when it is first asked for."""
        key = make, *sorted(settings.items())
        if key not in self._made:
            self._made[key] = make(self.tokens, **settings)
        table: Table = self._made[key]
        return table


def tables_of(vocabulary: TokenBytes | VocabularyTables) -> VocabularyTables:
    """Return the tables of a vocabulary: those given, or new ones."""
    return vocabulary if isinstance(vocabulary, VocabularyTables) else VocabularyTables(vocabulary)
