"""Builds the Bloom filter of ids that lies in registers: the one, of a few, that lets least through."""

from __future__ import annotations

import numpy as np

from indexer.matching.ids.kernels.bloom import BYTES, DISPLACEMENTS, HASHES, RegisterBloom, places_of_ids
from indexer.units import BoolArray, Int64Array, Uint8Array

_TRIALS = 6
_CELLS = 8 * BYTES
_TURNS = np.arange(256)


def no_bloom() -> RegisterBloom:
    """Return a filter that is never asked."""
    return RegisterBloom(np.zeros(0, np.uint8), np.zeros(DISPLACEMENTS, np.uint8), np.uint64(1))


def build_bloom(keys: BoolArray, id_counts: Int64Array) -> RegisterBloom:
    """Return a filter of ids.

    Parameters
    ----------
    keys : array of bool, shape (65536,)
        By id modulo 65,536, whether it must be let through.
    id_counts : array of int64, shape (65536,)
        How often each id, modulo 65,536, stands in a sample of the corpus: what else it lets through is to be
        little of that.
    """
    entered = np.flatnonzero(keys)
    others = np.flatnonzero((id_counts > 0) & ~keys)
    random = np.random.default_rng(1)
    best: tuple[int, RegisterBloom] | None = None
    for multiplier in random.integers(0, 1 << 15, _TRIALS, np.uint64) * np.uint64(2) + np.uint64(1):
        displacements = _displacements(entered, others, id_counts[others], multiplier)
        bloom = _filled(entered, displacements, multiplier)
        passing = int(id_counts[others[passes(bloom, others)]].sum())
        if best is None or passing < best[0]:
            best = passing, bloom
    assert best is not None
    return best[1]


def passes(bloom: RegisterBloom, ids: Int64Array) -> BoolArray:
    """Return which of some ids, below 65,536, a filter lets through; what the registers do, plainly."""
    places, bits, chosen = places_of_ids(ids.astype(np.uint64), bloom.multiplier)
    turned = places ^ bloom.displacements[chosen].astype(np.uint64)
    words = bloom.table[places] & bloom.table[BYTES + turned.astype(np.int64)]
    passing: BoolArray = (words >> bits.astype(np.uint8)) & 1 != 0
    return passing


def _filled(entered: Int64Array, displacements: Uint8Array, multiplier: np.uint64) -> RegisterBloom:
    table = np.zeros(HASHES * BYTES, np.uint8)
    places, bits, chosen = places_of_ids(entered.astype(np.uint64), multiplier)
    words = np.uint8(1) << bits.astype(np.uint8)
    np.bitwise_or.at(table, places.astype(np.int64), words)
    np.bitwise_or.at(table, BYTES + (places ^ displacements[chosen]).astype(np.int64), words)
    return RegisterBloom(table, displacements, multiplier)


def _displacements(
    entered: Int64Array, others: Int64Array, counts: Int64Array, multiplier: np.uint64
) -> Uint8Array:
    """Return what the second hash of ids is turned by, chosen so that little else meets the bits of keys.

    One displacement after another takes, of all 256, the one that adds least: the ids it turns onto bits that
    are set, and the ids on bits that its own keys set.
    """
    keys, key_entries = _cells(entered, multiplier)
    is_set = np.zeros(_CELLS, np.bool_)
    is_set[keys] = True
    cells, entries = _cells(others, multiplier)
    left = is_set[cells]  # others are held back by the first hash
    cells, entries, counts = cells[left], entries[left], counts[left]
    n_keys, n_passing = np.zeros(_CELLS, np.int64), np.zeros(_CELLS, np.int64)
    displacements = np.zeros(DISPLACEMENTS, np.uint8)
    by_size = np.argsort(-np.bincount(entries, counts, DISPLACEMENTS), kind="stable")
    is_taken = np.zeros(DISPLACEMENTS, np.bool_)
    is_taken[key_entries] = is_taken[entries] = True
    for entry in by_size[is_taken[by_size]]:  # few are by few keys, and no turn of another adds anything
        own = np.unique(keys[key_entries == entry])
        here = entries == entry
        turned_keys = own ^ _TURNS[:, None]
        turned = cells[here] ^ _TURNS[:, None]
        cost = (n_passing[turned_keys] * (n_keys[turned_keys] == 0)).sum(axis=1)
        cost += (counts[here] * (n_keys[turned] > 0)).sum(axis=1)
        turn = int(np.argmin(cost))
        displacements[entry] = turn
        n_keys[own ^ turn] += 1
        np.add.at(n_passing, cells[here] ^ turn, counts[here])
    return displacements


def _cells(ids: Int64Array, multiplier: np.uint64) -> tuple[Int64Array, Int64Array]:
    """Return the bits of the first hash, numbered so that a turn changes their low byte, and the entries."""
    places, bits, chosen = places_of_ids(ids.astype(np.uint64), multiplier)
    cells = (bits << np.uint64(9)) | places
    return cells.astype(np.int64), chosen.astype(np.int64)
