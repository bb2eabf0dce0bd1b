"""An index in which not one phrase was seen says so: where it is built, and in its status."""

from __future__ import annotations

from pathlib import Path

from tests.support.small_corpus import N_IDS, SmallCorpus

WARNING = "not one of 2 phrases was seen"


def test_it_is_told(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    nowhere = f'{{"token_ids": {[1] * 9}}}\n{{"token_ids": {[N_IDS - 1] * 8}}}\n'
    (tmp_path / "phrases.jsonl").write_text(nowhere)
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 0 and f"Note: {WARNING}" in error
    assert WARNING in exposure("merge", tmp_path / "index")[2]
    assert WARNING in exposure("status", tmp_path / "index")[1]


def test_where_one_was_seen_nothing_is_told(tmp_path: Path, exposure) -> None:
    config = SmallCorpus(tmp_path).write_config()
    assert "not one of" not in exposure("index", config, "--out", tmp_path / "index")[2]
    assert "not one of" not in exposure("status", tmp_path / "index")[1]
