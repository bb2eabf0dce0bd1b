"""Brings phrases into token space: the filter of a phrase set for a vocabulary and a sample of the corpus."""

from __future__ import annotations

from itertools import compress
from typing import NamedTuple

import numpy as np

from indexer.folding import fold, folding_characters
from indexer.matching.kernels.borders import LEFT_BORDER, RIGHT_BORDER
from indexer.matching.kernels.pair_bitmap import PairBitmap
from indexer.matching.text.crossing import ids_across_spaces
from indexer.matching.text.kernels.edge_classes import ANY, SEPARATOR, edge_class
from indexer.matching.text.kernels.mandatory_pairs import (
    CountedSpellings,
    SplitScratch,
    cost_splits,
    count_pairs,
    enter_all_mandatory_pairs,
)
from indexer.matching.text.kernels.pair_records import MOST_REACH, PAIR
from indexer.matching.text.kernels.pair_sides import CROSSING, N_CLASSES, enter_sides
from indexer.matching.text.kernels.prefilter import SEPARATOR_LENGTH, TextPrefilter
from indexer.matching.text.kernels.prefilter_table import enter_bits, enter_splits, enter_tags
from indexer.matching.text.kernels.search import LOOK_AHEAD
from indexer.matching.text.kernels.splits import SPACE, Splits, choose_splits, list_splits
from indexer.matching.text.kernels.stream import TOKEN_PARTIAL, TOKEN_SPECIAL, TOKEN_WHOLE, VocabularyTable
from indexer.matching.text.kernels.tries import MOST_NEIGHBOURS, Neighbours
from indexer.matching.text.spellings import spellings_of
from indexer.matching.text.vocabulary import characters_touched, end_bytes
from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds, Uint8Array, Uint64Array

SAMPLE_TOKENS = 1 << 21
_COUNT_BITS = 23
_PASSES = 4
_MOST_PAIRS = 1 << 23
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SMALLEST_BITMAP, _LARGEST_BITMAP = 17, 23
_BITS_PER_PAIR = 3


class Coverage(NamedTuple):
    """The filter of a phrase set, and the texts that it does not cover.

    Attributes
    ----------
    table : TextPrefilter
    covered : list of bytes
        The texts the filter finds.
    left_over : list of bytes
        Texts that have to be searched for everywhere.
    """

    table: TextPrefilter
    covered: list[bytes]
    left_over: list[bytes]


class SpelledVocabulary:
    """What the prefilter needs of a vocabulary; made once for any number of samples."""

    def __init__(self, vocabulary: VocabularyTable, rules: int, *, case: str) -> None:
        self.table = vocabulary
        self.case = case
        self.spellings, self.spelling_of = spellings_of(vocabulary)
        self.rules = rules

    def counted(self, sample: TokenIds) -> CountedSpellings:
        """Return the spellings with the counts of their pairs in a sample."""
        counts = np.zeros(1 << _COUNT_BITS, np.float32)
        count_pairs(sample[:SAMPLE_TOKENS], np.append(self.spelling_of, np.int32(0)), counts)
        left_word, right_word = bool(self.rules & LEFT_BORDER), bool(self.rules & RIGHT_BORDER)
        return CountedSpellings(self.spellings, counts, left_word, right_word)


def build_prefilter(texts: list[bytes], vocabulary: SpelledVocabulary, sample: TokenIds) -> Coverage:
    """Return the filter of the texts for streams like the sample.

    The sample decides speed, never what is found; its type is that of the stream.
    """
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        return _build(texts, vocabulary, sample)


def _build(texts: list[bytes], vocabulary: SpelledVocabulary, sample: TokenIds) -> Coverage:
    text, offsets = _joined(texts)
    counted, scratch = vocabulary.counted(sample), _new_split_scratch()
    spaces = _chosen_spaces(text, offsets, counted, scratch)
    fits = np.diff(offsets) <= MOST_REACH - LOOK_AHEAD
    pairs = None
    for covered in (fits, fits & (spaces >= 0), np.zeros(len(texts), np.bool_)):
        splits = _splits(text, offsets, spaces, covered)
        hopeless = np.zeros(len(texts), np.bool_)
        pairs = _pairs(splits, counted, scratch, hopeless)
        if pairs is not None:
            break
    assert pairs is not None  # no phrase has no pairs
    splits = _some(splits, ~hopeless[splits.phrase])
    covered = covered & ~hopeless
    covered_texts = list(compress(texts, covered.tolist()))
    left_over = list(compress(texts, (~covered).tolist()))
    return Coverage(_filter(vocabulary, pairs, splits, covered_texts, sample), covered_texts, left_over)


def _some(splits: Splits, which: BoolArray | Int64Array | slice) -> Splits:
    """Return some of the split points, of the same texts."""
    return Splits(
        splits.text, splits.offsets, splits.place[which], splits.phrase[which], splits.is_first_border[which]
    )


