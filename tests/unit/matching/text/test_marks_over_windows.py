"""What marks belong to is known although the window of decoded text slid past it."""

import pytest

from indexer.matching.text import full_search
from tests.support.text_cases import count


@pytest.mark.parametrize("whitespace", ["exact", "any"])
@pytest.mark.parametrize(("base", "bounded"), [("e", 0), (".", 1), ("क", 0), ("。", 1), ("", 1)])
@pytest.mark.parametrize("n_marks", [1, 40, 41, 42, 43, 3000])
def test_marks_longer_than_a_window(monkeypatch, base, bounded, n_marks, whitespace):
    monkeypatch.setattr(full_search, "_WINDOW_BYTES", 1)
    pieces = ["x ", base, *["\u0301", "\u093f"] * n_marks, "tat", " tat"]
    assert count("tat", *pieces, whitespace=whitespace) == bounded + 1
