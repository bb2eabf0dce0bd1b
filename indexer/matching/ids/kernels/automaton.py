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

from indexer.jit.compile import kernel, leaf, uncounted
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array, TokenIds, Uint32Array, Uint64Array

ROOT = 0
NOTHING = 0
CHILDREN, FAIL, REPORT, TOKEN = 0, 1, 2, 3
FIRST, SHORTER = 0, 1
_FEW = 8
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: neighbouring keys fall far apart


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


@kernel
def build_trie(
    ids: TokenIds,
    offsets: Int64Array,
    keys: Uint64Array,
    targets: Int32Array,
    parent: Int32Array,
    token: Uint32Array,
    state_of: Int32Array,
) -> int:
    """Insert all patterns, the first ids of all, then the second ones; return the number of states.

    `keys` and `targets` are a hash table of the edges, ``state << 32 | id``. Fills for each state `parent`
    and the id that leads to it (`token`), and for each pattern its last state (`state_of`).
    """
    mask = keys.shape[0] - 1
    n_states = int64(1)
    depth = 0
    active = True
    while active:
        active = False
        for pattern in range(offsets.shape[0] - 1):
            at = offsets[pattern] + depth
            if at >= offsets[pattern + 1]:
                continue
            active = True
            key = np.uint64((int64(state_of[pattern]) << 32) | int64(ids[at]))
            slot = int64((key * _MIX) >> np.uint64(32)) & mask
            while targets[slot] != NOTHING and keys[slot] != key:
                slot = (slot + 1) & mask
            if targets[slot] == NOTHING:
                keys[slot] = key
                targets[slot] = n_states
                parent[n_states] = state_of[pattern]
                token[n_states] = ids[at]
                n_states += 1
            state_of[pattern] = targets[slot]
        depth += 1
    return n_states


@kernel
def renumber(
    parent: Int32Array,
    token: Uint32Array,
    by_token: Int64Array,
    states: Uint32Array,
    number: Int32Array,
    new_parent: Int32Array,
) -> None:
    """Give the states new numbers, so that siblings stand together, ordered by id.

    Parameters
    ----------
    parent, token : arrays
        As `build_trie` numbers them: parents before children.
    by_token : array of int64
        All states but the root, ordered by id.
    states, number, new_parent : arrays
        Filled: the children and id of each state, the new number of each old state, the parent by
        new number.
    """
    n_states = parent.shape[0]
    first = np.zeros(n_states + 1, np.int64)
    for state in range(1, n_states):
        first[parent[state] + 1] += 1
    for state in range(n_states):
        first[state + 1] += first[state]
    siblings = np.empty(n_states, np.int64)
    place = first[:-1].copy()
    for k in range(by_token.shape[0]):
        up = parent[by_token[k]]
        siblings[place[up]] = by_token[k]
        place[up] += 1
    old_of = np.zeros(n_states, np.int64)
    n = int64(1)
    for state in range(n_states):
        old = old_of[state]
        states[state, CHILDREN] = n
        for k in range(first[old], first[old + 1]):
            old_of[n] = siblings[k]
            number[siblings[k]] = n
            new_parent[n] = state
            states[n, TOKEN] = token[siblings[k]]
            n += 1
    states[n_states, CHILDREN] = n


@uncounted
def link_states(automaton: Automaton, parent: Int32Array) -> None:
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
    by_token = np.argsort(token[1:], kind="stable") + 1
    states = np.zeros((n_states + 1, 4), np.uint32)
    number = np.zeros(n_states, np.int32)
    new_parent = np.zeros(n_states, np.int32)
    renumber(parent, token, by_token, states, number, new_parent)
    root = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.int32)
    top = np.arange(1, states[1, CHILDREN])
    root[states[top, TOKEN]] = top
    order = np.argsort(number[state_of], kind="stable")
    reporting, first = np.unique(number[state_of][order], return_index=True)
    states[reporting, REPORT] = np.arange(1, len(reporting) + 1)
    reports = np.zeros((len(reporting) + 2, 2), np.int32)
    reports[1:-1, FIRST], reports[-1, FIRST] = first, len(order)
    automaton = Automaton(root=root, states=states, reports=reports)
    link_states(automaton, new_parent)
    return automaton, order


def _trie(ids: TokenIds, offsets: Int64Array) -> tuple[Int32Array, TokenIds, Int32Array]:
    n_slots = 1 << max(4, (3 * len(ids) // 2).bit_length())
    parent = np.zeros(len(ids) + 1, np.int32)
    token = np.zeros(len(ids) + 1, np.uint32)
    state_of = np.zeros(len(offsets) - 1, np.int32)
    keys, targets = np.zeros(n_slots, np.uint64), np.zeros(n_slots, np.int32)
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        n_states = build_trie(ids, offsets, keys, targets, parent, token, state_of)
    return parent[:n_states].copy(), token[:n_states].copy(), state_of
