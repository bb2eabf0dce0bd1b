"""The notation of phrases with gaps: what it reads, how it is written back, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.patterns import Gap
from indexer.phrases.gap_notation import GappedText, NotationError, parse


@pytest.mark.parametrize(
    ("text", "parts", "gaps"),
    [
        ("no <0-8 words> ever", ("no", "ever"), (Gap(0, 8, "words"),)),
        (
            "not <0-3 tokens> because <1-5 words> of",
            ("not", "because", "of"),
            (Gap(0, 3), Gap(1, 5, "words")),
        ),
        ("no <3 words> ever", ("no", "ever"), (Gap(3, 3, "words"),)),
        ("no <1 word> ever", ("no", "ever"), (Gap(1, 1, "words"),)),
        ("no<0-1token>ever", ("no", "ever"), (Gap(0, 1),)),
        ("  no  <  0 -  8  WORDS  >  ever ", ("no", "ever"), (Gap(0, 8, "words"),)),
        ("in the <0-2 words> of the", ("in the", "of the"), (Gap(0, 2, "words"),)),
        ("no gap at all", ("no gap at all",), ()),
        (r"a \< b", ("a < b",), ()),
        (r"no \<0-8 words> ever", ("no <0-8 words> ever",), ()),
        (r"a\\<1 word> b", ("a\\", "b"), (Gap(1, 1, "words"),)),
        (r"a \d b", (r"a \d b",), ()),
        ("a > b", ("a > b",), ()),
    ],
)
def test_read(text, parts, gaps):
    assert parse(text) == GappedText(parts, gaps)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("no<3 word>ever", "no <3-3 words> ever"),
        (" a <0-1 token>  b<2-4words>c", "a <0-1 tokens> b <2-4 words> c"),
        (r"\< <1 word> \d", r"\< <1-1 words> \\d"),
    ],
)
def test_written_back_as_everybody_would(text, notation):
    assert parse(text).notation() == notation


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a < b", "'< b' is no gap"),
        ("a <b> c", "'<b>' is no gap"),
        ("no <0-8 wrods> ever", "'<0-8 wrods>' is no gap"),
        ("no <words> ever", "'<words>' is no gap"),
        ("no <-3 words> ever", "'<-3 words>' is no gap"),
        ("no <0-8 words ever", "'<0-8 words ever' is no gap"),
        ("no <٣ words> ever", "'<٣ words>' is no gap"),
        ("no <8-0 words> ever", "the gap '<8-0 words>' is upside down"),
        ("no <0-1000001 words> ever", "the gap '<0-1000001 words>' is wider than 1,000,000"),
        ("<0-8 words> ever", "has no text before its first gap"),
        ("no <0-8 words> ", "has no text behind its last gap"),
        ("no <1 word> <1 word> ever", "has no text between two of its gaps"),
    ],
)
def test_refused(text, what):
    with pytest.raises(NotationError) as refusal:
        parse(text)
    assert what in str(refusal.value)


parts = st.text(st.sampled_from("ab<>\\ 0-8words"), min_size=1, max_size=12).map(str.strip).filter(bool)
gaps = st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["tokens", "words"])).map(
    lambda gap: Gap(gap[0], gap[0] + gap[1], gap[2])
)


@given(first=parts, rest=st.lists(st.tuples(gaps, parts), max_size=4))
def test_what_is_written_reads_back(first, rest):
    text = GappedText((first, *(part for _, part in rest)), tuple(gap for gap, _ in rest))
    assert parse(text.notation()) == text
