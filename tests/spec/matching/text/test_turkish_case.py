"""``case = "turkish"``: I and ı are one letter, İ and i another, as in Turkish and Azeri.

The entries of status T in Unicode's CaseFolding.txt: U+0049 folds to U+0131, U+0130 to U+0069.
"""

import pytest

from indexer.config.match import MatchConfig
from indexer.folding import fold
from indexer.phrases.spellings import spellings_of
from tests.support.text_cases import count


@pytest.mark.parametrize(
    ("phrase", "text", "turkish", "fold"),
    [
        ("ısparta", "ISPARTA", 1, 0),
        ("isparta", "ISPARTA", 0, 1),
        ("istanbul", "İSTANBUL", 1, 0),
        ("istanbul", "İstanbul", 1, 0),
        ("İstanbul", "istanbul", 1, 0),
        ("istanbul", "Istanbul", 0, 1),
        ("Iğdır", "ığdır", 1, 0),
        ("qızıl", "QIZIL", 1, 0),  # Azeri
        ("ılıq çay", "ILIQ ÇAY", 1, 0),  # Azeri, two words
        ("kiß", "KISS", 0, 1),
        ("straße", "STRASSE", 1, 1),  # all else folds as before
        ("i", "i\u0307", 0, 0),  # a mark goes on with the letter
        ("i\u0307", "İ", 0, 1),
        ("ı\u0307", "I\u0307", 1, 0),  # İ decomposed is no İ: the corpus has to be composed
    ],
)
def test_i_with_and_without_a_dot(phrase, text, turkish, fold):
    assert count(phrase, text, case="turkish") == turkish
    assert count(phrase, *text.split(" ", 1), case="turkish") == (0 if " " in text else turkish)
    assert count(phrase, text) == fold
    assert count(phrase, text, case="exact") == (phrase == text)


def test_letters_split_over_tokens():
    dotted = "İ".encode()
    assert count("istanbul", dotted[:1], dotted[1:], "STANBUL", case="turkish") == 1


def test_folding_again_changes_nothing():
    for character in map(chr, range(0x20000)):
        assert fold(fold(character, "turkish"), "turkish") == fold(character, "turkish")


def test_id_forms_have_turkish_capitals():
    forms = spellings_of("ılık iz", ["ılık iz"], MatchConfig(case="turkish"))
    assert set(forms) == {"ılık iz", "Ilık iz", "ILIK İZ", "Ilık İz"}
    forms = spellings_of("ispirto", ["İspirto"], MatchConfig(case="turkish"))
    assert set(forms) == {"ispirto", "İspirto", "İSPİRTO"}
