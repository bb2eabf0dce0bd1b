"""Of the marks before an occurrence, however many, the character tells that they belong to.

Unicode Standard Annex 29, rule WB4. At the beginning of a text, behind an id that stands for no text and
behind bytes that are no character, marks belong to nothing: a border.
"""

import pytest

from tests.support.id_cases import found as found_in_ids
from tests.support.text_cases import count
from tests.support.word_cases import stands_alone


@pytest.mark.parametrize(
    ("before", "phrase", "bounded"),
    [
        pytest.param("लड़", "का", False, id="Hindi: nukta on a letter"),
        pytest.param("नि", "यम", False, id="Hindi: a vowel sign on a letter"),
        pytest.param("كَ", "تب", False, id="Arabic: a vowel point"),
        pytest.param("סֵ", "פר", False, id="Hebrew: a vowel point"),
        pytest.param("e\u0301", "tat", False, id="decomposed Latin"),
        pytest.param("e" + "\u0301" * 40, "tat", False, id="forty marks on a letter"),
        pytest.param(" " + "\u0301" * 40, "tat", True, id="forty marks on a space"),
        pytest.param("می\u200c", "خواهم", False, id="Persian: zero-width non-joiner"),
        pytest.param("co\u00ad", "operate", False, id="soft hyphen"),
        pytest.param("1\u20dd", "a", False, id="a mark on a digit"),
        pytest.param("-\u0301", "a", True, id="a mark on a hyphen"),
        pytest.param("\ufeff", "a", True, id="a byte order mark at the beginning"),
        pytest.param("\u0301\u0302", "a", True, id="marks at the beginning, with nothing before"),
        pytest.param("x\n\u0301", "a", True, id="a mark on a line end"),
        pytest.param("x \u200f", "شلوم", True, id="a direction mark behind a space"),
        pytest.param("❤\ufe0f", "a", True, id="variation of what is no letter"),
        pytest.param("葛\U000e0100", "飾", False, id="variation of a letter"),
        pytest.param("កខ\u200b", "គឃ", True, id="a zero-width space is no mark"),
        pytest.param("កខ\u200b\u0301", "គឃ", True, id="a mark on a zero-width space"),
    ],
)
def test_what_marks_belong_to(before, phrase, bounded):
    assert stands_alone(before, phrase, "") == bounded


@pytest.mark.parametrize(
    ("pieces", "bounded"),
    [
        pytest.param(["e", None, "\u0301", "tat"], True, id="a separator between letter and mark"),
        pytest.param(["e\u0301", None, "tat"], True, id="a separator behind the mark"),
        pytest.param(["e", "", "\u0301", "", "tat"], False, id="ids that spell nothing"),
        pytest.param(["e", b"\xff", "\u0301", "tat"], True, id="a byte that is no character"),
        pytest.param(["e", b"\xcc", "\u0301", "tat"], True, id="half a mark"),
        pytest.param(["é".encode()[:1], "é".encode()[1:] + b"\xcc", b"\x81", "tat"], False, id="all split"),
        pytest.param([b"\x81\xbf", "\u0301", "tat"], True, id="stray bytes"),
        pytest.param(["x", *["\u0301"] * 300, "tat"], False, id="three hundred tokens of a mark each"),
        pytest.param([".", *["\u0301"] * 300, "tat"], True, id="the same on a full stop"),
    ],
)
def test_in_odd_tokens(pieces, bounded):
    assert bool(found_in_ids([(0, ["tat"])], pieces)) == bounded
    assert bool(count("tat", *pieces)) == bounded
