"""A gapped pattern occurs once for every pair of its first and its last part that allowed gaps can join."""

import pytest

from tests.support.gapped_cases import in_both, words


@pytest.mark.parametrize("unit", ["words", "tokens"])
@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("no x ever", [(0, 2)], id="one of each"),
        pytest.param("no ever", [(0, 1)], id="nothing between"),
        pytest.param("ever x no", [], id="the wrong order"),
        pytest.param("no no ever", [(0, 2), (1, 2)], id="two first parts, one last"),
        pytest.param("no x no x ever", [(0, 4), (2, 4)], id="a first part in the gap of another"),
        pytest.param("no ever ever", [(0, 1), (0, 2)], id="one first part, two last"),
        pytest.param("no ever x ever", [(0, 1), (0, 3)], id="a last part in the gap of another"),
        pytest.param(
            "no no ever ever", [(0, 2), (0, 3), (1, 2), (1, 3)], id="two of each: every pair, nested too"
        ),
        pytest.param("no x ever no x ever", [(0, 2), (0, 5), (3, 5)], id="side by side"),
        pytest.param("no x", [], id="a first part alone"),
        pytest.param("x ever", [], id="a last part alone"),
        pytest.param("no x nobody", [], id="a word that only begins like a part"),
    ],
)
def test_two_parts(drawing, expected, unit):
    assert in_both(f"no <0-4 {unit}> ever", *words(drawing)) == expected


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("a a", [(0, 1)], id="two of them"),
        pytest.param("a a a", [(0, 1), (0, 2), (1, 2)], id="three make three pairs"),
        pytest.param("a x a", [(0, 2)], id="one word between"),
        pytest.param("a", [], id="it does not follow itself"),
    ],
)
def test_the_same_part_twice(drawing, expected):
    assert in_both("a <0-5 words> a", *words(drawing)) == expected


@pytest.mark.parametrize("drawing", ["x y x y x y ever no", "no x ever ever ever ever"])
def test_which_part_is_rarer_changes_nothing(drawing):
    pattern = "no <0-9 words> ever"
    row = [*words(drawing), *words("no x ever")]
    assert (len(row) - 3, len(row) - 1) in in_both(pattern, *row)
