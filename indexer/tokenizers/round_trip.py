"""What the ids of a text spell, asked of the tokenizer: texts go in, ids are spelled, texts come back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from indexer.vocabulary import TokenBytes

Encode = Callable[[Sequence[str]], list[list[int]]]

CONTEXT = 16
"""Texts that are tried side by side, each as the neighbour of others."""


class RoundTrip:
    """Encodes texts and spells the ids.

    Parameters
    ----------
    encode : callable
        Texts to ids.
    vocabulary : TokenBytes
        The bytes of the ids.
    """

    def __init__(self, encode: Encode, vocabulary: TokenBytes) -> None:
        self.encode = encode
        spelled = vocabulary.data.tobytes()
        offsets = vocabulary.offsets.tolist()
        self._pieces: list[bytes | None] = [
            None if is_separator else spelled[start:stop]
            for is_separator, (start, stop) in zip(
                vocabulary.special.tolist(), itertools.pairwise(offsets), strict=True
            )
        ]

    def spell(self, ids: Sequence[int]) -> bytes | None:
        """Return the bytes of ids; None where one of them stands for no text."""
        try:
            return b"".join([self._pieces[token] for token in ids])  # type: ignore[misc]
        except TypeError:
            return None

    def runs(self, ids: Sequence[int]) -> list[list[int]]:
        """Cut ids at those that stand for no text."""
        groups = itertools.groupby(ids, key=lambda token: self._pieces[token] is None)
        return [list(run) for is_separator, run in groups if not is_separator]

    def texts(self, texts: Sequence[str]) -> list[str | None]:
        """Return what the ids of each text spell; None where an id is no text, or only part of a letter."""
        found: list[str | None] = []
        for ids in self.encode(texts):
            data = self.spell(ids)
            try:
                found.append(None if data is None else data.decode())
            except UnicodeDecodeError:
                found.append(None)
        return found

    def doubtful(self, texts: Sequence[str], spelled: Sequence[str]) -> list[int]:
        """Return the numbers of the texts that stand beside one that may be spelled otherwise.

        Parameters
        ----------
        texts : sequence of str
            Texts.
        spelled : sequence of str
            What each is thought to spell. White space is not compared.
        """
        groups = [range(at, min(at + CONTEXT, len(texts))) for at in range(0, len(texts), CONTEXT)]
        found = self._changed([[texts[i] for i in each] for each in groups], spelled, groups)
        if groups and len(groups[-1]) == 1 and found[-1:] != [len(groups) - 1]:
            found.append(len(groups) - 1)
        return [i for number in found for i in groups[number]]

    def changed_by_neighbours(self, texts: Sequence[str], spelled: Sequence[str]) -> list[int]:
        """Return the numbers of the texts that are spelled otherwise beside themselves than alone."""
        return self._changed([[text] * 3 for text in texts], spelled, [(i, i, i) for i in range(len(texts))])

    def _changed(
        self, texts: Sequence[Sequence[str]], spelled: Sequence[str], groups: Sequence[Sequence[int]]
    ) -> list[int]:
        found = self.texts([" ".join(each) for each in texts])
        return [
            number
            for number, (group, joined) in enumerate(zip(groups, found, strict=True))
            if joined is None or joined.split() != " ".join(spelled[i] for i in group).split()
        ]


def without_added_spaces(spelled: str, text: str) -> str:
    """Return what ids of a text spell without the space the tokenizer adds at either end."""
    if spelled.startswith(" ") and not text[:1].isspace():
        spelled = spelled[1:]
    if spelled.endswith(" ") and not text[-1:].isspace():
        spelled = spelled[:-1]
    return spelled


def letters_of(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())
