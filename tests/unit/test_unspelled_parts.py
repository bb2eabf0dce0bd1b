"""A phrase with gaps has no id form if one of its parts has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import load_phrases
from indexer.planning import _of_phrases


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        pytest.param([], set(), id="all can be spelled"),
        pytest.param([1], {1}, id="a phrase cannot"),
        pytest.param([4], {0, 2}, id="nor can phrases that share a part: ever"),
        pytest.param([3], {0}, id="one part: no"),
    ],
)
def test_phrases_are_named_not_parts(tmp_path: Path, without: list[int], expected: set[int]) -> None:
    (tmp_path / "mine.csv").write_text("p\nno <1 word> ever\nplain\nnot <1 word> ever\n", encoding="utf-8")
    config = PhrasesConfig(source="mine.csv", pattern="p")
    reasons = dict.fromkeys(without, "no id form")
    found = _of_phrases(load_phrases(config, MatchConfig(), base=tmp_path), reasons)
    assert found == dict.fromkeys(expected, "no id form")
