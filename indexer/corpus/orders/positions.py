"""Which positions of a long list of sequence numbers name a sequence: an inverse that stays small.

An order file of a large run has a billion entries. Its inverse is built for a window of sequences at a time,
by one pass over the file; scans ask in ascending order, so each window is built once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.units import Int64Array

WINDOW = 1 << 24
"""Sequences whose positions are held at once: with one visit each, 256 MiB at the most while sorting."""
PAGE = 1 << 22


class Positions(NamedTuple):
    """Positions of the sequences [start, stop): those of s from ``offsets[s - start]`` on, ascending."""

    start: int
    stop: int
    offsets: Int64Array
    positions: Int64Array


def padding_of(dtype: np.dtype[Any]) -> int:
    """Return the entry that stands for no sequence: -1, or all ones where there is no sign."""
    return -1 if dtype.kind == "i" else int(np.iinfo(dtype).max)


class InverseOrder:
    """The inverse of lists of sequence numbers, one list after another.

    Parameters
    ----------
    lists : sequence of 1-D integer arrays
        Sequence numbers; may be memory maps. Padding is left out.
    n_sequences : int
        Sequences of the corpus.
    """

    def __init__(self, lists: Sequence[NDArray[Any]], n_sequences: int, *, window: int = WINDOW) -> None:
        self._lists = lists
        self._firsts = np.concatenate([[0], np.cumsum([len(part) for part in lists])]).astype(np.int64)
        self._n_sequences = n_sequences
        self._window = window
        self._held: Positions | None = None

    def positions(self, start: int, stop: int) -> tuple[Int64Array, Int64Array]:
        """Return offsets and positions (in the lists joined) of the sequences [start, stop)."""
        offsets, found = [np.zeros(1, np.int64)], []
        at = start
        while at < stop:
            held = self._around(at)
            end = min(stop, held.stop)
            low, high = at - held.start, end - held.start
            first, last = int(held.offsets[low]), int(held.offsets[high])
            offsets.append(held.offsets[low + 1 : high + 1] - first + offsets[-1][-1])
            found.append(held.positions[first:last])
            at = end
        return np.concatenate(offsets), np.concatenate([np.empty(0, np.int64), *found])

    def _around(self, sequence: int) -> Positions:
        held = self._held
        if held is None or not held.start <= sequence < held.stop:
            start = sequence // self._window * self._window
            held = self._held = self._build(start, min(start + self._window, self._n_sequences))
        return held

    def _build(self, start: int, stop: int) -> Positions:
        numbers, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for first, part in zip(self._firsts.tolist(), self._lists, strict=False):
            for page in range(0, len(part), PAGE):
                entries = np.asarray(part[page : page + PAGE])
                inside = np.flatnonzero((entries >= start) & (entries < stop))
                numbers.append(entries[inside].astype(np.int64) - start)
                places.append(inside + (first + page))
        sequence = np.concatenate(numbers)
        order = np.argsort(sequence, kind="stable")
        counts = np.bincount(sequence, minlength=stop - start)
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
        return Positions(start, stop, offsets, np.concatenate(places)[order])


class ListFacts(NamedTuple):
    """What one pass over a list of sequence numbers finds.

    `negative` is the place and the value of the first entry below 0 that is no padding; `beyond` the place
    of the first that no sequence has.
    """

    n_padding: int
    largest: int
    n_distinct: int
    n_repeated: int
    negative: tuple[int, int] | None = None
    beyond: int | None = None


def examine(entries: NDArray[Any], n_sequences: int, *, has_padding: bool = True) -> ListFacts:
    """Look at every entry once: padding, the largest, and how many sequences come and come again.

    Parameters
    ----------
    entries : array of integers, shape (n_entries,)
        The list.
    n_sequences : int
        Sequences of the corpus.
    has_padding : bool
        Whether the format defines an entry that stands for no sequence.
    """
    padding = padding_of(entries.dtype)
    largest, n_padding = -1, 0
    negative: tuple[int, int] | None = None
    beyond: int | None = None
    seen = np.zeros(n_sequences, bool)
    n_real = 0
    for page in range(0, len(entries), PAGE):
        part = np.asarray(entries[page : page + PAGE])
        real = part[part != padding] if has_padding else part
        n_padding += len(part) - len(real)
        n_real += len(real)
        if real.size:
            largest = max(largest, int(real.max()))
            if negative is None and int(real.min()) < 0:
                at = int(np.flatnonzero((part < 0) & ((part != padding) | (not has_padding)))[0])
                negative = page + at, int(part[at])
            if beyond is None and largest >= n_sequences:
                is_real = (part != padding) | (not has_padding)
                beyond = page + int(np.flatnonzero((part >= n_sequences) & is_real)[0])
            if negative is None and beyond is None:
                seen[real] = True
    n_distinct = int(np.count_nonzero(seen)) if negative is None and beyond is None else 0
    return ListFacts(n_padding, largest, n_distinct, n_real - n_distinct, negative, beyond)
