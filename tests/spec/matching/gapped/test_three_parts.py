"""With more parts than two, every pair of a first and a last part counts once if the others fit between."""

import pytest

from tests.support.gapped_cases import in_both, words


@pytest.mark.parametrize("unit", ["words", "tokens"])
@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("a b c", [(0, 2)], id="in a row"),
        pytest.param("a b b c", [(0, 3)], id="two ways through the middle are one occurrence"),
        pytest.param("a a b c c", [(0, 3), (0, 4), (1, 3), (1, 4)], id="every first and last part"),
        pytest.param("a b x x c", [], id="the second gap is too wide"),
        pytest.param("a x x b c", [], id="the first gap is too wide"),
        pytest.param("a b x b x c", [], id="one middle is too far from the first, the other too"),
        pytest.param("a x b x c", [(0, 4)], id="both gaps at their widest"),
        pytest.param("a c b", [], id="the middle behind the last"),
        pytest.param("b a c", [], id="the middle before the first"),
        pytest.param("a b b x c", [(0, 4)], id="only one of two middles fits both"),
        pytest.param("a c", [], id="no middle"),
    ],
)
def test_three_different_parts(drawing, expected, unit):
    assert in_both(f"a <0-1 {unit}> b <0-1 {unit}> c", *words(drawing)) == expected


@pytest.mark.parametrize(
    ("notation", "drawing", "expected"),
    [
        ("a <0-1 words> a <0-1 words> a", "a a a", [(0, 2)]),
        ("a <0-1 words> a <0-1 words> a", "a a a a", [(0, 2), (0, 3), (1, 3)]),
        ("a <0-1 words> a <0-1 words> a", "a x a", []),
        ("a <0-1 words> b <0-1 words> a", "a b a b a", [(0, 2), (2, 4)]),
        ("a <0-0 words> b <0-0 words> b <0-0 words> c", "a b b c", [(0, 3)]),
        ("a <0-0 words> b <0-0 words> b <0-0 words> c", "a b c", []),
    ],
)
def test_parts_that_are_the_same(notation, drawing, expected):
    assert in_both(notation, *words(drawing)) == expected


def test_each_gap_has_its_own_unit():
    pattern = "not <0-1 words> because <2-3 tokens> of"
    assert in_both(pattern, " not", " x", ",", " because", " y", " z", " of") == [(0, 6)]
    assert in_both(pattern, " not", " x", " x", " because", " y", " z", " of") == []
    assert in_both(pattern, " not", " x", " because", " y", " of") == []


def test_a_middle_part_of_many_words():
    row = words("no one in the whole wide world ever")
    assert in_both("no <0-1 words> in the whole wide world <0 words> ever", *row) == [(0, 7)]
