"""A mark, a joiner or a format character behind an occurrence goes on with it: no border is there.

Unicode Standard Annex 29, rule WB4: characters of the classes Extend, Format and ZWJ belong to what stands
before them.
"""

import pytest

from tests.support.word_cases import stands_alone


@pytest.mark.parametrize(
    ("phrase", "after"),
    [
        pytest.param("कर", "ें और", id="Hindi: a vowel sign and anusvara (Mn)"),
        pytest.param("लड़क", "ा", id="Hindi: a vowel sign that takes space (Mc)"),
        pytest.param("है", "ं", id="Hindi: singular in plural"),
        pytest.param("অধ", "্যায়", id="Bengali: virama"),
        pytest.param("كتب", "َ", id="Arabic: a vowel point"),
        pytest.param("ספר", "ֵ", id="Hebrew: a vowel point"),
        pytest.param("ไป", "่", id="Thai: a tone mark"),
        pytest.param("cafe", "\u0301 is", id="decomposed Latin"),
        pytest.param("a", "\u0301\u0323\u0302 b", id="several marks"),
        pytest.param("1", "\u20dd", id="an enclosing circle (Me)"),
        pytest.param("می", "\u200cخواهم", id="Persian: zero-width non-joiner"),
        pytest.param("क", "\u200d", id="zero-width joiner"),
        pytest.param("co", "\u00adoperate", id="soft hyphen"),
        pytest.param("word", "\u200e", id="left-to-right mark"),
        pytest.param("word", "\u2060", id="word joiner"),
        pytest.param("❤", "\ufe0f", id="emoji variation"),
        pytest.param("葛", "\U000e0100", id="ideographic variation"),
        pytest.param("👍", "🏽", id="a skin tone"),
        pytest.param("👩", "\u200d💻", id="a joined emoji"),
        pytest.param("end.", "\u0301", id="also behind what is no letter"),
        pytest.param("a ", "\u0301", id="also behind a space"),
        pytest.param("a\n", "\u0301", id="also behind a line end, where Unicode lets it stand alone"),
    ],
)
def test_no_border(phrase, after):
    assert not stands_alone("", phrase, after)
    assert not stands_alone("(", phrase, after)


@pytest.mark.parametrize(
    ("phrase", "after"),
    [
        pytest.param("करें", " और", id="all of the word"),
        pytest.param("cafe\u0301", " is", id="all of the word, decomposed"),
        pytest.param("कर", "", id="the end of the text"),
        pytest.param("कर", "।", id="a danda"),
        pytest.param("❤\ufe0f", "!", id="with its variation"),
        pytest.param("កខ", "\u200bគឃ", id="a zero-width space is a border: it parts words in Khmer and Thai"),
        pytest.param("a", " \u0301", id="a mark that belongs to a space"),
    ],
)
def test_a_border(phrase, after):
    assert stands_alone("", phrase, after)


def test_a_mark_behind_an_s_makes_it_no_possessive():
    assert not stands_alone("", "cat", "'s", possessive="exclude")
    assert stands_alone("", "cat", "'s\u030c", possessive="exclude")
    assert stands_alone("", "cat", "'\u0301s", possessive="exclude")
