"""Text as ranks of words, by a hierarchical Pitman-Yor process over the last words.

The process (Teh 2006) makes what counts for a scanner: word frequencies as wanted, and pairs and longer runs
that return as often as in real text. In the picture of the Chinese restaurant, each context is a
restaurant, a customer is a word that came behind it. The next word copies that of a customer drawn at
random; but with probability `STRENGTH` / (`STRENGTH` + customers), and where the customer drawn was the first
at its table with probability `DISCOUNT`, it is asked of the context that is one word shorter, and founds a
table. The empty context draws by `FREQUENT`. Integers, and sums and products of doubles: the same everywhere.
"""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import kernel

DISCOUNT = np.array([0.83, 0.87, 0.91])
STRENGTH = np.array([20.0, 5.0, 1.0])
"""By length of the context: one, two, three words."""

FREQUENT = (
    (1, 0.056),
    (10, 0.273),
    (100, 0.577),
    (1_000, 0.794),
    (10_000, 0.956),
    (100_000, 1.0),
)
"""Share of a text that its most frequent words are together, signs included (measured on 5 million words)."""

_FOUNDER = 1 << 30


def cumulative() -> np.ndarray:
    """Return the share of the text that the words up to each rank are together."""
    shares = np.empty(FREQUENT[-1][0])
    first, before = 0, 0.0
    for last, share in FREQUENT:
        falling = 1.0 / np.arange(first + 1, last + 1)
        shares[first:last] = falling * ((share - before) / falling.sum())
        first, before = last, share
    return np.cumsum(shares)


@kernel
def _random(state):
    """Return a double of [0, 1): splitmix64."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)) * (1.0 / (1 << 53))


@kernel
def _restaurant(key, keys, mask):
    """Return the slot of a context."""
    slot = (key ^ (key >> np.uint64(29))) & mask
    while keys[slot] != key and keys[slot] != 0:
        slot = (slot + np.uint64(1)) & mask
    keys[slot] = key
    return np.int64(slot)


@kernel
def word_ranks(n_words, seed, shares, discount, strength):
    """Return the ranks of the words of a text."""
    n_levels = discount.shape[0]
    state = np.array([seed], np.uint64)
    bits = 16
    while (1 << bits) < 4 * n_words:
        bits += 1
    mask = np.uint64((1 << bits) - 1)
    keys = np.zeros(1 << bits, np.uint64)
    first = np.zeros(1 << bits, np.int32)
    count = np.zeros(1 << bits, np.int32)
    customers = np.empty(8 * n_words + (1 << 16), np.int32)
    used = 0
    text = np.empty(n_words, np.int32)
    visited = np.empty(n_levels, np.int64)
    for place in range(n_words):
        key = np.uint64(1)
        for level in range(n_levels):
            before = text[place - level - 1] + 1 if place > level else 0
            key = (key + np.uint64(before)) * np.uint64(0x9FB21C651E98DF25)
            key ^= key >> np.uint64(32)
            key |= np.uint64(1)
            visited[level] = _restaurant(key, keys, mask)
        level = n_levels - 1
        word = -1
        while level >= 0:
            slot = visited[level]
            drawn = _random(state) * (strength[level] + count[slot]) - strength[level]
            if drawn >= 0.0:
                customer = customers[first[slot] + np.int64(drawn)]
                if not customer & _FOUNDER or _random(state) >= discount[level]:
                    word = customer & ~_FOUNDER
                    break
            level -= 1
        if word < 0:
            word = min(np.searchsorted(shares, _random(state), side="right"), shares.shape[0] - 1)
        for k in range(max(level, 0), n_levels):
            slot = visited[k]
            n = count[slot]
            if n & (n - 1) == 0:  # full: a power of two, or none
                for j in range(n):
                    customers[used + j] = customers[first[slot] + j]
                first[slot] = used
                used += max(1, 2 * n)
            customers[first[slot] + n] = word | (_FOUNDER if k > level else 0)
            count[slot] = n + 1
        text[place] = word
    return text
