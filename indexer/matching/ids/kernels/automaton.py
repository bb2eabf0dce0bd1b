"""Aho-Corasick over token ids: the automaton as arrays, how it is built, and one step of it.

A state is the longest end of what was read that begins some pattern. States are numbered breadth first, the
children of a state one after another in the order of their ids. So a state needs four numbers, which lie
together in one cache line, and a failure link always points to a smaller state.

An earlier form kept the edges in one hash table: 223 bytes a phrase at 134,000 phrases where this one
takes 49.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array, TokenIds

ROOT = 0
NOTHING = 0
CHILDREN, FAIL, REPORT, TOKEN = 0, 1, 2, 3
FIRST, SHORTER = 0, 1
_FEW = 8


class Automaton(NamedTuple):
    """The automaton of a set of patterns.

    Attributes
    ----------
    root : array of int32, shape (largest id in a pattern + 1,)
        State after that id at the root; 0 where no pattern begins with it.
    states : array of uint32, shape (n_states + 1, 4)
        For each state: its first child (`CHILDREN`), the last being the one before the first of the next
        state; the longest proper end of it that is a state (`FAIL`); the number of its longest end, itself
        included, that is a whole pattern (`REPORT`), 0 where none is; the id that leads to it (`TOKEN`).
    reports : array of int32, shape (n_reports + 2, 2)
        Report r stands for the patterns ``reports[r, FIRST]`` to ``reports[r + 1, FIRST] - 1``, patterns
        being numbered in the order of their reports; `SHORTER` is the next shorter report that is an end
        of this one, 0 where none is.
    """

    root: Int32Array
    states: NDArray[np.uint32]
    reports: Int32Array


@leaf
def child(automaton: Automaton, state: int, token: int) -> int:
    """Return the state one id further down the trie; 0 where there is none."""
    if state == ROOT:
        if token < automaton.root.shape[0]:
            return int64(automaton.root[token])
        return int64(ROOT)
    states = automaton.states
    low, high = int64(states[state, CHILDREN]), int64(states[state + 1, CHILDREN])
    while high - low > _FEW:
        middle = (low + high) >> 1
        if states[middle, TOKEN] <= token:
            low = middle
        else:
            high = middle
    for k in range(low, high):
        if states[k, TOKEN] == token:
            return int64(k)
    return int64(ROOT)


@leaf
def advance(automaton: Automaton, state: int, token: int) -> int:
    """Return the state after reading one more id."""
    while True:
        following = child(automaton, state, token)
        if following != ROOT or state == ROOT:
            return following
        state = int64(automaton.states[state, FAIL])


@uncounted
def link_states(automaton: Automaton, parent: Int64Array) -> None:
    """Fill the failure links, and reports where they are inherited; own reports must be filled."""
    states = automaton.states
    for state in range(1, states.shape[0] - 1):
        up = int64(parent[state])
        link = int64(ROOT)
        if up != ROOT:
            link = advance(automaton, int64(states[up, FAIL]), int64(states[state, TOKEN]))
        states[state, FAIL] = link
        own = states[state, REPORT]
        if own != NOTHING:
            automaton.reports[own, SHORTER] = states[link, REPORT]
        else:
            states[state, REPORT] = states[link, REPORT]


def build_automaton(ids: TokenIds, offsets: Int64Array) -> tuple[Automaton, Int64Array]:
    """Return the automaton of the patterns ``ids[offsets[p]:offsets[p + 1]]``; none may be empty.

    Returns
    -------
    automaton : Automaton
    order : array of int64, shape (n_patterns,)
        Pattern k of the automaton is the pattern ``order[k]``.
    """
    parent, token, state_of = _trie(ids, offsets)
    n_states = len(parent)
    states = np.zeros((n_states + 1, 4), np.uint32)
    states[:-1, TOKEN] = token
    states[:, CHILDREN] = np.searchsorted(parent[1:], np.arange(n_states + 1)) + 1
    top = np.arange(1, states[1, CHILDREN])
    root = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.int32)
    root[states[top, TOKEN]] = top
    order = np.argsort(state_of, kind="stable")
    reporting, first = np.unique(state_of[order], return_index=True)
    states[reporting, REPORT] = np.arange(1, len(reporting) + 1)
    reports = np.zeros((len(reporting) + 2, 2), np.int32)
    reports[1:-1, FIRST], reports[-1, FIRST] = first, len(order)
    automaton = Automaton(root=root, states=states, reports=reports)
    link_states(automaton, parent)
    return automaton, order


def _trie(ids: TokenIds, offsets: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Return the parent of each state and the id that leads to it, and the last state of each pattern.

    States are the distinct pairs of a parent and an id, in order, those of one depth after another.
    """
    state_of = np.zeros(len(offsets) - 1, np.int64)
    edges, n_states = [np.zeros(1, np.uint64)], 1
    active, depth = np.arange(len(state_of)), 0
    while len(active):
        key = (state_of[active].astype(np.uint64) << np.uint64(32)) | ids[offsets[active] + depth]
        distinct, which = np.unique(key, return_inverse=True)
        state_of[active] = n_states + which
        edges.append(distinct)
        n_states += len(distinct)
        depth += 1
        active = active[offsets[active + 1] - offsets[active] > depth]
    edge = np.concatenate(edges)
    return (edge >> np.uint64(32)).astype(np.int64), (edge & np.uint64(0xFFFFFFFF)).astype(np.int64), state_of
