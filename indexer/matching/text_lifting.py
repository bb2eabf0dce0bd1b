"""Lifts phrases into token space: the filter of a phrase set for a vocabulary and a sample of the corpus."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from indexer.matching.boundary import word_characters
from indexer.matching.folding import fold
from indexer.matching.kernels.boundary import LEFT_BORDER, RIGHT_BORDER
from indexer.matching.kernels.text_cut import (
    ANY,
    Borders,
    CutRoom,
    choose_sites,
    cost_sites,
    count_pairs,
    enter_cuts,
    list_sites,
)
from indexer.matching.kernels.text_filter import (
    CODE_UNKNOWN,
    CODE_WALL,
    LENGTH_WALL,
    TextFilter,
    count_id_pairs,
    enter_bits,
)
from indexer.matching.kernels.text_search import LOOK_AHEAD
from indexer.matching.kernels.text_stream import TOKEN_PARTIAL, TOKEN_SPECIAL, TOKEN_WHOLE, VocabularyTable
from indexer.matching.kernels.text_tries import ROOM, Neighbours, Spellings
from indexer.matching.text_spellings import spellings_of
from indexer.matching.text_vocabulary import characters_touched
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array, Uint64Array

SAMPLE_TOKENS = 1 << 21
_COUNT_BITS = 23
_PASSES = 4
_MOST_PAIRS = 1 << 23
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SMALLEST_BITMAP, _LARGEST_BITMAP = 17, 23
_BITS_PER_PAIR = 4


class Lift(NamedTuple):
    """The filter of a phrase set, and the texts that it does not cover.

    Attributes
    ----------
    table : TextFilter
    lifted : list of bytes
        The texts the filter finds.
    left_over : list of bytes
        Texts that have to be searched for everywhere.
    """

    table: TextFilter
    lifted: list[bytes]
    left_over: list[bytes]


class LiftedVocabulary:
    """What lifting needs of a vocabulary; made once for any number of samples."""

    def __init__(self, vocabulary: VocabularyTable, rules: int, *, case: str) -> None:
        self.table = vocabulary
        self.case = case
        self.spellings, self.spelling_of = spellings_of(vocabulary)
        code = _byte_codes()
        no_word = np.uint64(0)
        for value in range(256):
            if value >= 0x80 or not chr(value).isalnum():
                no_word |= np.uint64(1) << np.uint64(code[value])
        no_word |= np.uint64(1) << np.uint64(CODE_WALL)
        self.borders = Borders(
            code=code,
            left_end=no_word if rules & LEFT_BORDER else ANY,
            right_end=no_word if rules & RIGHT_BORDER else ANY,
            always=np.uint64(1 << CODE_UNKNOWN),
            left_word=bool(rules & LEFT_BORDER),
            right_word=bool(rules & RIGHT_BORDER),
        )


def lift(texts: list[bytes], vocabulary: LiftedVocabulary, sample: TokenIds) -> Lift:
    """Return the filter of the texts for streams like the sample.

    The sample decides speed, never what is found; its type is that of the stream.
    """
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        return _lift(texts, vocabulary, sample)


def _lift(texts: list[bytes], vocabulary: LiftedVocabulary, sample: TokenIds) -> Lift:
    text, offsets = _joined(texts)
    counts = np.zeros(1 << _COUNT_BITS, np.float32)
    padded_spelling = np.append(vocabulary.spelling_of, np.int32(0))
    count_pairs(sample[:SAMPLE_TOKENS], padded_spelling, counts)
    room = _cut_room()
    place = _sites(text, offsets, vocabulary, counts, room)
    lifted = [texts[k] for k in np.flatnonzero(place >= 0)]
    left_over = [texts[k] for k in np.flatnonzero(place < 0)]
    if not lifted:
        return Lift(
            _filter(vocabulary, padded_spelling, np.zeros((4, 4), np.uint64), lifted, [], sample),
            [],
            left_over,
        )
    text, offsets = _joined(lifted)
    offset_in_text = (place - _joined(texts)[1][:-1])[place >= 0]
    place = offsets[:-1] + offset_in_text
    pairs = _pairs(text, offsets, place, vocabulary, counts, room)
    if pairs is None:
        return Lift(
            _filter(vocabulary, padded_spelling, np.zeros((4, 4), np.uint64), [], [], sample), [], texts
        )
    across = [(t[x - 1 : x], t[x + 1 : x + 2]) for t, x in zip(lifted, offset_in_text.tolist(), strict=True)]
    return Lift(_filter(vocabulary, padded_spelling, pairs, lifted, across, sample), lifted, left_over)


def _joined(texts: list[bytes]) -> tuple[Uint8Array, Int64Array]:
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    return np.frombuffer(b"".join(texts) + bytes(8), np.uint8), offsets


def _cut_room() -> CutRoom:
    def neighbours() -> Neighbours:
        return Neighbours(np.empty(ROOM, np.int32), np.empty(ROOM, np.int64))

    return CutRoom(
        neighbours(), neighbours(), neighbours(), np.empty(ROOM, np.bool_), np.empty(ROOM, np.bool_)
    )


def _sites(
    text: Uint8Array, offsets: Int64Array, vocabulary: LiftedVocabulary, counts: np.ndarray, room: CutRoom
) -> Int64Array:
    """Return the chosen site of each text, as a place in `text`; -1 where it has none."""
    nothing = np.empty(0, np.int64)
    n_sites = list_sites(text, offsets, nothing, nothing, np.empty(0, np.uint64))
    sites = np.empty(n_sites, np.int64)
    site_phrase = np.empty(n_sites, np.int64)
    word_pair = np.empty(n_sites, np.uint64)
    list_sites(text, offsets, sites, site_phrase, word_pair)
    if not n_sites:
        return np.full(len(offsets) - 1, -1, np.int64)
    _, representative, kind = np.unique(word_pair, return_index=True, return_inverse=True)
    cost = np.empty(len(representative), np.float32)
    cost_sites(
        vocabulary.spellings,
        vocabulary.borders,
        word_characters(),
        counts,
        text,
        offsets,
        sites[representative],
        site_phrase[representative],
        room,
        cost,
    )
    site_first = np.searchsorted(site_phrase, np.arange(len(offsets)))
    chosen = np.full(len(offsets) - 1, -1, np.int64)
    n_sharers = np.zeros(len(cost), np.int64)
    for _ in range(_PASSES):
        choose_sites(site_first, kind.ravel(), cost, n_sharers, chosen)
    return np.where(chosen >= 0, sites[chosen], -1)


def _pairs(
    text: Uint8Array,
    offsets: Int64Array,
    place: Int64Array,
    vocabulary: LiftedVocabulary,
    counts: np.ndarray,
    room: CutRoom,
) -> Uint64Array | None:
    """Return the table of the pairs no occurrence avoids; None if it would be too large."""
    n_slots = 1 << max(10, (2 * len(place)).bit_length())
    while n_slots <= 2 * _MOST_PAIRS:
        table = np.zeros((n_slots, 4), np.uint64)
        done, _ = enter_cuts(
            vocabulary.spellings,
            vocabulary.borders,
            word_characters(),
            counts,
            text,
            offsets,
            place,
            0,
            room,
            table,
            n_slots // 2,
        )
        if done == len(place):
            return table
        n_slots *= 2
    return None


def _filter(
    vocabulary: LiftedVocabulary,
    spelling: Int32Array,
    pairs: Uint64Array,
    lifted: list[bytes],
    across: list[tuple[bytes, bytes]],
    sample: TokenIds,
) -> TextFilter:
    spellings, table = vocabulary.spellings, vocabulary.table
    n_pairs = count_id_pairs(pairs, spellings.ids_offsets)
    bits = min(max(_SMALLEST_BITMAP, int(n_pairs).bit_length() + _BITS_PER_PAIR), _LARGEST_BITMAP)
    bitmap = np.zeros(1 << (bits - 6), np.uint64)
    shift = np.uint64(64 - (bits - 6))
    enter_bits(
        pairs,
        spellings.ids,
        spellings.ids_offsets,
        np.uint64(8 * sample.dtype.itemsize),
        _MULTIPLIER,
        shift,
        bitmap,
    )
    wild = np.append(_wild(vocabulary, lifted, across), np.uint8(0))
    first_code, last_code = _end_codes(table, vocabulary.borders.code)
    length = np.where(table.kind == TOKEN_WHOLE, np.diff(table.offsets), 0)
    length[table.kind == TOKEN_SPECIAL] = LENGTH_WALL
    return TextFilter(
        bitmap=bitmap,
        multiplier=_MULTIPLIER,
        shift=shift,
        spelling=spelling,
        first_code=np.append(first_code, np.uint8(CODE_WALL)),
        last_code=np.append(last_code, np.uint8(CODE_WALL)),
        length=np.append(length, LENGTH_WALL).astype(np.int32),
        pairs=pairs,
        wild=wild,
        any_wild=bool(wild.any()),
        wild_reach=max(map(len, lifted), default=0) + LOOK_AHEAD,
    )


def _end_codes(table: VocabularyTable, code: Uint8Array) -> tuple[Uint8Array, Uint8Array]:
    known = (table.kind == TOKEN_WHOLE) & (np.diff(table.offsets) > 0)
    first = np.full(len(table.kind), CODE_UNKNOWN, np.uint8)
    last = first.copy()
    first[known] = code[table.text[table.offsets[:-1][known]]]
    last[known] = code[table.text[table.offsets[1:][known] - 1]]
    first[table.kind == TOKEN_SPECIAL] = CODE_WALL
    last[table.kind == TOKEN_SPECIAL] = CODE_WALL
    return first, last


def _byte_codes() -> Uint8Array:
    """Return one of 62 codes for each byte: letters alone, digits by fours, the rest hashed, never mixed."""
    code = np.zeros(256, np.uint8)
    for value in range(256):
        character = chr(value)
        if value >= 0x80:
            code[value] = 41 + value % 21
        elif character.isalpha():
            code[value] = ord(character.lower()) - ord("a")
        elif character.isdigit():
            code[value] = 26 + value % 4
        elif character == " ":
            code[value] = 30
        else:
            code[value] = 31 + value % 10
    return code


def _wild(vocabulary: LiftedVocabulary, lifted: list[bytes], across: list[tuple[bytes, bytes]]) -> Uint8Array:
    """Return which ids an occurrence can hold without a pair that tells so."""
    table = vocabulary.table
    wild = np.zeros(len(table.kind), np.uint8)
    if not lifted:
        return wild
    # Ids that spell nothing part the tokens beside them.
    wild[(table.kind == TOKEN_WHOLE) & (np.diff(table.offsets) == 0)] = 1
    for token in _reaching_across(vocabulary.spellings, across):
        wild[token] = 1
    phrase_texts = [text.decode() for text in lifted]
    alphabet = set().union(*map(set, phrase_texts))
    first = {text[0] for text in phrase_texts}
    last = {text[-1] for text in phrase_texts}
    data, bounds = table.text.tobytes(), table.offsets.tolist()
    heads = {c[:k] for c in _sources(alphabet, vocabulary.case) for k in range(1, len(c))}
    for token in np.flatnonzero(table.kind == TOKEN_PARTIAL).tolist():
        middle, tail = characters_touched(data[bounds[token] : bounds[token + 1]])
        inside = set(fold(middle, vocabulary.case))
        # Of a split character the token with its beginning is enough. An occurrence that has no split
        # character can still begin or end among the whole characters of such a token.
        if tail in heads or inside & first or inside & last:
            wild[token] = 1
    return wild


def _sources(alphabet: set[str], case: str) -> set[bytes]:
    """Return the characters of several bytes, in UTF-8, whose fold holds a character of the alphabet."""
    characters = {character for character in alphabet if ord(character) >= 0x80}
    if case == "fold":
        characters |= {c for c, folded in _folding_characters().items() if alphabet.intersection(folded)}
    return {c.encode() for c in characters if ord(c) >= 0x80}


@cache
def _folding_characters() -> dict[str, str]:
    return {
        c: folded
        for c in map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x20000)])
        if (folded := c.casefold()) != c
    }


def _reaching_across(spellings: Spellings, across: list[tuple[bytes, bytes]]) -> list[int]:
    """Return the ids that can reach across a site: they hold its space and the bytes beside it."""
    both = set(across)
    left = {a for a, _ in across}
    left_of_end = {a for a, b in across if not b}
    data = spellings.text.tobytes()
    found: list[int] = []
    for number in range(1, len(spellings.offsets) - 1):
        begin, end = int(spellings.offsets[number]), int(spellings.offsets[number + 1])
        text = data[begin:end]
        at = text.find(b" ", 1)
        while at > 0:
            before, behind = text[at - 1 : at], text[at + 1 : at + 2]
            if (before, behind) in both or before in left_of_end or (not behind and before in left):
                found += spellings.ids[
                    spellings.ids_offsets[number] : spellings.ids_offsets[number + 1]
                ].tolist()
                break
            at = text.find(b" ", at + 1)
    return found
