"""Decoding only windows finds what decoding everything finds, and what the naive search finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.folding import fold
from indexer.matching.kernels.borders import LEFT_BORDER, NO_POSSESSIVE, RIGHT_BORDER
from indexer.matching.text.full_search import DecodingSearch
from indexer.matching.text.window_search import WindowSearch
from tests.naive import naive_text_matches
from tests.support.drawing import vocabulary_of
from tests.support.examples import examples

WORDS = ["a", "ab", "ba", "abab", "is", "ß", "kiß", "ſi", "K", "ﬁ", "é", "中文", "a'", "b.", "1", "", "İ"]
WORDS += ["a\u0301", "\u0301", "कि", "b\u0345", "\u0301" * 4]
SUFFIXES = ["", " ", "'s ", " ", ", ", "\u0301", " \u0301", "\u0345\u0301" * 7, "\u200b"]
ODD_PIECES = [
    b"\xc3",
    b"\x9f",
    b"\xe2\x84",
    b"\xaa",
    b"\xef\xac",
    b" \xe2",
    b"\x81 a",
    b"\xc5",
    b"\xbf",
    b"b \xc5",
    b"\xcc",
    b"\x81",
    b"\x81\xcc",
    b"a\xcc",
]

phrase_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join).filter(bool)


@st.composite
def worlds(draw):
    """Phrases of several words, a vocabulary with multi-word tokens, sequences with near and real hits."""
    phrases = draw(st.lists(phrase_texts, min_size=1, max_size=10, unique=True))
    spelled = [*[bytes([b]) for b in range(256)], *ODD_PIECES, b""]
    spelled += [" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))).encode() for _ in range(8)]
    for word in draw(st.lists(st.sampled_from(WORDS), max_size=12)):
        word = draw(st.sampled_from([word, word.upper(), word.title()]))
        spelled += [word.encode(), b" " + word.encode(), word.encode() + b" "]
    special = frozenset([len(spelled)])
    spelled.append(b"<end>")
    numbers: dict[bytes, list[int]] = {}
    for number, piece in enumerate(spelled[:-1]):
        numbers.setdefault(piece, []).append(number)
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    sequences = [_sequence(rng, phrases, numbers, len(spelled)) for _ in range(draw(st.integers(1, 4)))]
    return phrases, spelled, special, sequences


def _sequence(rng, phrases, numbers, n_ids):
    """Phrases, altered phrases and single words, with separators between, cut at random."""
    sequence: list[int] = []
    for _ in range(rng.integers(0, 30)):
        if rng.random() < 0.1:
            sequence.append(int(rng.integers(n_ids - 1, n_ids + 2)))
            continue
        text = phrases[rng.integers(len(phrases))]
        if rng.random() < 0.4:
            words = text.split(" ")
            words[rng.integers(len(words))] = WORDS[rng.integers(len(WORDS))]
            text = " ".join(words)
        text = (text, text.upper(), text.title())[rng.integers(3)] + SUFFIXES[rng.integers(len(SUFFIXES))]
        data = text.encode()
        longest = int(rng.integers(1, 12))
        at = 0
        while at < len(data):
            n = next(k for k in range(longest, 0, -1) if data[at : at + k] in numbers)
            choices = numbers[data[at : at + n]]
            sequence.append(choices[rng.integers(len(choices))])
            at += n
            longest = int(rng.integers(1, 12))
            if rng.random() < 0.03:
                sequence.append(numbers[b""][0])
    return sequence


def _in_order(matches):
    columns = (matches.row, matches.token_offset, matches.phrase, matches.n_tokens)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.usefixtures("way")
@settings(max_examples=examples(150))
@given(
    worlds(),
    st.sampled_from(["fold", "turkish", "exact"]),
    st.sampled_from([0, LEFT_BORDER | RIGHT_BORDER, LEFT_BORDER | RIGHT_BORDER | NO_POSSESSIVE]),
    st.sampled_from([np.uint16, np.uint32]),
    st.booleans(),
)
def test_windows_find_what_decoding_finds(world, case, rules, dtype, overlapping):
    rng = np.random.default_rng(len(world[1]))
    phrases, spelled, special, sequences = world
    texts: dict[bytes, list[int]] = {}
    for number, phrase in enumerate(phrases):
        texts.setdefault(fold(phrase, case).encode(), []).append(number)
    vocabulary = vocabulary_of(spelled, special)
    ids = np.array([token for sequence in sequences for token in sequence], dtype)
    stops = np.cumsum([len(sequence) for sequence in sequences]).astype(np.int64)
    starts = stops - [len(sequence) for sequence in sequences]
    if overlapping:  # every row begins some ids early, and rows stand in no order
        starts = np.maximum(starts - rng.integers(0, 4, len(starts)), 0)
        order = rng.permutation(len(starts))
        starts, stops = starts[order], stops[order]
        sequences = [ids[a:b].tolist() for a, b in zip(starts, stops, strict=True)]
    block = ids, starts, stops
    expected = naive_text_matches(
        list(enumerate(phrases)),
        sequences,
        spelled=spelled,
        special=special,
        case=case,
        boundary="word" if rules else "none",
        possessive="exclude" if rules & NO_POSSESSIVE else "include",
    )
    plain = DecodingSearch(texts, vocabulary, rules, case=case, whitespace="exact")
    assert sorted(_in_order(plain.find(*block))) == expected
    fast = WindowSearch(texts, vocabulary, rules, case=case)
    assert _in_order(fast.find(*block)) == expected
