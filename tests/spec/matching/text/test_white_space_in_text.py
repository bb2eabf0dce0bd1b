"""With ``whitespace = "any"`` a run of white space in a phrase stands for any run of white space."""

import pytest

from tests.support.text_cases import count, found


@pytest.mark.parametrize(
    ("pieces", "exact", "any_"),
    [
        (["a b"], 1, 1),
        (["a  b"], 0, 1),
        (["a\nb"], 0, 1),
        (["a", "\n", "\t ", "b"], 0, 1),
        (["a\u00a0b"], 0, 1),
        (["a\u2003\u3000b"], 0, 1),
        (["a\u200bb"], 0, 0),  # a zero-width space is no white space
        (["ab"], 0, 0),
        (["a ", None, " b"], 0, 0),
        (["a", "\u3000".encode()[:2], "\u3000".encode()[2:], "b"], 0, 1),
    ],
)
def test_white_space(pieces, exact, any_):
    assert count("a b", *pieces) == exact
    assert count("a b", *pieces, whitespace="any") == any_
    assert count("a \n b", *pieces, whitespace="any") == any_


def test_the_tokens_of_a_run_belong_to_the_occurrence():
    assert found(["a b"], ["a", " ", "\n", " ", "b"], whitespace="any") == [(0, 0, 0, 5)]
