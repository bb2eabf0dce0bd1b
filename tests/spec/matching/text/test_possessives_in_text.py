"""A possessive 's may follow an occurrence, unless ``possessive = "exclude"`` forbids it."""

import pytest

from tests.support.text_cases import count

CURLY = ["’".encode()[:1], "’".encode()[1:]]


@pytest.mark.parametrize(
    ("after", "possessive"),
    [
        (["'s", " hat"], True),
        (["’s", " hat"], True),
        (["'", "s", "."], True),
        ([*CURLY, "s"], True),
        (["'S"], True),
        (["'ſ"], True),  # folds to s
        (["'s", None, "x"], True),
        (["'sx"], False),
        (["'s", "é"], False),
        (["'"], False),
        (["'ll"], False),
        (["' s"], False),
        (["`s"], False),
        ([], False),
        ([None, "'s"], False),
        (["'", None, "s"], False),
    ],
)
def test_possessives(after, possessive):
    pieces = [" the", " boy", *after]
    for boundary in ("word", "none"):
        assert count("the boy", *pieces, boundary=boundary) == 1
        expected = 0 if possessive else 1
        assert count("the boy", *pieces, boundary=boundary, possessive="exclude") == expected
