"""Aho-Corasick over token ids: the automaton as arrays, how it is built, and one step of it.

A state is the longest end of what was read that begins some pattern. States are numbered breadth first,
so a state's failure link always points to a smaller number.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.compile import inlined, kernel
from indexer.units import Int32Array, Int64Array, TokenIds, Uint64Array

ROOT = 0
NO_EDGE = np.uint64(0)
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: neighbouring keys fall far apart


class Automaton(NamedTuple):
    """The automaton of a set of patterns.

    Attributes
    ----------
    root : array of int32, shape (largest id in a pattern + 1,)
        State after that id at the root; 0 where no pattern begins with it.
    edge_keys : array of uint64, shape (power of two,)
        ``state << 32 | id`` of every edge below the root, open addressing; 0 is an empty slot.
    edge_targets : array of int32
        Where the edge in the same slot leads.
    fail : array of int32, shape (n_states,)
        Longest proper end of a state that is a state.
    report : array of int32, shape (n_states,)
        Longest end of a state, itself included, that is a whole pattern; 0 where none is.
    ends : array of int32, shape (n_states + 1,)
        State s is the whole of the patterns ``patterns[ends[s]:ends[s + 1]]``.
    patterns : array of int32, shape (n_patterns,)
        Pattern numbers, grouped by state.
    """

    root: Int32Array
    edge_keys: Uint64Array
    edge_targets: Int32Array
    fail: Int32Array
    report: Int32Array
    ends: Int32Array
    patterns: Int32Array


@inlined
def find_slot(edge_keys, key):
    """Return the slot that holds an edge, or the empty one where it would stand."""
    mask = edge_keys.shape[0] - 1
    slot = np.int64((key * _MIX) >> np.uint64(32)) & mask
    while edge_keys[slot] != NO_EDGE and edge_keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@inlined
def edge_key(state, token):
    """Return the key of the edge that leaves a state, other than the root, with an id."""
    return np.uint64((np.int64(state) << 32) | np.int64(token))


@inlined
def child(automaton, state, token):
    """Return the state one id further down the trie; 0 where there is none."""
    if state == ROOT:
        if token < automaton.root.shape[0]:
            return np.int64(automaton.root[token])
        return np.int64(ROOT)
    slot = find_slot(automaton.edge_keys, edge_key(state, token))
    return np.int64(automaton.edge_targets[slot])


@inlined
def advance(automaton, state, token):
    """Return the state after reading one more id."""
    while True:
        following = child(automaton, state, token)
        if following != ROOT or state == ROOT:
            return following
        state = np.int64(automaton.fail[state])


@kernel
def build_trie(ids, offsets, root, edge_keys, edge_targets, parent, token_of, state_of):
    """Insert all patterns, the first ids of all, then the second ones; return the number of states.

    Fills `root`, `edge_keys`, `edge_targets`; for each state its `parent` and the id that leads to it
    (`token_of`); and for each pattern its last state (`state_of`).
    """
    n_states = 1
    depth = 0
    active = True
    while active:
        active = False
        for pattern in range(offsets.shape[0] - 1):
            at = offsets[pattern] + depth
            if at >= offsets[pattern + 1]:
                continue
            active = True
            token = np.int64(ids[at])
            state = np.int64(state_of[pattern])
            if state == ROOT:
                following = np.int64(root[token])
                if following == ROOT:
                    following = np.int64(n_states)
                    root[token] = following
            else:
                key = edge_key(state, token)
                slot = find_slot(edge_keys, key)
                following = np.int64(edge_targets[slot])
                if following == ROOT:
                    following = np.int64(n_states)
                    edge_keys[slot] = key
                    edge_targets[slot] = following
            if following == n_states:
                parent[n_states] = state
                token_of[n_states] = token
                n_states += 1
            state_of[pattern] = following
        depth += 1
    return n_states


@kernel
def link_states(automaton, parent, token_of):
    """Fill `fail` and `report`; `ends` must be filled."""
    for state in range(1, automaton.fail.shape[0]):
        up = np.int64(parent[state])
        link = np.int64(ROOT)
        if up != ROOT:
            link = advance(automaton, np.int64(automaton.fail[up]), token_of[state])
        automaton.fail[state] = link
        if automaton.ends[state + 1] > automaton.ends[state]:
            automaton.report[state] = state
        else:
            automaton.report[state] = automaton.report[link]


def build_automaton(ids: TokenIds, offsets: Int64Array) -> Automaton:
    """Return the automaton of the patterns ``ids[offsets[p]:offsets[p + 1]]``; none may be empty."""
    n_patterns = len(offsets) - 1
    n_slots = _slots(len(ids))
    root = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.int32)
    edge_keys = np.zeros(n_slots, np.uint64)
    edge_targets = np.zeros(n_slots, np.int32)
    parent = np.zeros(len(ids) + 1, np.int32)
    token_of = np.zeros(len(ids) + 1, np.uint32)
    state_of = np.zeros(n_patterns, np.int32)
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        n_states = build_trie(ids, offsets, root, edge_keys, edge_targets, parent, token_of, state_of)
        ends = np.zeros(n_states + 1, np.int32)
        ends[1:] = np.cumsum(np.bincount(state_of, minlength=n_states))
        automaton = Automaton(
            root=root,
            edge_keys=edge_keys,
            edge_targets=edge_targets,
            fail=np.zeros(n_states, np.int32),
            report=np.zeros(n_states, np.int32),
            ends=ends,
            patterns=np.argsort(state_of, kind="stable").astype(np.int32),
        )
        link_states(automaton, parent, token_of)
    return automaton


def _slots(n_edges: int) -> int:
    return 1 << max(4, (2 * n_edges - 1).bit_length())
