"""Gapped patterns equal the slow truth in both units, mixed with phrases, in any vocabulary and any cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.borders import border_rules
from indexer.matching.gapped import text as gap_text
from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.gapped.text import TextParts
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.text.matcher import TextMatcher
from indexer.patterns import Gap, GappedPattern
from tests.naive import (
    naive_gapped_id_matches,
    naive_gapped_text_matches,
    naive_id_matches,
    naive_text_matches,
)
from tests.support.drawing import block_of, patterns_of, rows_of, vocabulary_of
from tests.support.examples import examples

N_PHRASES, N_PARTS = 2, 3
PIECES = [
    b"a",
    b" a",
    b" b",
    b"b a",
    b"a b c",
    b",",
    b" ",
    b"",
    b"7",
    b"\xc3",
    b"\xa9",
    b"\xc3\xa9 ",
    "İ".encode(),
    "\u0301".encode(),
    b"\xcc",
    b"\x81",
    "a\u0301".encode(),
]
SPECIAL = len(PIECES)
WORDS = ["a", "b", "a b", "ba", "é", "i\u0307", "'s", ", ", "b, a", "\u0301", "a\u0301"]
FRAGMENTS = ["a", "b", "A ", " b", "é", "İ", "'s", "’s ", ",", " ", "  ", "a b, a", "ß", "\n", "b\n a"]
FRAGMENTS += ["\u0301", "\u0301" * 9, "a\u0301", "\u0345", "\u200b"]

forms = st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=3).map(tuple)


@st.composite
def gapped_patterns(draw: st.DrawFn, *, words: bool = True):
    numbers = draw(st.lists(st.integers(N_PHRASES, N_PHRASES + N_PARTS - 1), min_size=2, max_size=4))
    gaps = []
    for _ in numbers[1:]:
        least = draw(st.integers(0, 2))
        unit = draw(st.sampled_from(["tokens", "words"])) if words else "tokens"
        gaps.append((least, least + draw(st.integers(0, 5)), unit))
    return draw(st.integers(10, 12)), tuple(numbers), tuple(gaps)


def as_given(patterns):
    return [GappedPattern(phrase, parts, tuple(Gap(*g) for g in gaps)) for phrase, parts, gaps in patterns]


@settings(max_examples=examples(300))
@given(
    rows=st.lists(st.lists(st.integers(0, SPECIAL + 1), max_size=25), max_size=4),
    pairs=st.sets(st.tuples(st.integers(0, N_PHRASES + N_PARTS - 1), forms), max_size=8).map(sorted),
    data=st.data(),
    known=st.booleans(),
    boundary=st.sampled_from(["word", "none"]),
    case=st.sampled_from(["fold", "turkish", "exact"]),
    sampled=st.none() | st.lists(st.lists(st.integers(0, SPECIAL + 1), max_size=25), max_size=2),
)
def test_in_ids(rows, pairs, data, known, boundary, case, sampled):
    patterns = data.draw(st.lists(gapped_patterns(words=known), min_size=1, max_size=4))
    spelled, special = [*PIECES, b""], frozenset([SPECIAL])
    vocabulary = vocabulary_of(spelled, special) if known else None
    options = {"boundary": boundary if known else "none", "possessive": "include"}
    gaps = gap_table(as_given(patterns), N_PHRASES, vocabulary, case=case)
    matcher = GappedMatcher(
        TokenMatcher(patterns_of(pairs), vocabulary, **options),
        N_PHRASES,
        gaps,
        vocabulary=vocabulary,
        case=case,
    )
    text = {"spelled": spelled, "special": special} if known else {}
    found = naive_id_matches(pairs, rows, **options, **text)
    expected = [place for place in found if place[2] < N_PHRASES]
    expected += naive_gapped_id_matches(found, patterns, rows, case=case, **text)
    anchored = AnchorParts(patterns_of(pairs), N_PHRASES, gaps, vocabulary=vocabulary, **options)
    above = GappedMatcher(anchored, N_PHRASES, gaps, vocabulary=vocabulary, case=case)
    if sampled is not None:  # anchors are chosen in the first call
        matcher.find(*block_of(sampled, np.uint16))
        above.find(*block_of(sampled, np.uint16))
    for _ in range(2):
        assert rows_of(matcher.find(*block_of(rows, np.uint16))) == sorted(expected)
        assert rows_of(above.find(*block_of(rows, np.uint16))) == sorted(expected)


@st.composite
def texts_in_tokens(draw: st.DrawFn):
    """A vocabulary, and sequences whose text holds the parts in random cuts."""
    spelled = [bytes([byte]) for byte in range(256)] + [b"", b"\xc3", b"\xe2\x80"]
    spelled += [text.encode() for text in [*WORDS, *FRAGMENTS]]
    spelled += [b" no a", b"a,b", b"b a b", " é,é".encode(), b" a b"]
    known = {piece: token for token, piece in enumerate(spelled)}
    special = frozenset([len(spelled)])
    spelled.append(b"")
    sequences = []
    for _ in range(draw(st.integers(1, 3))):
        sequence: list[int] = []
        for _ in range(draw(st.integers(0, 4))):
            how = draw(st.integers(0, 9))
            if how == 0:
                sequence.append(draw(st.sampled_from([*special, len(spelled), 256])))
            elif how == 1:
                sequence.append(draw(st.integers(0, len(spelled) - 1)))
            data = "".join(draw(st.lists(st.sampled_from([*WORDS, *FRAGMENTS]), max_size=8))).encode()
            at = 0
            while at < len(data):
                lengths = [n for n in range(1, len(data) - at + 1) if data[at : at + n] in known]
                length = draw(st.sampled_from(lengths))
                sequence.append(known[data[at : at + length]])
                at += length
        sequences.append(sequence)
    return spelled, special, sequences


@settings(max_examples=examples(300))
@given(
    case_of=texts_in_tokens(),
    texts=st.lists(st.sampled_from(WORDS), min_size=N_PHRASES + N_PARTS, max_size=N_PHRASES + N_PARTS),
    patterns=st.lists(gapped_patterns(), min_size=1, max_size=4),
    match=st.fixed_dictionaries(
        {
            "case": st.sampled_from(["fold", "turkish", "exact"]),
            "boundary": st.sampled_from(["word", "none"]),
            "possessive": st.sampled_from(["include", "exclude"]),
            "whitespace": st.sampled_from(["exact", "any"]),
        }
    ),
    fast=st.booleans(),
    batch=st.sampled_from([1, 30, 1 << 18]),
)
def test_in_text(case_of, texts, patterns, match, fast, batch):
    spelled, special, rows = case_of
    vocabulary = vocabulary_of(spelled, special)
    inner = TextMatcher(texts, np.arange(len(texts), dtype=np.int32), vocabulary, **match)
    rules = border_rules(boundary=match["boundary"], possessive=match["possessive"])
    matcher = GappedMatcher(
        inner,
        N_PHRASES,
        gap_table(as_given(patterns), N_PHRASES, vocabulary, case=match["case"]),
        vocabulary=vocabulary,
        case=match["case"],
        parts=TextParts(texts[N_PHRASES:], rules, match["whitespace"]),
    )
    block = block_of(rows, np.uint16)
    if fast:
        inner.prepare(block[0])
    text = {"spelled": spelled, "special": special}
    numbered = list(enumerate(texts))
    found = naive_text_matches(numbered, rows, **text, **match)
    expected = [place for place in found if place[2] < N_PHRASES]
    windows = {
        phrase: naive_gapped_text_matches(
            numbered, [p for p in patterns if p[0] == phrase], rows, **text, **match
        )
        for phrase in {pattern[0] for pattern in patterns}
    }
    expected += [place for places in windows.values() for place in places]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gap_text, "BATCH_BYTES", batch)
        for _ in range(2):
            assert rows_of(matcher.find(*block)) == sorted(expected)
