"""Phrases as tuples of ids, and sets of 1,000 to a million of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

SEED = 20261120
N_SPANS = 134_000

Tuple: TypeAlias = tuple[int, ...]


def spans(texts: list[str], tokenizer: Any) -> list[Tuple]:
    """Return distinct id tuples of phrases: behind a space, and some with a capital at a beginning."""
    variants = [" " + t for t in texts] + [t[:1].upper() + t[1:] for t in texts]
    encoded = tokenizer.encode_batch(variants, add_special_tokens=False)
    spaced = {tuple(e.ids): None for e in encoded[: len(texts)] if len(e.ids) > 1}
    bare = [tuple(e.ids) for e in encoded[len(texts) :] if len(e.ids) > 1]
    order = np.random.default_rng(SEED).permutation(len(bare))
    tuples = dict(spaced)
    for k in order:
        if len(tuples) >= N_SPANS:
            break
        tuples[bare[k]] = None
    return list(tuples)[:N_SPANS]


def windows(sentences: list[str], tokenizer: Any) -> list[Tuple]:
    """Return random windows of 3 to 8 ids of sentences."""
    rng = np.random.default_rng(SEED + 1)
    texts = [" " + sentence for sentence in sentences]
    encoded = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    found: dict[Tuple, None] = {}
    for _ in range(12):
        for ids in encoded:
            length = int(rng.integers(3, 9))
            first = int(rng.integers(0, max(1, len(ids) - length + 1)))
            found[tuple(ids[first : first + length])] = None
        if len(found) > 900_000:
            break
    return [w for w in found if len(w) >= 3]


def phrase_sets(of_spans: list[Tuple], of_windows: list[Tuple]) -> dict[str, list[Tuple]]:
    """Return sets by name, of 1,000 phrases to a million."""
    rng = np.random.default_rng(SEED + 2)
    order = rng.permutation(len(of_spans))
    million = dict.fromkeys(of_spans)
    for window in of_windows:
        if len(million) >= 1_000_000:
            break
        million[window] = None
    return {
        "1k": [of_spans[k] for k in order[:1_000]],
        "10k": [of_spans[k] for k in order[:10_000]],
        "134k": of_spans,
        "1M": list(million),
    }
