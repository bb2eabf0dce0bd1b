"""A phrase that begins with a mark stands alone where no letter or digit is before it.

Unicode has no border before a mark, but at the beginning of a text. Such a phrase (an ending in a list of
endings) would never be found; so its left border is that of any other phrase.
"""

import pytest

from tests.support.word_cases import stands_alone


@pytest.mark.parametrize(
    ("before", "bounded"),
    [
        pytest.param("", True, id="the beginning of the text"),
        pytest.param("-", True, id="a hyphen"),
        pytest.param("x ", True, id="a space"),
        pytest.param("\u0301", True, id="marks with nothing before"),
        pytest.param("लड़क", False, id="a letter"),
        pytest.param("e\u0301", False, id="a letter with a mark"),
        pytest.param("1", False, id="a digit"),
    ],
)
def test_left_border(before, bounded):
    assert stands_alone(before, "ों", "") == bounded
    assert stands_alone(before, "\u0301a", " b") == bounded
