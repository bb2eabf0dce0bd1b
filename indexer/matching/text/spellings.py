"""The distinct folded texts of a vocabulary, with the tries that list what can stand beside a place."""

from __future__ import annotations

import numpy as np

from indexer.matching.borders import character_classes
from indexer.matching.text.kernels.stream import TOKEN_WHOLE, VocabularyTable
from indexer.matching.text.kernels.tries import Spellings, Trie, build_trie
from indexer.units import Int32Array

PAD = 8
"""Bytes around the texts that may be read."""


def spellings_of(vocabulary: VocabularyTable) -> tuple[Spellings, Int32Array]:
    """Return the spellings of a vocabulary and the spelling of each id, 0 for ids that have none.

    An id has a spelling if it is whole and spells something.
    """
    data = vocabulary.text.tobytes()
    bounds = vocabulary.offsets.tolist()
    ids_of: dict[bytes, list[int]] = {}
    for token in np.flatnonzero(
        (vocabulary.kind == TOKEN_WHOLE) & (np.diff(vocabulary.offsets) > 0)
    ).tolist():
        ids_of.setdefault(data[bounds[token] : bounds[token + 1]], []).append(token)
    texts = sorted(ids_of)
    spelling_of = np.zeros(len(bounds) - 1, np.int32)
    for number, text in enumerate(texts, 1):
        spelling_of[ids_of[text]] = number
    offsets = np.cumsum([0, 0, *map(len, texts)])
    ids_offsets = np.cumsum([0, 0, *(len(ids_of[text]) for text in texts)])
    reversed_texts = [text[::-1] for text in texts]
    backward = sorted(range(len(texts)), key=reversed_texts.__getitem__)
    spellings = Spellings(
        text=np.frombuffer(bytes(PAD) + b"".join(texts) + bytes(PAD), np.uint8),
        offsets=offsets + PAD,
        forward=_trie(texts, list(range(1, len(texts) + 1))),
        backward=_trie([reversed_texts[k] for k in backward], [k + 1 for k in backward]),
        ids=np.array([token for text in texts for token in ids_of[text]], np.int32),
        ids_offsets=ids_offsets,
        classes=character_classes(),
    )
    return spellings, spelling_of


def _trie(texts: list[bytes], numbers: list[int]) -> Trie:
    text = np.frombuffer(b"".join(texts), np.uint8)
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    most_nodes = len(text) + 1
    n_slots = 1 << max(4, (2 * most_nodes).bit_length())
    slot_edge = np.full(n_slots, -1, np.int64)
    slot_node = np.zeros(n_slots, np.int32)
    first = np.zeros(most_nodes, np.int32)
    stop = np.zeros(most_nodes, np.int32)
    n_nodes = build_trie(text, offsets, slot_edge, slot_node, first, stop)
    return Trie(
        slot_edge=slot_edge,
        slot_node=slot_node,
        first=first[:n_nodes].copy(),
        stop=stop[:n_nodes].copy(),
        spelling=np.array(numbers, np.int32),
    )
