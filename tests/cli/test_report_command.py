"""``exposure report`` calls the library and says what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from indexer.cli.report import report


def test_the_command_passes_its_options_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def write(root: str, out: Path, **settings: Any) -> list[Any]:
        settings.pop("announce")
        asked.append((root, out, settings))
        return []

    monkeypatch.setattr("indexer.report.write_report", write)
    words = [
        "idx",
        "--out",
        str(tmp_path / "r.html"),
        "--min-count",
        "2",
        "--side",
        "good",
        "--threshold",
        "0.6",
        "--allow-path",
        "/data",
    ]
    result = CliRunner().invoke(report, words)
    assert result.exit_code == 0, result.output
    page, charts = tmp_path / "r.html", tmp_path / "r_charts"
    assert result.stdout == f"wrote {page}, and 0 charts as SVG and PNG in {charts}\n"
    settings = {"images": None, "min_count": 2, "side": "good", "threshold": 0.6, "allow_paths": ("/data",)}
    assert asked == [("idx", tmp_path / "r.html", settings)]


def test_no_index_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from indexer.cli.main import run

    assert run(["report", str(tmp_path), "--out", str(tmp_path / "r.html")]) == 2
    assert "holds no plan.json" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexer.errors import ResourceError
    from indexer.report import write_report

    monkeypatch.setattr("indexer.report.write.find_spec", lambda package: None)
    with pytest.raises(ResourceError, match=r"needs altair and vl_convert; install the extra"):
        write_report(tmp_path, tmp_path / "r.html")
