"""One place counts once a phrase, whichever surface form hit it: same phrase, same beginning of its text."""

import pytest

from tests.support.id_cases import found


@pytest.mark.parametrize(
    ("forms", "sequence", "expected"),
    [
        pytest.param(
            [(0, [" ", "the", " cat"]), (0, ["the", " cat"])],
            [".", " ", "the", " cat"],
            [(0, 2, 0, 2)],
            id="with and without its space",
        ),
        pytest.param(
            [(0, [" ", "the", " cat"]), (1, ["the", " cat"])],
            [".", " ", "the", " cat"],
            [(0, 2, 0, 2), (0, 2, 1, 2)],
            id="two phrases keep their own",
        ),
        pytest.param(
            [(0, [" can", "'t"]), (0, [" can", "'t", " "])],
            [" can", "'t", " ", "-"],
            [(0, 0, 0, 2)],
            id="the shorter form is told",
        ),
        pytest.param(
            [(0, [" a"]), (0, [" a", " a"])],
            [" a", " a"],
            [(0, 0, 0, 1), (0, 1, 0, 1)],
            id="other places are other occurrences",
        ),
    ],
)
def test_one_place_counts_once(forms, sequence, expected):
    assert found(forms, sequence) == expected
