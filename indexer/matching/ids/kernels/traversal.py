"""Lead the automaton through many runs of ids, all of them one id further at a time.

A traversal waits for the memory at every id: states lie anywhere in some megabytes, and the next one is known
only when this one is there. Traversals through different runs need not wait for each other. So one loop asks
the memory for what every traversal will read next, another takes one step of each, and dozens of waits
overlap.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.jit.prefetching import prefetch
from indexer.matching.ids.kernels.automaton import (
    CHILDREN,
    FIRST,
    NOTHING,
    REPORT,
    SHORTER,
    Automaton,
    advance,
)
from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds

BATCH_IDS = 1 << 14
"""Ids that are traversed together; their traversals end in this many reports at most."""


class Traversals(NamedTuple):
    """Runs of ids to be traversed, and how far each traversal is; columns of `BATCH_IDS`.

    Attributes
    ----------
    row : array of int64
        The sequence in which the run lies. Rows ascend, and so do the runs of each.
    at, end : array of int64
        The ids left are ``ids[at:end]``, at least one.
    state : array of int64
        Where the automaton stands before them.
    """

    row: Int64Array
    at: Int64Array
    end: Int64Array
    state: Int64Array


class Reached(NamedTuple):
    """Reports that traversals reached; columns of `BATCH_IDS`.

    Attributes
    ----------
    traversal, behind, report : array of int64
        Which traversal; the position behind the id that led there; the report.
    times : array of int64
        At how many positions, one after another, the report holds.
    order : array of int64
        They by traversal and position.
    """

    traversal: Int64Array
    behind: Int64Array
    report: Int64Array
    times: Int64Array
    order: Int64Array


class HitBuffer(NamedTuple):
    """Where patterns end: a hit is an occurrence whose borders are not verified yet.

    Attributes
    ----------
    pattern : array of int32
        Number of the pattern in the automaton; whoever traversals need not wait for what is known of it.
    row : array of int64
        The sequence.
    end : array of int32
        Tokens from the start of the sequence to behind the last id of the pattern.
    times : array of int32
        How many hits these are: each of the others ends an id behind the one before.
    together : array of bool, shape (n_patterns,) or (0,)
        Which patterns may have several hits written as one; empty: none.
    """

    pattern: Int32Array
    row: Int64Array
    end: Int32Array
    times: Int32Array
    together: BoolArray


class Batch(NamedTuple):
    """Buffers for the traversals of one batch, which of them go on, and how many reports each reached."""

    traversals: Traversals
    reached: Reached
    going: Int64Array
    n_reached: Int64Array


class Written(NamedTuple):
    """How far hits are written.

    Attributes
    ----------
    n_hits : int64
        All of them; more than there is space for if they did not fit.
    row : int64
        The row of the last one.
    n_before : int64
        Hits in the rows before it.
    """

    n_hits: int
    row: int
    n_before: int


def new_batch() -> Batch:
    """Return space for `BATCH_IDS`."""
    columns = [np.empty(BATCH_IDS + 1, np.int64) for _ in range(11)]
    return Batch(Traversals(*columns[:4]), Reached(*columns[4:9]), *columns[9:])


@leaf
def nothing_written() -> Written:
    """Return what is written before the first hit."""
    return Written(int64(0), int64(-1), int64(0))


@leaf
def add_traversal(
    traversals: Traversals, n_traversals: int, row: int, begin: int, end: int, state: int
) -> int:
    """Add a run of ids; return how many there are."""
    traversals.row[n_traversals] = row
    traversals.at[n_traversals] = begin
    traversals.end[n_traversals] = end
    traversals.state[n_traversals] = state
    return n_traversals + 1


@leaf
def traverse(
    automaton: Automaton,
    ids: TokenIds,
    traversals: Traversals,
    n_traversals: int,
    reached: Reached,
    going: Int64Array,
) -> int:
    """Lead the automaton through all runs to their ends; return how many reports were reached."""
    states = automaton.states
    for w in range(n_traversals):
        going[w] = w
    n_going, n_reached = n_traversals, int64(0)
    while n_going > 0:
        for g in range(n_going):
            prefetch(states, int64(states[traversals.state[going[g]], CHILDREN]))
        n_left = int64(0)
        for g in range(n_going):
            w = going[g]
            at = traversals.at[w]
            state = advance(automaton, traversals.state[w], int64(ids[at]))
            report = int64(states[state, REPORT])
            prefetch(automaton.reports, report)
            end = int64(at + 1)
            if state == traversals.state[w]:
                # The same id again, as in padding, leads here again: the rest of its run is known.
                while end < traversals.end[w] and ids[end] == ids[at]:
                    end += 1
            traversals.state[w] = state
            traversals.at[w] = end
            reached.traversal[n_reached] = w
            reached.behind[n_reached] = at + 1
            reached.report[n_reached] = report
            reached.times[n_reached] = end - at
            n_reached += int64(report != NOTHING)
            going[n_left] = w
            n_left += int64(end < traversals.end[w])
        n_going = n_left
    return n_reached


@leaf
def order_reached(reached: Reached, n_reached: int, n_traversals: int, n_of_traversal: Int64Array) -> None:
    """Fill `Reached.order`; the reports of each traversal come as they were reached."""
    for w in range(n_traversals + 1):
        n_of_traversal[w] = 0
    for r in range(n_reached):
        n_of_traversal[reached.traversal[r] + 1] += 1
    for w in range(n_traversals):
        n_of_traversal[w + 1] += n_of_traversal[w]
    for r in range(n_reached):
        w = reached.traversal[r]
        reached.order[n_of_traversal[w]] = r
        n_of_traversal[w] += 1


@leaf
def write_hits(
    automaton: Automaton, starts: Int64Array, batch: Batch, n_reached: int, hits: HitBuffer, written: Written
) -> Written:
    """Write down the patterns that end where a report was reached; return how far that is then."""
    capacity = hits.pattern.shape[0]
    reports, reached = automaton.reports, batch.reached
    n_hits, row, n_before = written.n_hits, written.row, written.n_before
    for r in range(n_reached):
        this = reached.order[r]
        row_here = batch.traversals.row[reached.traversal[this]]
        if row_here != row:
            if n_hits > capacity:
                break
            row, n_before = row_here, n_hits
        offset, times = reached.behind[this] - int64(starts[row]), reached.times[this]
        n_each = times if hits.together.shape[0] else int64(1)
        for end in range(offset, offset + times, n_each):
            report = reached.report[this]
            while report != NOTHING:
                for pattern in range(reports[report, FIRST], reports[report + 1, FIRST]):
                    # All but the last have the id of the run on both sides, and become one.
                    most = n_each - 1 if n_each > 1 and hits.together[pattern] else int64(1)
                    each = int64(0)
                    while each < n_each:
                        if n_hits < capacity:
                            hits.pattern[n_hits] = pattern
                            hits.row[n_hits] = row
                            hits.end[n_hits] = end + each
                            hits.times[n_hits] = most
                        n_hits += 1
                        each += most
                        most = int64(1)
                report = int64(reports[report, SHORTER])
    return Written(n_hits, row, n_before)


@leaf
def search_batch(
    automaton: Automaton,
    ids: TokenIds,
    starts: Int64Array,
    batch: Batch,
    n_traversals: int,
    hits: HitBuffer,
    written: Written,
) -> tuple[Written, int]:
    """Take the traversals of a batch and write down what they find.

    Returns
    -------
    written : Written
    state : int
        Where the automaton stands behind the last run.
    """
    n_reached = traverse(automaton, ids, batch.traversals, n_traversals, batch.reached, batch.going)
    order_reached(batch.reached, n_reached, n_traversals, batch.n_reached)
    written = write_hits(automaton, starts, batch, n_reached, hits, written)
    return written, batch.traversals.state[n_traversals - 1]
