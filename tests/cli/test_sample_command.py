"""``exposure sample`` calls the library, says what it wrote and what may follow, and refuses in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.cli.sample import sample


def test_the_command_writes_into_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr("indexer.sample.write_sample", asked.append)
    result = CliRunner().invoke(sample, [str(tmp_path / "new")])
    assert result.exit_code == 0
    assert asked == [tmp_path / "new"]
    new = tmp_path / "new"
    assert result.stdout == f"wrote {new}\nNext:\n  exposure index {new}/exposure.toml --out {new}/index\n"
    assert "Writing the sample" in result.stderr
    assert "exposure sample sample" in CliRunner().invoke(sample, ["--help"]).stdout


def test_quiet_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.sample.write_sample", lambda directory: None)
    assert CliRunner().invoke(sample, [str(tmp_path / "new"), "--quiet"]).output == ""


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    from indexer.cli.main import run

    (tmp_path / "notes.txt").write_text("mine")
    assert run(["sample", str(tmp_path)]) == 4
