"""The id sequences one tokenizer gives a spelling: after a space, at a line start, after punctuation.

Which of these differ is found by trying the tokenizer on a few words, not by its name.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from indexer.tokenizers.tokenizer import Tokenizer
from indexer.vocabulary import TokenBytes

Form: TypeAlias = tuple[int, ...]

MARKS = ('"', "(", "-", "“")
"""Marks whose following word SentencePiece-type tokenizers cut differently."""

FURTHER_MARKS = ("'", "‘", "—", "[", "/", "_", "*", ".", ",", ":", "\t", "$")
"""Marks tried beside them: some pre-tokenizers join one with the word that follows.

The apostrophe is the trap of GPT-2's pre-tokenizer: it takes ``'t`` off ``'the`` as off a contraction.
"""

_PROBE_LINE = (
    "the this some many dogs really very llamas two English Harvard teacher women I a it ever only who what "
    "girls surprised examined The This Some Many Dogs Really Very Llamas THE SOME"
)
_PROBES = tuple(_PROBE_LINE.split(" "))


class FormEncoder:
    """Finds the sequences one tokenizer gives a spelling.

    Parameters
    ----------
    tokenizer : Tokenizer
        The tokenizer; it is tried on a few words to learn after which marks it cuts a word differently.

    Attributes
    ----------
    marks : tuple of str
        The marks whose following word is cut in another way than after a space or a line end.
    vocabulary : TokenBytes
        The bytes of its ids.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.vocabulary = tokenizer.token_bytes()
        self._blank = _blank_ids(self.vocabulary)
        self._special = frozenset(np.flatnonzero(self.vocabulary.special).tolist())
        self.marks: tuple[str, ...] = ()
        self.marks = self._marks_that_matter()

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of whole texts."""
        return self._tokenizer.encode_phrases(texts)

    def forms(self, spellings: Sequence[str]) -> list[list[Form]]:
        """Return the sequences of each spelling, without doubles and without those that hold a special id.

        Tokens of white space alone before the first letter are left out: a sequence that begins with them
        would miss the same words after a line end.
        """
        found: list[dict[Form, None]] = [{} for _ in spellings]
        for mark in ("", " ", *self.marks):
            encoded = self.encode([mark + spelling for spelling in spellings])
            for number, ids in enumerate(encoded):
                form = self._stripped(ids) if mark in ("", " ") else self._after(mark, ids)
                if form and self._special.isdisjoint(form):
                    found[number].setdefault(form)
        return [list(each) for each in found]

    def is_spelled(self, ids: Sequence[int]) -> bool:
        """Tell whether ids all stand for text."""
        return self._special.isdisjoint(ids)

    def _marks_that_matter(self) -> tuple[str, ...]:
        """Return the marks that give some probe word a sequence the others do not.

        The usual marks stay together: where one of them matters, another may matter for another word.
        """
        known = [set(found) for found in self.forms(_PROBES)]
        chosen: list[str] = []
        for mark in (*MARKS, *FURTHER_MARKS):
            is_new = False
            for number, ids in enumerate(self.encode([mark + word for word in _PROBES])):
                form = self._after(mark, ids)
                if form and self.is_spelled(form) and form not in known[number]:
                    known[number].add(form)
                    is_new = True
            if is_new:
                chosen.append(mark)
        if any(mark in MARKS for mark in chosen):
            chosen = [*MARKS, *(mark for mark in chosen if mark not in MARKS)]
        return tuple(chosen)

    def _after(self, mark: str, ids: Sequence[int]) -> Form | None:
        """Cut the mark off, with the white space of its token; one that holds letters too stays whole."""
        wanted = mark.encode("utf-8")
        read = b""
        for position, token in enumerate(ids):
            if token in self._special:
                return None
            read += self._bytes(token)
            text = read.lstrip(b" ")
            if text.rstrip(b" ") == wanted:
                return self._stripped(ids[position + 1 :])
            if text.startswith(wanted):
                return tuple(ids[position:])
            if not wanted.startswith(text):
                return None
        return None

    def _stripped(self, ids: Sequence[int]) -> Form:
        start = 0
        while start < len(ids) and ids[start] in self._blank:
            start += 1
        return tuple(ids[start:])

    def _bytes(self, token: int) -> bytes:
        start, stop = self.vocabulary.offsets[token : token + 2]
        return self.vocabulary.data[start:stop].tobytes()


def _blank_ids(vocabulary: TokenBytes) -> frozenset[int]:
    data = vocabulary.data.tobytes()
    offsets = vocabulary.offsets.tolist()
    return frozenset(
        token for token, (start, stop) in enumerate(itertools.pairwise(offsets)) if data[start:stop].isspace()
    )
