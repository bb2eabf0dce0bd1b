"""Lead the automaton through many runs of ids, all of them one id further at a time.

A walk waits for the memory at every id: states lie anywhere in some megabytes, and the next one is known
only when this one is there. Walks through different runs need not wait for each other. So one loop asks the
memory for what every walk will read next, another takes one step of each, and dozens of waits overlap: a
window takes 160 ns at a million phrases, 210 where they are walked one after another, their first two states
in the cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.prefetching import prefetch
from indexer.matching.ids.kernels.automaton import CHILDREN, FIRST, NOTHING, REPORT, SHORTER, advance
from indexer.units import Int32Array, Int64Array

BATCH_IDS = 1 << 14
"""Ids that are walked together; their walks end in this many reports at most."""


class Walks(NamedTuple):
    """Runs of ids to be walked, and how far each walk is; columns of `BATCH_IDS`.

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
    """Reports that walks reached; columns of `BATCH_IDS`.

    Attributes
    ----------
    walk, behind, report : array of int64
        Which walk; the position behind the id that led there; the report.
    order : array of int64
        They by walk and position.
    """

    walk: Int64Array
    behind: Int64Array
    report: Int64Array
    order: Int64Array


class HitBuffer(NamedTuple):
    """Where patterns end: a hit is an occurrence whose borders are not verified yet.

    Attributes
    ----------
    pattern : array of int32
        Number of the pattern in the automaton; whoever walks need not wait for what is known of it.
    row : array of int64
        The sequence.
    end : array of int32
        Tokens from the start of the sequence to behind the last id of the pattern.
    """

    pattern: Int32Array
    row: Int64Array
    end: Int32Array


class Batch(NamedTuple):
    """Room for the walks of one batch, which of them go on, and how many reports each reached."""

    walks: Walks
    reached: Reached
    going: Int64Array
    n_reached: Int64Array


class Written(NamedTuple):
    """How far hits are written.

    Attributes
    ----------
    n_hits : int64
        All of them; more than there is room for if they did not fit.
    row : int64
        The row of the last one.
    n_before : int64
        Hits in the rows before it.
    """

    n_hits: np.int64
    row: np.int64
    n_before: np.int64


def new_batch() -> Batch:
    """Return room for `BATCH_IDS`."""
    columns = [np.empty(BATCH_IDS + 1, np.int64) for _ in range(10)]
    return Batch(Walks(*columns[:4]), Reached(*columns[4:8]), *columns[8:])


@leaf
def nothing_written():
    """Return what is written before the first hit."""
    return Written(np.int64(0), np.int64(-1), np.int64(0))


@leaf
def add_walk(walks, n_walks, row, begin, end, state):
    """Add a run of ids; return how many there are."""
    walks.row[n_walks] = row
    walks.at[n_walks] = begin
    walks.end[n_walks] = end
    walks.state[n_walks] = state
    return n_walks + 1


@leaf
def take_walks(automaton, ids, walks, n_walks, reached, going):
    """Lead the automaton through all runs to their ends; return how many reports were reached."""
    states = automaton.states
    for w in range(n_walks):
        going[w] = w
    n_going, n_reached = n_walks, np.int64(0)
    while n_going > 0:
        for g in range(n_going):
            prefetch(states, np.int64(states[walks.state[going[g]], CHILDREN]))
        n_left = np.int64(0)
        for g in range(n_going):
            w = going[g]
            at = walks.at[w]
            state = advance(automaton, walks.state[w], np.int64(ids[at]))
            report = np.int64(states[state, REPORT])
            prefetch(automaton.reports, report)
            walks.state[w] = state
            walks.at[w] = at + 1
            reached.walk[n_reached] = w
            reached.behind[n_reached] = at + 1
            reached.report[n_reached] = report
            n_reached += np.int64(report != NOTHING)
            going[n_left] = w
            n_left += np.int64(at + 1 < walks.end[w])
        n_going = n_left
    return n_reached


@leaf
def order_reached(reached, n_reached, n_walks, n_of_walk):
    """Fill `Reached.order`; the reports of each walk come as they were reached."""
    for w in range(n_walks + 1):
        n_of_walk[w] = 0
    for r in range(n_reached):
        n_of_walk[reached.walk[r] + 1] += 1
    for w in range(n_walks):
        n_of_walk[w + 1] += n_of_walk[w]
    for r in range(n_reached):
        w = reached.walk[r]
        reached.order[n_of_walk[w]] = r
        n_of_walk[w] += 1


@leaf
def write_hits(automaton, starts, batch, n_reached, hits, written):
    """Write down the patterns that end where a report was reached; return how far that is then."""
    room = hits.pattern.shape[0]
    reports, reached = automaton.reports, batch.reached
    n_hits, row, n_before = written.n_hits, written.row, written.n_before
    for r in range(n_reached):
        this = reached.order[r]
        row_here = batch.walks.row[reached.walk[this]]
        if row_here != row:
            if n_hits > room:
                break
            row, n_before = row_here, n_hits
        report = reached.report[this]
        offset = reached.behind[this] - np.int64(starts[row])
        while report != NOTHING:
            for pattern in range(reports[report, FIRST], reports[report + 1, FIRST]):
                if n_hits < room:
                    hits.pattern[n_hits] = pattern
                    hits.row[n_hits] = row
                    hits.end[n_hits] = offset
                n_hits += 1
            report = np.int64(reports[report, SHORTER])
    return Written(n_hits, row, n_before)


@leaf
def search_batch(automaton, ids, starts, batch, n_walks, hits, written):
    """Take the walks of a batch and write down what they find.

    Returns
    -------
    written : Written
    state : int
        Where the automaton stands behind the last run.
    """
    n_reached = take_walks(automaton, ids, batch.walks, n_walks, batch.reached, batch.going)
    order_reached(batch.reached, n_reached, n_walks, batch.n_reached)
    written = write_hits(automaton, starts, batch, n_reached, hits, written)
    return written, batch.walks.state[n_walks - 1]
