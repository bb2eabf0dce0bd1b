"""The text unit equals the naive search of the decoded, folded text, for any cut into any tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.text import full_search as text_decoding
from indexer.matching.text.matcher import TextMatcher
from tests.naive import naive_text_matches
from tests.support.drawing import block_of, rows_of, vocabulary_of
from tests.support.examples import examples

# Few characters, so that phrases meet text; folds that change length, script or kind; white space.
CHARACTERS = [
    *"aAbBsS'’ \t\n.-1",
    *"ſKkßẞﬁiİıéÉ中文²ΐ𐐀",
    "fi",
    "\u00a0",
    "\u0307",
    "\u0307" * 5,
    "ि",
    "\u200d",
    "\u200b",
    "\u0345",
    "\U000e0100",
]
FRAGMENTS = [
    b"\xe4",
    b"\xb8",
    b"\xad",
    b"\xe4\xb8",
    b"\xc3",
    b"\x9f",
    b"\xc5",
    b"\xf0\x90",
    b"\x90\x80",
    b"\xff",
    b"\xe2\x80",
    b"\x99",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xc4",
    b"\xb0",
    b"\xcc",
    b"\x87",
    b"\xe0\xa4",
    b"\xbf",
    b"\xcd",
    b"\x85",
]

texts = st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=6).map("".join)
settings_of_match = st.fixed_dictionaries(
    {
        "case": st.sampled_from(["fold", "turkish", "exact"]),
        "boundary": st.sampled_from(["word", "none"]),
        "possessive": st.sampled_from(["include", "exclude"]),
        "whitespace": st.sampled_from(["exact", "any"]),
    }
)


@st.composite
def cases(draw):
    """Phrases, a vocabulary, and sequences that hold the phrases in random cuts."""
    phrases = draw(st.lists(texts, min_size=1, max_size=8, unique=True))
    spelled = [bytes([b]) for b in range(256)] + FRAGMENTS + [b""]
    spelled += [text.encode() for text in draw(st.lists(texts, max_size=25))]
    for phrase in phrases:
        for variant in {phrase, phrase.upper(), phrase.swapcase()}:
            data = variant.encode()
            cut = draw(st.integers(0, len(data)))
            spelled += [data[:cut], data[cut:], b" " + data]
    special = frozenset([len(spelled)])
    spelled.append(b"<end>")
    known = {piece: token for token, piece in enumerate(spelled) if token not in special}
    sequences = []
    for _ in range(draw(st.integers(1, 3))):
        sequence: list[int] = []
        for _ in range(draw(st.integers(0, 8))):
            how = draw(st.integers(0, 5))
            if how == 0:
                sequence.append(draw(st.sampled_from([*special, len(spelled), len(spelled) + 7])))
            elif how == 1:
                sequence.append(draw(st.integers(0, len(spelled) - 1)))
            else:
                text = draw(st.sampled_from(phrases)) if how < 4 else draw(texts)
                text = draw(st.sampled_from([text, text.upper(), text.title()])) + draw(
                    st.sampled_from(["", " ", "'s", "’S ", "  "])
                )
                sequence += cut_into_tokens(draw, text.encode(), known)
        sequences.append(sequence)
    return phrases, spelled, special, sequences


def cut_into_tokens(draw, data: bytes, known: dict[bytes, int]) -> list[int]:
    """Cut bytes into tokens of the vocabulary, at random."""
    tokens = []
    at = 0
    while at < len(data):
        lengths = [n for n in range(1, len(data) - at + 1) if data[at : at + n] in known]
        length = draw(st.sampled_from(lengths))
        tokens.append(known[data[at : at + length]])
        at += length
    return tokens


@settings(max_examples=examples(150))
@given(cases(), settings_of_match, st.sampled_from([np.uint16, np.uint32]), st.booleans())
def test_equals_searching_the_decoded_text(case, match, dtype, fast):
    phrases, spelled, special, sequences = case
    matcher = TextMatcher(
        phrases, np.arange(len(phrases), dtype=np.int32), vocabulary_of(spelled, special), **match
    )
    expected = naive_text_matches(
        list(enumerate(phrases)), sequences, spelled=spelled, special=special, **match
    )
    if fast:
        matcher.prepare(block_of(sequences, dtype)[0])
    assert rows_of(matcher.find(*block_of(sequences, dtype))) == expected


@settings(max_examples=examples(60))
@given(st.lists(cases(), min_size=1, max_size=1), settings_of_match, st.integers(1, 5))
def test_windows_and_rooms_change_nothing(case, match, room):
    phrases, spelled, special, sequences = case[0]
    sequences = [sequence * 40 for sequence in sequences]
    ids, starts, stops = block_of(sequences)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_decoding, "_WINDOW_BYTES", 1)
        patch.setattr(text_decoding, "_FIRST_HITS", room)
        matcher = TextMatcher(
            phrases, np.arange(len(phrases), dtype=np.int32), vocabulary_of(spelled, special), **match
        )
        found = rows_of(matcher.find(ids, starts, stops))
    expected = naive_text_matches(
        list(enumerate(phrases)), sequences, spelled=spelled, special=special, **match
    )
    assert found == expected
