"""The three worked cases of docs/items.md run on a sample, from top to bottom, and say what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
from collections import Counter
from pathlib import Path

import pytest

from indexer.cli.main import run
from indexer.splits.ask import ask

PAGE = Path(__file__).parents[2] / "docs" / "items.md"


def test_the_worked_cases_run(
    sample: Path,
    index_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(sample, tmp_path / "sample")
    shutil.copytree(index_dir, tmp_path / "sample" / "index")
    monkeypatch.chdir(tmp_path)
    results = sorted(map(str, Path("sample/results").glob("*.csv")))
    assert run(["import", "sample/index", *results]) == 0
    blocks = re.findall(r"```(console|python)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 10
    found: dict[str, object] = {}
    capfd.readouterr()
    printed = []
    for kind, block in blocks:
        if kind == "python":
            names: dict[str, object] = {}  # each block runs alone
            exec(compile(block, str(PAGE), "exec"), names)
            found |= names
        for line in block.splitlines() if kind == "console" else ():
            assert run(shlex.split(line)[2:]) == 0, f"{line}: {capfd.readouterr().err}"
        printed.append(capfd.readouterr().out)

    verdicts = Counter(row["verdict"] for row in _questions("sample/index"))
    assert len(found["dirty"]) == verdicts["dirty"]  # type: ignore[arg-type]
    told = f"{verdicts['dirty']} are dirty at the end and {verdicts['partial']} partial"
    assert told in PAGE.read_text(encoding="utf-8")
    asked_for = "sequence IN (10, 11, 3787) AND token_offset + n_tokens <= 64"
    remembered = ask("sample/index", f"SELECT sequence FROM occurrences WHERE {asked_for}").rows
    assert remembered.num_rows == sum(row[1] for row in found["remembered_phrases"]) > 0  # type: ignore[attr-defined]
    assert any("10 of 10 windows seen" in text for text in printed)
    assert any(text.strip().startswith("-0.") for text in printed)
    after = _questions("clean")
    assert len(after) == 60
    assert {row["verdict"] for row in after} == {"clean"}
    assert len(found["skip"]) > 0  # type: ignore[arg-type]


def _questions(index: str) -> list[dict]:
    rows = ask(index, "by_item", {"dataset": "quiz"}).rows.to_pylist()
    return [row for row in rows if row["role"] == "question"]
