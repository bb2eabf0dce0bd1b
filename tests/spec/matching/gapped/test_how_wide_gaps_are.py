"""A gap is allowed from its least to its most, both included, in tokens and in words."""

import pytest

from tests.support.gapped_cases import in_both, words


@pytest.mark.parametrize("unit", ["words", "tokens"])
@pytest.mark.parametrize(
    ("gap", "n_between", "found"),
    [
        ("0-3", 0, True),
        ("0-3", 3, True),
        ("0-3", 4, False),
        ("2-3", 1, False),
        ("2-3", 2, True),
        ("2-3", 3, True),
        ("2-3", 4, False),
        ("0-0", 0, True),
        ("0-0", 1, False),
        ("2", 2, True),
        ("2", 1, False),
        ("2", 3, False),
    ],
)
def test_least_and_most(gap, n_between, found, unit):
    row = words("y no" + " x" * n_between + " ever y")
    assert in_both(f"no <{gap} {unit}> ever", *row) == ([(1, n_between + 2)] if found else [])


def test_words_and_tokens_are_different_measures():
    # one word of three tokens, then three words in one token
    assert in_both("no <1 word> ever", " no", " un", "believ", "able", " ever") == [(0, 4)]
    assert in_both("no <3 tokens> ever", " no", " un", "believ", "able", " ever") == [(0, 4)]
    assert in_both("no <3 words> ever", " no", " one of us", " ever") == [(0, 2)]
    assert in_both("no <1 token> ever", " no", " one of us", " ever") == [(0, 2)]
    assert in_both("no <3 tokens> ever", " no", " one of us", " ever") == []


def test_a_gap_in_words_may_hold_any_number_of_tokens():
    assert in_both("no <0 words> ever", " no", *[",", " "] * 40, "ever") == [(0, 81)]
