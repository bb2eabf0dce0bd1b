"""A gapped occurrence lies in one sequence, and no gap holds an end of document or another special id."""

import pytest

from tests.support.gapped_cases import in_both, in_ids, in_text, words


@pytest.mark.parametrize("unit", ["words", "tokens"])
@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("no | ever", [], id="between the parts"),
        pytest.param("no x | ever", [], id="behind a word"),
        pytest.param("no | x ever", [], id="before a word"),
        pytest.param("| no x ever |", [(1, 3)], id="around it does not matter"),
        pytest.param("no | no x ever | ever", [(2, 4)], id="parts beyond are out of reach"),
    ],
)
def test_separators(drawing, expected, unit):
    assert in_both(f"no <0-5 {unit}> ever", *words(drawing)) == expected


@pytest.mark.parametrize("find", [in_ids, in_text])
@pytest.mark.parametrize("unit", ["words", "tokens"])
def test_sequence_ends(find, unit):
    pattern = f"no <0-5 {unit}> ever"
    assert find(pattern, words("x no"), words("ever x")) == [[], []]
    assert find(pattern, words("no x ever"), words("x"), words("no ever")) == [[(0, 2)], [], [(0, 1)]]


def test_a_wall_between_later_parts():
    assert in_both("a <0-3 words> b <0-3 words> c", *words("a b | c")) == []
    assert in_both("a <0-3 words> b <0-3 words> c", *words("a b | b c")) == []
