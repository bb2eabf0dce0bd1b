"""With ``case = "fold"`` each character is folded by itself, as `str.casefold` does; nothing is

normalised.
"""

import pytest

from tests.support.text_cases import count


@pytest.mark.parametrize(
    ("phrase", "text", "folded", "exact"),
    [
        ("the cat", "The CAT", 1, 0),
        ("the cat", "the cat", 1, 1),
        ("miss is", "miſs is", 1, 0),  # long s
        ("a kelvin", "a \u212aelvin", 1, 0),  # Kelvin sign
        ("die strasse", "die Straße", 1, 0),
        ("die straße", "DIE STRASSE", 1, 0),
        ("groß ist", "GROẞ IST", 1, 0),
        ("a fish", "a ﬁsh", 1, 0),
        ("σοφος και", "ΣΟΦΟΣ ΚΑΙ", 1, 0),
        ("σοφος και", "σοφος και", 1, 1),
        ("hi there", "hİ there", 0, 0),  # the fold of İ is i and a combining dot
        ("hi\u0307 there", "hİ there", 1, 0),
        ("i is", "I is", 1, 0),
        ("i is", "ı is", 0, 0),  # dotless i is no i
        ("café is", "cafe\u0301 is", 0, 0),  # no normalisation
        ("the 𐐨 is", "the 𐐀 is", 1, 0),
    ],
)
def test_folding(phrase, text, folded, exact):
    assert count(phrase, text) == folded
    assert count(phrase, text, case="exact") == exact


def test_the_fold_of_one_character_can_hold_two_places():
    assert count("s", "ß", boundary="none") == 2
    assert count("s", "ß") == 0
