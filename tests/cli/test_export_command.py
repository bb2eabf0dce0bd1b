"""``exposure export`` passes a split and its parameters on."""

from __future__ import annotations

import json
from pathlib import Path


def test_options_are_parameters_of_the_split(index_dir: Path, tmp_path: Path, exposure) -> None:
    words = (
        "export",
        index_dir,
        "--to",
        "jsonl",
        "--checkpoint",
        50,
        "--side",
        "good",
        "--out",
        tmp_path / "a",
    )
    code, out, _ = exposure(*words)
    assert code == 0 and out.startswith("wrote ")
    assert "proxy_train" in out
    origin = json.loads((tmp_path / "a" / "provenance.json").read_text())
    assert origin["parameters"] == {"checkpoint": 50, "min_count": 1, "side": "good"}
    rows = [json.loads(line) for line in (tmp_path / "a" / "pairs.jsonl").read_text().splitlines()]
    assert len(rows) == origin["rows"]


def test_another_split_by_name(index_dir: Path, tmp_path: Path, exposure) -> None:
    code, _, _ = exposure(
        "export", index_dir, "--to", "csv", "--query", "distinct_phrases", "--out", tmp_path / "a"
    )
    assert code == 0
    assert json.loads((tmp_path / "a" / "provenance.json").read_text())["query"] == "splits/distinct_phrases"
    code, _, err = exposure("export", index_dir, "--to", "csv", "--query", "balance", "--out", tmp_path / "b")
    assert (code, "is no split: it has no column pair_id" in err) == (2, True)


def test_an_empty_split_is_refused(index_dir: Path, tmp_path: Path, exposure) -> None:
    code, _, err = exposure(
        "export", index_dir, "--to", "lm-eval", "--min-count", 10**9, "--out", tmp_path / "a"
    )
    assert (code, "no pair is in proxy_train" in err) == (4, True)
    assert not (tmp_path / "a").exists()
