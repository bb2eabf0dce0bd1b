"""Walk the automaton through every sequence of a block and write down what it finds.

The output has a fixed room. A sequence whose occurrences do not fit is left out whole: the kernel says
how far it got, and the caller goes on from there with what room it likes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.automaton import ROOT, advance
from indexer.matching.kernels.boundary import stands_alone
from indexer.matching.kernels.compile import inlined, kernel
from indexer.units import Int32Array, Int64Array, Uint8Array


class PatternTable(NamedTuple):
    """What an occurrence of each pattern means.

    Attributes
    ----------
    length : array of int32, shape (n_patterns,)
        Ids in the pattern.
    skip : array of int32
        Ids at its beginning that spell nothing but white space; the occurrence begins behind them.
    rules : array of uint8
        Border rules it has to keep, see `boundary.stands_alone`.
    phrase : array of int32
        The phrase it stands for.
    """

    length: Int32Array
    skip: Int32Array
    rules: Uint8Array
    phrase: Int32Array


class Found(NamedTuple):
    """Room for occurrences, all arrays equally long; the columns are those of `Matches`."""

    phrase: Int32Array
    row: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array


@inlined
def comes_before(found, a, b):
    """Return whether occurrence `a` is ordered before `b`: by offset, phrase, length."""
    if found.token_offset[a] != found.token_offset[b]:
        return found.token_offset[a] < found.token_offset[b]
    if found.phrase[a] != found.phrase[b]:
        return found.phrase[a] < found.phrase[b]
    return found.n_tokens[a] < found.n_tokens[b]


@inlined
def exchange(found, a, b):
    """Exchange two occurrences of one row."""
    found.phrase[a], found.phrase[b] = found.phrase[b], found.phrase[a]
    found.token_offset[a], found.token_offset[b] = found.token_offset[b], found.token_offset[a]
    found.n_tokens[a], found.n_tokens[b] = found.n_tokens[b], found.n_tokens[a]


@inlined
def settle(found, first, last):
    """Order the occurrences [first, last) of one row and keep the shortest of each (offset, phrase).

    Returns
    -------
    int
        Where the kept ones end.
    """
    n = last - first
    # Heap sort: in place, and no order of occurrences makes it slow.
    for node in range(n // 2 - 1, -1, -1):
        sift(found, first, np.int64(node), np.int64(n))
    for end in range(n - 1, 0, -1):
        exchange(found, first, first + end)
        sift(found, first, np.int64(0), np.int64(end))
    kept = first
    for at in range(first, last):
        if (
            kept > first
            and found.token_offset[at] == found.token_offset[kept - 1]
            and found.phrase[at] == found.phrase[kept - 1]
        ):
            continue
        found.phrase[kept] = found.phrase[at]
        found.row[kept] = found.row[at]
        found.token_offset[kept] = found.token_offset[at]
        found.n_tokens[kept] = found.n_tokens[at]
        kept += 1
    return kept


@inlined
def sift(found, first, node, n):
    """Let the occurrence at a heap node sink to its place."""
    while True:
        below = 2 * node + 1
        if below >= n:
            return
        if below + 1 < n and comes_before(found, first + below, first + below + 1):
            below += 1
        if not comes_before(found, first + node, first + below):
            return
        exchange(found, first + node, first + below)
        node = below


@inlined
def search_range(automaton, patterns, neighbours, ids, start, stop, begin, end, row, found, n_found):
    """Write down the occurrences inside ``ids[begin:end]``, a part of the sequence ``ids[start:stop]``.

    Returns
    -------
    int
        Occurrences in `found`; more than its room if they did not fit.
    """
    room = found.phrase.shape[0]
    state = np.int64(ROOT)
    for at in range(begin, end):
        state = advance(automaton, state, np.int64(ids[at]))
        report = np.int64(automaton.report[state])
        while report != ROOT:
            for k in range(automaton.ends[report], automaton.ends[report + 1]):
                pattern = automaton.patterns[k]
                first = at + 1 - np.int64(patterns.length[pattern])
                rules = patterns.rules[pattern]
                if rules and not stands_alone(neighbours, rules, ids, start, stop, first, at + 1):
                    continue
                if n_found < room:
                    skip = patterns.skip[pattern]
                    found.phrase[n_found] = patterns.phrase[pattern]
                    found.row[n_found] = row
                    found.token_offset[n_found] = first - start + skip
                    found.n_tokens[n_found] = patterns.length[pattern] - skip
                n_found += 1
            report = np.int64(automaton.report[automaton.fail[report]])
    return n_found


@kernel
def search_sequences(automaton, patterns, neighbours, ids, starts, stops, first_row, found):
    """Search the sequences from `first_row` on; occurrences come out ordered and each place once a phrase.

    Returns
    -------
    n_found : int
        Occurrences written.
    next_row : int
        All sequences before it are done. If it is `first_row`, the next sequence alone needs more room.
    """
    n_found = np.int64(0)
    for row in range(first_row, starts.shape[0]):
        start, stop = np.int64(starts[row]), np.int64(stops[row])
        n_after = search_range(
            automaton, patterns, neighbours, ids, start, stop, start, stop, row, found, n_found
        )
        if n_after > found.phrase.shape[0]:
            return n_found, row
        n_found = settle(found, n_found, n_after)
    return n_found, starts.shape[0]
