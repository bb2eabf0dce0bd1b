"""A word in a gap is a longest run of letters and digits in the decoded, folded text between two parts."""

import numpy as np
import pytest

from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.ids.matcher import TokenMatcher
from indexer.patterns import Gap, GappedPattern
from tests.naive import naive_gapped_id_matches, naive_id_matches
from tests.support.drawing import block_of, numbered, patterns_of, rows_of, vocabulary_of
from tests.support.gapped_cases import in_both, in_ids, in_text, windows


def words_between(*pieces, **settings) -> int:
    """Return how many words lie between no and ever, as the only gap that is found tells."""
    counts = [n for n in range(9) if in_both(f"no <{n} words> ever", *pieces, **settings)]
    assert len(counts) == 1
    return counts[0]


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        pytest.param([" one"], 1, id="a word"),
        pytest.param([" one", ",", " -", "--"], 1, id="punctuation is none"),
        pytest.param([" un", "believ", "able"], 1, id="a word of three tokens"),
        pytest.param([" one of us"], 3, id="three words of one token"),
        pytest.param([" one-way"], 2, id="a hyphen ends a word"),
        pytest.param([" don't"], 2, id="an apostrophe does too, as it is a border"),
        pytest.param([" 1,5"], 2, id="digits on either side of a comma"),
        pytest.param([" 2nd"], 1, id="digits and letters are one run"),
        pytest.param([" snake_case"], 2, id="an underscore is no letter"),
        pytest.param(["\n\n", "\t"], 0, id="white space"),
        pytest.param([" ", "", "one", "", "two", " "], 1, id="tokens that spell nothing change nothing"),
        pytest.param([" 中文"], 1, id="without spaces all characters are one run"),
        pytest.param([" caf", b"\xc3", b"\xa9", "s"], 1, id="a letter split over two tokens"),
        pytest.param([b" \xe4", b"\xb8", b"\xad", " x"], 2, id="a letter split over three"),
        pytest.param([" a", b"\xff", "b"], 2, id="a byte that is no character ends a word"),
        pytest.param([" h\u0130b"], 1, id="folded, a capital I with a dot holds a mark"),
    ],
)
def test_counted_between_parts(between, expected):
    assert words_between(" no", *between, " ever") == expected


def test_a_capital_i_with_a_dot_is_one_letter_where_case_is_exact():
    assert words_between(" no", " h\u0130b", " ever", case="exact") == 1


@pytest.mark.parametrize(
    ("pieces", "n_words"),
    [
        pytest.param([" no one", " is", " ever"], 2, id="the first part ends inside a token"),
        pytest.param([" no", " one", " is ever"], 2, id="the last part begins inside a token"),
        pytest.param(["(no,", "x", ",ever)"], 1, id="marks in the tokens of the parts"),
        pytest.param([" no,one", "way,", "ever"], 1, id="a word that begins in the token of a part"),
    ],
)
def test_in_text_what_stands_in_the_tokens_of_parts_counts(pieces, n_words):
    assert in_text(f"no <{n_words} words> ever", pieces) == [[(0, len(pieces) - 1)]]
    for other in (n_words - 1, n_words + 1):
        assert in_text(f"no <{other} words> ever", pieces) == [[]]


def test_without_borders_the_rest_of_a_word_is_a_word_in_the_gap():
    assert in_both("no <1 word> ever", " no", "body", " ever", boundary="none") == [(0, 2)]
    assert in_both("no <1 word> ever", " no", " how", "ever", boundary="none") == [(0, 2)]
    assert in_both("no <2 words> ever", " no", "body", " how", "ever", boundary="none") == [(0, 3)]
    assert in_both("no <0 words> ever", " no", "ever", boundary="none") == [(0, 1)]


@pytest.mark.parametrize(
    ("pieces", "n_words"),
    [
        pytest.param([b"caf\xc3", b"\xa9", ",", " ever"], 0, id="the first part ends inside a letter"),
        pytest.param([b"caf\xc3", b"\xa9", "s", " ever"], 1, id="behind that letter a word goes on"),
        pytest.param([" no", b",\xc3", b"\xa9"], 0, id="the last part begins inside a letter"),
        pytest.param([" no", b" x\xc3", b"\xa9"], 1, id="before that letter there is one"),
    ],
)
def test_in_ids_a_character_split_between_a_part_and_the_gap_belongs_to_the_part(pieces, n_words):
    last = len(pieces) - 1
    assert windows_from_first_to_last(pieces, n_words) == [(0, last)]
    assert windows_from_first_to_last(pieces, n_words + 1) == []


def windows_from_first_to_last(pieces, n_words):
    """Return the windows of the pattern whose parts are the ids of the first and of the last piece."""
    spelled, special, rows = numbered([pieces])
    pairs = [(1, [rows[0][0]]), (2, [rows[0][-1]])]
    vocabulary = vocabulary_of(spelled, special)
    gap = Gap(n_words, n_words, "words")
    matcher = GappedMatcher(
        TokenMatcher(patterns_of(pairs), vocabulary, boundary="none", possessive="include"),
        1,
        gap_table([GappedPattern(0, (1, 2), (gap,))], 1, vocabulary),
        vocabulary=vocabulary,
    )
    places = naive_id_matches(pairs, rows, spelled=spelled, special=special)
    expected = naive_gapped_id_matches(places, [(0, (1, 2), (gap,))], rows, spelled=spelled, special=special)
    assert rows_of(matcher.find(*block_of(rows, np.uint16))) == expected
    return windows(expected, 1)[0]


def test_in_ids_words_need_a_token_of_their_own():
    assert in_ids("no <0-9 words> ever", [" no one", " ever"]) == [[]]
