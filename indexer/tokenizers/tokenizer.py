"""A tokenizer as this project needs one: text to ids, and the bytes each id spells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from indexer.vocabulary import TokenBytes


class Tokenizer(Protocol):
    """Text to ids and back.

    Attributes
    ----------
    name : str
        As the configuration spells it.
    content_hash : str
        Hash of the ``tokenizer.json`` text, in hexadecimal.
    n_ids : int
        Ids run from 0 to ``n_ids - 1``.
    """

    name: str
    content_hash: str
    n_ids: int

    @property
    def vocabulary_hash(self) -> str:
        """Hash of the pieces and their ids."""
        ...

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text: no special tokens, no truncation, no padding."""
        ...

    def encode_phrases(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the same, with bytes for letters the vocabulary lacks wherever it has pieces for bytes."""
        ...

    def normalize(self, text: str) -> str:
        """Return the text as the tokenizer's own normaliser leaves it (NFKC for T5); no added prefix."""
        ...

    def token_bytes(self) -> TokenBytes:
        """Return the bytes of every id, as far as they can be told."""
        ...

    def require_words(self) -> None:
        """Refuse, by component, a tokenizer whose ids do not tell the words of a text (InputError)."""
        ...

    def remarks(self) -> list[str]:
        """Return what a reader of counts should know of the tokenizer, as sentences."""
        ...

    def unspelled(self, texts: Sequence[str]) -> dict[int, str]:
        """Return the numbers of the texts that no ids spell: ``unknown``, ``dropped`` or ``changed``."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text that ids spell, undecodable bytes as U+FFFD; for showing, not for matching."""
        ...

    def json(self) -> str:
        """Return the whole ``tokenizer.json``, to be frozen in a plan."""
        ...
