"""With ``boundary = "word"`` neither letter nor digit stands beside an occurrence, in whatever token."""

import pytest

from tests.support.text_cases import count

CAFE = ["caf", "é".encode()[:1], "é".encode()[1:]]


@pytest.mark.parametrize(
    ("pieces", "bounded"),
    [
        (["a cat"], 1),
        (["a cat", "s"], 0),
        (["a cat", " s"], 1),
        (["a cat", "1"], 0),
        (["a cat", "²"], 0),  # a digit
        (["a cat", "_"], 1),
        (["a cat", "-like"], 1),
        (["a cat", "é"], 0),
        (["a cat", "é".encode()[:1], "é".encode()[1:]], 0),  # a letter in two tokens
        (["a cat", "é".encode()[:1], " "], 1),  # half a letter is none
        (["a cat", "\u0301"], 0),  # a combining accent is a mark
        (["a cat", b"\xff"], 1),
        (["a cat", "", "s"], 0),
        (["a cat", "", " "], 1),
        (["a cat", None, "s"], 1),
        (["x", "a cat"], 0),
        (["é".encode()[:1], "é".encode()[1:], "a cat"], 0),
        (["é".encode()[1:], "a cat"], 1),
        (["中", "a cat"], 0),
        (["x", None, "a cat"], 1),
        (["x", "", "a cat"], 0),
        (["“", "a cat", "”"], 1),
        (["xa cat"], 0),
        (["a cats"], 0),
        (["(a cat)"], 1),
    ],
)
def test_borders(pieces, bounded):
    assert count("a cat", *pieces) == bounded
    assert count("a cat", *pieces, boundary="none") == 1


def test_borders_are_tested_on_folded_characters():
    assert count("hi", "hİ") == 0  # what follows is the combining dot of its fold: a mark
    assert count("i", "İ") == 0
    assert count("hi\u0307", "hİ") == 1
    assert count("cat", "İcat") == 0  # the dot belongs to the i
    assert count("cat", "·\u0345", "cat") == 0  # a mark whose fold is a letter
    assert count("cat", "·\u0345", "cat", case="exact") == 1
