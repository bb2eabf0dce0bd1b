"""An order visits every sequence as often as it says: what is missing or comes twice is refused."""

from __future__ import annotations

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.orders.positions import ListFacts
from indexer.errors import InputError
from indexer.plurals import counted
from indexer.units import Int64Array

COMPLETENESS_KEYS = frozenset({"allow_short", "allow_repeats"})
"""Keys of ``[order]`` that take on purpose what is refused here."""

Taken = dict[str, str]
"""Doubts that were taken on purpose, by name: what was found, as a sentence."""


def judge_list(
    config: OrderConfig, name: str, n_sequences: int, facts: ListFacts, batch_size: int, *, dtype: str | None
) -> Taken:
    """Hold one epoch of an index file against the sequences of the corpus.

    Parameters
    ----------
    config : OrderConfig
        The order; `allow_short` and `allow_repeats` take what is refused otherwise.
    name : str
        The file.
    n_sequences : int
        Sequences of the corpus.
    facts : ListFacts
        What the file holds.
    batch_size : int
        Sequences a step. Trainers that drop a last batch which is not full leave out fewer than that.
    dtype : str or None
        The dtype that the file looks like, where it is another one.

    Raises
    ------
    InputError
        Sequences are missing, or come more than once.
    """
    looks = None if dtype is None else f'it looks like {dtype}: set [order] dtype = "{dtype}"'
    taken: Taken = {}
    if facts.n_repeated:
        found = (
            f"names {facts.n_distinct + facts.n_repeated:,} sequences, {facts.n_repeated:,} of them"
            f" again, in one epoch of {n_sequences:,}"
        )
        if not config.allow_repeats:
            raise InputError(
                found,
                path=name,
                fix=looks
                or "a file for each epoch is given as a list of paths; if the run took them so,"
                " set [order] allow_repeats = true",
            )
        taken["repeats in an order"] = f"{name} {found}"
    n_missing = n_sequences - facts.n_distinct
    # an empty place may stand where a sequence was lost, so what is missing then fills no batch only perhaps
    if n_missing >= (batch_size if config.drop_last and not facts.n_padding else 1):
        found = f"names {facts.n_distinct:,} of {counted(n_sequences, 'sequence')}"
        if facts.n_padding:
            found += f", and {facts.n_padding:,} of its entries are padding (-1 or all ones)"
        if not config.allow_short:
            raise InputError(
                found,
                path=name,
                fix=looks
                or "it is truncated or of other shards; if it is meant to be short, set [order] allow_short"
                " = true: counts of 0 are then unknown",
            )
        taken["short order"] = f"{name} {found}"
    return taken


def judge_table(
    config: OrderConfig,
    name: str,
    n_sequences: int,
    sequences: Int64Array,
    steps: Int64Array,
    window: tuple[int, int],
) -> Taken:
    """Hold a recorded order against the sequences of the corpus and the steps of the window.

    Parameters
    ----------
    config, name, n_sequences
        As of `judge_list`.
    sequences, steps : arrays of int64
        Its visits.
    window : tuple of int
        First step of the training window, and the step after its last.

    Raises
    ------
    InputError
        Sequences or steps are missing, or a step takes a sequence twice.
    """
    taken: Taken = {}
    n_twice = _n_twice(sequences, steps)
    if n_twice:
        found = f"holds {counted(n_twice, 'row')} again: the same sequence at the same step"
        if not config.allow_repeats:
            raise InputError(
                found, path=name, fix="if the run took them so, set [order] allow_repeats = true"
            )
        taken["repeats in an order"] = f"{name} {found}"
    found_short = _short(n_sequences, sequences, steps, window)
    if found_short is not None:
        if not config.allow_short:
            raise InputError(
                found_short,
                path=name,
                fix="part of the log is missing, or it is of other shards; if it is meant to be short,"
                " set [order] allow_short = true: counts of 0 are then unknown",
            )
        taken["short order"] = f"{name} {found_short}"
    return taken


def _n_twice(sequences: Int64Array, steps: Int64Array) -> int:
    order = np.lexsort((sequences, steps))
    same = (np.diff(sequences[order]) == 0) & (np.diff(steps[order]) == 0)
    return int(np.count_nonzero(same))


def _short(n_sequences: int, sequences: Int64Array, steps: Int64Array, window: tuple[int, int]) -> str | None:
    """Say what a recorded order leaves out, but for what fills no batch."""
    numbers, sizes = np.unique(steps, return_counts=True)
    in_window = numbers[(numbers >= window[0]) & (numbers < window[1])]
    n_empty = window[1] - window[0] - len(in_window)
    if n_empty:
        gaps = np.flatnonzero(np.diff(in_window) > 1)
        first = int(in_window[gaps[0]]) + 1 if len(gaps) else window[0]
        of = counted(window[1] - window[0], "step")
        return f"has no row for {n_empty:,} of {of}, the first of them {first:,}"
    n_missing = n_sequences - len(np.unique(sequences))
    # what fills no batch can be told only where all batches but the last are equally large
    even = len(sizes) > 0 and bool((sizes[:-1] == sizes[0]).all()) and sizes[-1] <= sizes[0]
    if n_missing >= (int(sizes[0]) if even else 1):
        return f"names {n_sequences - n_missing:,} of {counted(n_sequences, 'sequence')}"
    return None
