"""What every matcher takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from indexer.matching.kernels.matches import Matches, MatchRuns
from indexer.units import Int64Array, TokenIds

SAMPLE_TOKENS = 1 << 22
"""Ids of a corpus that are enough to prepare a matcher."""

DECODED_TOKENS = 1 << 24
"""Ids that are searched by decoding all of them before the fast search in text is built, unless asked for.

They take as long as building its tables, or longer where phrases are frequent. On a machine that has never
compiled its kernels that adds some ten seconds, once."""


__all__ = [
    "DECODED_TOKENS",
    "SAMPLE_TOKENS",
    "MatchRuns",
    "Matcher",
    "Matches",
    "RunFinder",
    "concatenate",
    "new_matches",
    "ordered",
    "selected",
]


class Matcher(Protocol):
    """Finds every occurrence: overlapping, nested and repeated ones too, each place once a phrase."""

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``.

        Parameters
        ----------
        ids : array of uint16 or uint32, shape (n_ids,)
            Token ids.
        starts, stops : array of int64, shape (n_sequences,)
            Half-open range of each sequence; ranges may overlap.
        """
        ...

    def prepare(self, sample: TokenIds) -> None:
        """Build now what is best built once for a large corpus, before workers are forked that share it.

        Parameters
        ----------
        sample : array of uint16 or uint32
            The beginning of the stream, one to four million ids. It decides speed, never what is found.
        """
        ...


@runtime_checkable
class RunFinder(Matcher, Protocol):
    """A matcher that is faster where occurrences are counted and nobody asks for them one by one."""

    def find_runs(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Iterator[MatchRuns]:
        """Yield the same occurrences as `find`, whole sequences at a time, those of each in any order.

        What is yielded is written over when more is asked for; until then it may be written to.
        """
        ...


def new_matches(n: int) -> Matches:
    """Return room for so many occurrences; nothing of it is touched before it is used."""
    return Matches(np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32))


def ordered(found: Matches) -> Matches:
    """Return the occurrences ordered by (row, token_offset, phrase, n_tokens).

    As one number each where they fit into 64 bits: a fifth of the time of sorting by four columns.
    """
    columns: list[NDArray[Any]] = [found.row, found.token_offset, found.phrase, found.n_tokens]
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(bits) <= 64:
        key = np.zeros(len(found.row), np.uint64)
        for column, width in zip(columns, bits, strict=True):
            key = (key << np.uint64(width)) | column.astype(np.uint64)
        order = np.argsort(key, kind="stable")  # runs that are in order are only merged
    else:
        order = np.lexsort(columns[::-1])
    return selected(found, order)


def selected(found: Matches, which: Int64Array | slice) -> Matches:
    """Return copies of some of the occurrences, in the order they are named in."""
    columns: Any = (np.array(column[which]) for column in found)
    return Matches(*columns)


def first_of(found: Matches, n: int) -> Matches:
    """Return views of the first `n` occurrences."""
    columns: Any = (column[:n] for column in found)
    return Matches(*columns)


def concatenate(several: Sequence[Matches]) -> Matches:
    """Return the occurrences of several blocks as one; no block is no occurrence."""
    return Matches(*map(np.concatenate, zip(new_matches(0), *several, strict=True)))