def _splits(text: Uint8Array, offsets: Int64Array, spaces: Int64Array, covered: BoolArray) -> Splits:
    """Return the spaces chosen for texts, and all places inside texts that have none."""
    split, whole = np.flatnonzero(covered & (spaces >= 0)), np.flatnonzero(covered & (spaces < 0))
    lengths = np.diff(offsets)[whole]
    phrase = np.repeat(whole, lengths)
    place = np.arange(len(phrase)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + offsets[phrase]
    is_inside = (place > offsets[phrase]) & ((text[place] < 0x80) | (text[place] >= 0xC0))
    return Splits(
        text,
        offsets,
        np.append(spaces[split], place[is_inside]),
        np.append(split, phrase[is_inside]),
        np.append(np.zeros(len(split), np.bool_), np.ones(int(is_inside.sum()), np.bool_)),
    )


def _joined(texts: list[bytes]) -> tuple[Uint8Array, Int64Array]:
    offsets = np.append(0, np.cumsum(list(map(len, texts)), dtype=np.int64))
    return np.frombuffer(b"".join(texts) + bytes(8), np.uint8), offsets


def _new_split_scratch() -> SplitScratch:
    def neighbours() -> Neighbours:
        return Neighbours(np.empty(MOST_NEIGHBOURS, np.int32), np.empty(MOST_NEIGHBOURS, np.int64))

    return SplitScratch(
        neighbours(),
        neighbours(),
        neighbours(),
        np.empty(MOST_NEIGHBOURS, np.bool_),
        np.empty(MOST_NEIGHBOURS, np.bool_),
    )


def _chosen_spaces(
    text: Uint8Array, offsets: Int64Array, counted: CountedSpellings, scratch: SplitScratch
) -> Int64Array:
    """Return the space each text is split at, as a place in `text`; -1 where it has none."""
    most = np.count_nonzero(text == SPACE)
    place, phrase, word_pair = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64)
    splits = Splits(text, offsets, place, phrase, np.zeros(most, np.bool_))
    n = list_splits(splits, word_pair)
    splits, word_pair = _some(splits, slice(n)), word_pair[:n]
    chosen = np.full(len(offsets) - 1, -1, np.int64)
    if not len(word_pair):
        return chosen
    # To ask `np.unique` for the first of each kind too takes a slower way of sorting.
    kinds, kind = np.unique(word_pair, return_inverse=True)
    representative = np.empty(len(kinds), np.int64)
    representative[kind[::-1]] = np.arange(n)[::-1]
    cost = np.empty(len(kinds), np.float32)
    cost_splits(counted, _some(splits, representative), scratch, cost)
    split_first = np.searchsorted(splits.phrase, np.arange(len(offsets)))
    n_sharers = np.zeros(len(cost), np.int64)
    for _ in range(_PASSES):
        choose_splits(split_first, kind, cost, n_sharers, chosen)
    return np.where(chosen >= 0, splits.place[chosen], -1)


