"""Overlapping, nested and repeated occurrences all count."""

import pytest

from tests.support.id_cases import found

A, B, C = " a", " b", " c"


@pytest.mark.parametrize(
    ("forms", "sequence", "expected"),
    [
        pytest.param([(0, [A, A])], [A, A, A, A], [(0, 0, 2), (1, 0, 2), (2, 0, 2)], id="it overlaps itself"),
        pytest.param([(0, [A, B]), (1, [B, C])], [A, B, C], [(0, 0, 2), (1, 1, 2)], id="two overlap"),
        pytest.param(
            [(0, [A, B, C]), (1, [B]), (2, [B, C])],
            [A, B, C],
            [(0, 0, 3), (1, 1, 1), (1, 2, 2)],
            id="shorter ones inside a longer one",
        ),
        pytest.param(
            [(0, [A, B]), (1, [A, B, C])], [A, B, A, B, C], [(0, 0, 2), (2, 0, 2), (2, 1, 3)], id="prefix"
        ),
        pytest.param(
            [(0, [A, B, B]), (1, [B, B, C])], [A, B, B, B, C], [(0, 0, 3), (2, 1, 3)], id="false start"
        ),
        pytest.param([(0, [A])], [A, B, A], [(0, 0, 1), (2, 0, 1)], id="one token"),
        pytest.param([(0, [A, B, C, A])], [A, B, C, A], [(0, 0, 4)], id="as long as the sequence"),
        pytest.param([(0, [A, B]), (1, [A, B])], [A, B], [(0, 0, 2), (0, 1, 2)], id="two phrases, one form"),
        pytest.param([(0, [A, C])], [A, B, C], [], id="a gap is no occurrence"),
    ],
)
def test_all_occurrences_count(forms, sequence, expected):
    assert found(forms, sequence) == [(0, *place) for place in expected]
