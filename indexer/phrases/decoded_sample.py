"""The text that a sample of token ids spells, with the way from ids to characters."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from indexer.units import Int64Array
from indexer.vocabulary import TokenBytes


class DecodedRun(NamedTuple):
    """A run of ids between two that stand for no text.

    Attributes
    ----------
    ids : list of int
        The ids.
    text : str
        What they spell; a byte that is no UTF-8 is one character of its own.
    ends : list of int
        For each id the character its text ends at; -1 where it ends inside a character.
    """

    ids: list[int]
    text: str
    ends: list[int]


def decoded_runs(
    sequences: Iterable[Sequence[int]], vocabulary: TokenBytes, most_tokens: int
) -> Iterator[DecodedRun]:
    """Decode sequences, each cut at the ids that stand for no text, until enough tokens were read."""
    data, offsets, special = vocabulary
    spelled = data.tobytes()
    pieces = [spelled[start:stop] for start, stop in itertools.pairwise(offsets.tolist())]
    separators = special.tolist()
    n_read = 0
    for sequence in sequences:
        ids = [int(token) for token in sequence]
        n_read += len(ids)
        for is_separator, run in itertools.groupby(
            ids, key=lambda token: token >= len(pieces) or separators[token]
        ):
            if not is_separator:
                yield _decoded(list(run), pieces)
        if n_read >= most_tokens:
            return


def _decoded(ids: list[int], pieces: Sequence[bytes]) -> DecodedRun:
    spelled = [pieces[token] for token in ids]
    data = b"".join(spelled)
    ends = list(itertools.accumulate(map(len, spelled)))
    text = data.decode("utf-8", errors="surrogateescape")
    if len(text) == len(data):
        return DecodedRun(ids, text, ends)
    character_of = _characters(text)
    return DecodedRun(ids, text, character_of[ends].tolist())


def _characters(text: str) -> Int64Array:
    """Return, for each number of bytes, how many characters they are; -1 inside a character."""
    lengths = [len(character.encode("utf-8", errors="surrogateescape")) for character in text]
    ends = np.cumsum(lengths)
    found = np.full(int(ends[-1]) + 1, -1, np.int64)
    found[0] = 0
    found[ends] = np.arange(1, len(lengths) + 1)
    return found