def _pairs(
    splits: Splits, counted: CountedSpellings, scratch: SplitScratch, hopeless: BoolArray
) -> Uint64Array | None:
    """Return the table of the pairs no occurrence avoids; None if it would be too large.

    Texts that have too many pairs at some place are marked as `hopeless`.
    """
    n_slots = 1 << max(10, (4 * len(splits.place)).bit_length())
    while n_slots <= 2 * _MOST_PAIRS:
        table = np.zeros((n_slots, 3), np.uint64)
        if enter_all_mandatory_pairs(counted, splits, scratch, table, n_slots // 2, hopeless):
            return table
        n_slots *= 2
    return None


def _filter(
    vocabulary: SpelledVocabulary, built: Uint64Array, splits: Splits, covered: list[bytes], sample: TokenIds
) -> TextPrefilter:
    spelling = np.append(vocabulary.spelling_of, np.int32(0))
    spellings, table = vocabulary.spellings, vocabulary.table
    keys, n_ids = built[built[:, PAIR] != 0, PAIR], np.diff(spellings.ids_offsets)
    n_pairs = (n_ids[(keys >> np.uint64(32)).astype(np.int64)] * n_ids[keys.astype(np.uint32)]).sum()
    bits = min(max(_SMALLEST_BITMAP, int(n_pairs).bit_length() + _BITS_PER_PAIR), _LARGEST_BITMAP)
    bitmap = PairBitmap(np.zeros(1 << (bits - 6), np.uint64), _MULTIPLIER, np.uint64(64 - (bits - 6)))
    width = np.uint64(8 * sample.dtype.itemsize)
    enter_bits(built, spellings, width, bitmap)
    n_buckets = 1 << max(4, (3 * len(keys) // 8).bit_length())
    tags, known = np.zeros(n_buckets, np.uint64), np.zeros((4 * n_buckets, 2), np.uint64)
    enter_tags(built, tags, known)
    split_bits = np.zeros(1 << max(4, (16 * len(splits.place)).bit_length() - 6), np.uint64)
    enter_splits(splits, split_bits)
    sides = np.append(_crossing_ids(vocabulary, covered, splits), np.uint8(0))
    enter_sides(built, spellings, _classes(built, spelling, sample), sides)
    first_bytes, last_bytes = end_bytes(table.kind, table.offsets, table.text)
    length = np.where(table.kind == TOKEN_WHOLE, np.diff(table.offsets), 0)
    length[table.kind == TOKEN_SPECIAL] = SEPARATOR_LENGTH
    return TextPrefilter(
        sides=sides,
        bitmap=bitmap,
        width=width,
        spelling=spelling,
        first_bytes=_with_length(first_bytes, length),
        last_bytes=_with_length(last_bytes, length),
        length=np.append(length, SEPARATOR_LENGTH).astype(np.int32),
        edges=_edges(table),
        tags=tags,
        known=known,
        split_bits=split_bits,
        crossing_reach=max(map(len, covered), default=0) + LOOK_AHEAD,
    )


def _classes(built: Uint64Array, spelling: Int32Array, sample: TokenIds) -> Uint8Array:
    """Return the class of each spelling that is the left one of a pair: each class is as much of the text."""
    last = min(len(spelling) - 1, np.iinfo(sample.dtype).max)  # a vocabulary may be larger than ids can be
    of_ids = np.bincount(np.minimum(sample, last), minlength=len(spelling))
    counts = np.bincount(spelling, weights=of_ids).astype(np.int64)
    is_left = np.zeros(len(counts), np.bool_)
    is_left[built[:, PAIR] >> np.uint64(32)] = True
    left = np.flatnonzero(is_left)
    left = left[np.argsort(-counts[left], kind="stable")]
    seen = np.cumsum(counts[left])
    classes = np.zeros(len(counts), np.uint8)
    classes[left] = np.minimum(seen * N_CLASSES // max(int(seen[-1]), 1), N_CLASSES - 1)
    return classes


def _edges(table: VocabularyTable) -> Uint8Array:
    """Return the classes of the first and last byte of each id; the last row is for unknown ids."""
    class_of = np.array([edge_class(value) for value in range(256)], np.uint8)
    edges = np.full((len(table.kind) + 1, 2), SEPARATOR, np.uint8)
    edges[:-1][table.kind != TOKEN_SPECIAL] = ANY
    spells = np.flatnonzero((table.kind == TOKEN_WHOLE) & (np.diff(table.offsets) > 0))
    edges[spells, 0] = class_of[table.text[table.offsets[spells]]]
    edges[spells, 1] = class_of[table.text[table.offsets[spells + 1] - 1]]
    return edges


def _with_length(ends: Uint64Array, length: Int64Array) -> Uint64Array:
    """Return bytes and length of each id side by side, and a row of zeros for ids beyond the vocabulary."""
    table = np.zeros((len(ends) + 1, 2), np.uint64)
    table[:-1, 0] = ends
    table[:-1, 1] = np.maximum(length, 0)
    return table


def _crossing_ids(vocabulary: SpelledVocabulary, covered: list[bytes], splits: Splits) -> Uint8Array:
    """Return which ids an occurrence over several tokens can hold without a pair that tells so."""
    table = vocabulary.table
    crossing = np.zeros(len(table.kind), np.uint8)
    if not covered:
        return crossing
    # Ids that spell nothing part the tokens beside them.
    crossing[(table.kind == TOKEN_WHOLE) & (np.diff(table.offsets) == 0)] = CROSSING
    is_space = ~splits.is_first_border
    spaces, stops = splits.place[is_space], splits.offsets[splits.phrase[is_space] + 1]
    behind = np.where(spaces + 1 < stops, splits.text[spaces + 1].astype(np.int64), 256)
    both = np.unique(splits.text[spaces - 1].astype(np.int64) << 9 | behind).tolist()
    across = {(bytes([pair >> 9]), bytes([pair & 511]) if pair & 511 < 256 else b"") for pair in both}
    for token in ids_across_spaces(vocabulary.spellings, across):
        crossing[token] = CROSSING
    joined = b"".join(covered)
    # Each character of ASCII made one of a string would take most of the time.
    alphabet = set(joined.translate(None, bytes(range(0x80))).decode())
    alphabet.update(map(chr, np.flatnonzero(np.bincount(np.frombuffer(joined, np.uint8))[:0x80]).tolist()))
    first = {begin.decode(errors="ignore")[0] for begin in {text[:4] for text in covered}}
    last = {end.decode(errors="ignore")[-1] for end in {text[-4:] for text in covered}}
    data, offsets = table.text.tobytes(), table.offsets.tolist()
    heads = {c[:k] for c in _sources(alphabet, vocabulary.case) for k in range(1, len(c))}
    for token in np.flatnonzero(table.kind == TOKEN_PARTIAL).tolist():
        middle, tail = characters_touched(data[offsets[token] : offsets[token + 1]])
        inside = set(fold(middle, vocabulary.case))
        # Of a split character the token with its beginning is enough. An occurrence that has no split
        # character can still begin or end among the whole characters of such a token.
        if tail in heads or inside & first or inside & last:
            crossing[token] = CROSSING
    return crossing


def _sources(alphabet: set[str], case: str) -> set[bytes]:
    """Return the characters of several bytes, in UTF-8, whose fold holds a character of the alphabet."""
    characters = {character for character in alphabet if ord(character) >= 0x80}
    if case != "exact":
        characters |= {c for c, folded in folding_characters(case).items() if alphabet.intersection(folded)}
    return {c.encode() for c in characters if ord(c) >= 0x80}
