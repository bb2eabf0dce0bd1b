"""The distinct folded texts of a vocabulary, with the tries that list what can stand beside a place."""

from __future__ import annotations

import numpy as np

from indexer.matching.borders import character_classes
from indexer.matching.text.kernels.stream import TOKEN_WHOLE, VocabularyTable
from indexer.matching.text.kernels.tries import Spellings, Trie, build_trie, find_word_borders
from indexer.units import BoolArray, Int32Array, Int64Array

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
    backward = np.array(sorted(range(len(texts)), key=reversed_texts.__getitem__), np.int64)
    padded, offsets = np.frombuffer(bytes(PAD) + b"".join(texts) + bytes(PAD), np.uint8), offsets + PAD
    ends, begins = np.empty((2, offsets[-1] - PAD), np.bool_)
    for is_behind, has_border in ((True, ends), (False, begins)):
        find_word_borders(padded, offsets, character_classes(), is_behind, has_border)
    # byte k of a text is byte -1 - k of the reversed one
    lasts = offsets[2:][backward] - PAD - 1
    lengths = np.diff(offsets)[1:][backward]
    from_the_end = np.repeat(lasts + np.cumsum(lengths) - lengths, lengths) - np.arange(lengths.sum())
    spellings = Spellings(
        text=padded,
        offsets=offsets,
        forward=_trie(texts, np.arange(1, len(texts) + 1), ends),
        backward=_trie([reversed_texts[k] for k in backward], backward + 1, begins[from_the_end]),
        ids=np.array([token for text in texts for token in ids_of[text]], np.int32),
        ids_offsets=ids_offsets,
        classes=character_classes(),
    )
    return spellings, spelling_of


def _trie(texts: list[bytes], numbers: Int64Array, has_border: BoolArray) -> Trie:
    text = np.frombuffer(b"".join(texts), np.uint8)
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    most_nodes = len(text) + 1
    n_slots = 1 << max(4, (2 * most_nodes).bit_length())
    slot_edge = np.full(n_slots, -1, np.int64)
    slot_node = np.zeros(n_slots, np.int32)
    first = np.zeros(most_nodes, np.int32)
    stop = np.zeros(most_nodes, np.int32)
    node_of = np.empty(len(text), np.int32)
    n_nodes = build_trie(text, offsets, slot_edge, slot_node, first, stop, node_of)
    bounded = np.flatnonzero(has_border)
    bounded = bounded[np.argsort(node_of[bounded], kind="stable")]
    spelling = numbers.astype(np.int32)
    return Trie(
        slot_edge=slot_edge,
        slot_node=slot_node,
        first=first[:n_nodes].copy(),
        stop=stop[:n_nodes].copy(),
        spelling=spelling,
        bounded_first=np.searchsorted(node_of[bounded], np.arange(n_nodes + 1)),
        bounded=np.repeat(spelling, np.diff(offsets))[bounded],
    )
