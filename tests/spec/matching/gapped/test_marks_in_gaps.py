"""A mark belongs to the word of the letter before it, and is no word of its own."""

import pytest

from tests.support.gapped_cases import in_both, in_text


def words_between(*pieces, **settings) -> int:
    """Return how many words lie between no and ever, as the only gap that is found tells."""
    counts = [n for n in range(9) if in_both(f"no <{n} words> ever", *pieces, **settings)]
    assert len(counts) == 1
    return counts[0]


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        pytest.param([" लड़का"], 1, id="a letter, a mark, letters"),
        pytest.param([" लड़के", " करें"], 2, id="two words with marks"),
        pytest.param([" cafe", "\u0301", "s"], 1, id="a mark that is a token"),
        pytest.param([" cafe", b"\xcc", b"\x81", "s"], 1, id="a mark split over tokens"),
        pytest.param([" a", *["\u0301"] * 30, "b"], 1, id="thirty marks in a word"),
        pytest.param([" می\u200cخواهم"], 1, id="a joiner in a word"),
        pytest.param([" co\u00adoperate"], 1, id="a soft hyphen in a word"),
        pytest.param([" \u0301\u0302"], 0, id="marks alone are no word"),
        pytest.param([" -\u0301a"], 1, id="a mark on a hyphen, then a word"),
        pytest.param([" កខ\u200bគឃ"], 2, id="a zero-width space parts words"),
        pytest.param([" a", b"\xff", "\u0301b"], 2, id="a byte that is no character ends a word"),
    ],
)
def test_words(between, expected):
    assert words_between("no", *between, " ever") == expected


def test_the_rest_of_a_word_behind_a_part_is_a_word():
    """The mark belongs to the part; what comes behind it begins the gap."""
    assert words_between("no", "\u0301b", " ever", boundary="none") == 1
    assert words_between("no", "\u0301", " ever", boundary="none") == 0
    assert words_between("no", " a\u0301", "ever", boundary="none") == 1


def test_far_marks_before_a_part():
    marks = ["\u0301"] * 50
    assert in_both("no <1 words> ever", "no", " a", " e", *marks, "ever") == []
    assert in_both("no <1 words> ever", "no", " a", " -", *marks, "ever") != []


def test_far_marks_before_the_first_token_of_a_stretch():
    """Of two parts in a token, the first stands behind marks that are decoded as far as their letter."""
    for base, bounded in (("e", False), (".", True)):
        pieces = [base, *["\u0301"] * 50, "no-no", " a ever"]
        assert in_text("no <1 words> ever", pieces) != [[]]
        assert (in_text("no <2 words> ever", pieces) != [[]]) == bounded


@pytest.mark.parametrize("mark", [["\u0301"], [b"\xcc", b"\x81"], ["\u0301"] * 20], ids=len)
def test_marks_alone_between_two_parts_are_no_word_though_a_letter_comes_behind_them(mark):
    """The word goes on in the later part, not in the gap."""
    assert in_both("no <0 words> ever", "no", *mark, "ever", boundary="none") == [(0, 1 + len(mark))]
    assert in_both("no <1 words> ever", "no", *mark, "ever", boundary="none") == []
    assert in_both("no <1 words> ever", "no", *mark, "x", "ever", boundary="none") == [(0, 2 + len(mark))]
