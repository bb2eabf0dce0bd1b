"""Parts are compared and bordered as phrases are: case, word borders, possessives, white space."""

from tests.support.gapped_cases import in_both, in_text, words


def test_case():
    assert in_both("no <0-1 words> ever", *words("NO x Ever")) == [(0, 2)]
    assert in_both("no <0-1 words> ever", *words("NO x Ever"), case="exact") == []
    assert in_both("No <0-1 words> ever", *words("No x ever"), case="exact") == [(0, 2)]


def test_every_part_has_word_borders():
    assert in_both("no <0-1 words> ever", " no", "body", " ever") == []
    assert in_both("no <0-2 words> ever", " no", " how", "ever") == []
    assert in_both("a <0-1 words> b <0-1 words> c", " a", " b", "b", " c") == []
    assert in_both("no <0-2 words> ever", " no", " how", "ever", boundary="none") == [(0, 2)]


def test_possessives():
    row = ["The", " dog", "'s", " new", " friend"]
    assert in_text("dog <0-3 words> friend", row) == [[(1, 4)]]
    assert in_text("dog <0-3 words> friend", row, possessive="exclude") == [[]]


def test_white_space_in_parts():
    row = ["in", "\n", "the", " ", " end", " ever"]
    assert in_text("in the end <0 words> ever", row) == [[]]
    assert in_text("in the end <0 words> ever", row, whitespace="any") == [[(0, 5)]]
