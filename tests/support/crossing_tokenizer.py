"""A tokenizer with one piece that runs over a space, as models with merges across words have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.vocabulary import TokenBytes


class CrossingTokenizer:
    """Longest piece first, over the bytes of ASCII text."""

    name = "crossing"
    content_hash = "0"
    pieces = (b"of the", b" of the", *(bytes([byte]) for byte in range(128)))
    n_ids = len(pieces)

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        return [self._encode(text.encode("ascii", "replace")) for text in texts]

    def _encode(self, text: bytes) -> list[int]:
        ids = []
        while text:
            number = max(
                (each for each, piece in enumerate(self.pieces) if text.startswith(piece)),
                key=lambda each: len(self.pieces[each]),
            )
            ids.append(number)
            text = text[len(self.pieces[number]) :]
        return ids

    encode_phrases = encode_batch

    def require_words(self) -> None:
        """Nothing is lost."""

    def remarks(self) -> list[str]:
        return []

    def unspelled(self, texts: Sequence[str]) -> dict[int, str]:
        return {}

    def normalize(self, text: str) -> str:
        return text

    def token_bytes(self) -> TokenBytes:
        offsets = np.cumsum([0, *map(len, self.pieces)]).astype(np.int64)
        data = np.frombuffer(b"".join(self.pieces), np.uint8)
        return TokenBytes(data, offsets, np.zeros(self.n_ids, dtype=bool))

    def decode(self, ids: Sequence[int]) -> str:
        return b"".join(self.pieces[each] for each in ids).decode()

    def json(self) -> str:
        return "{}"
