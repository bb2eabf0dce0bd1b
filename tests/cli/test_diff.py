"""What differs between two indexes, seen from outside."""

from __future__ import annotations

from pathlib import Path

from indexer.build import build_index
from indexer.config import load_config
from indexer.splits.diff import diff_indexes


def test_an_index_does_not_differ_from_itself(index_dir: Path, exposure) -> None:
    found = diff_indexes(index_dir, index_dir)
    assert (found.settings, found.phrases.num_rows) == ((), 0)
    assert "0 of " in exposure("diff", index_dir, index_dir)[1]


def test_a_shorter_window_is_named_with_what_it_changed(
    sample: Path, index_dir: Path, tmp_path: Path, exposure
) -> None:
    config = load_config(sample / "exposure.toml", ["order.stop_step=10"])
    build_index(config, tmp_path / "short", n_workers=1)
    found = diff_indexes(index_dir, tmp_path / "short")
    assert ("stop_step", "60", "10") in found.settings
    rows = found.phrases.to_pylist()
    assert rows
    assert all(row["exposure_count_1"] > row["exposure_count_2"] for row in rows)
    assert (rows[0]["status_1"], rows[0]["status_2"]) == ("seen", "never")
    code, out, _ = exposure("diff", index_dir, tmp_path / "short", "--limit", 3)
    assert code == 0
    assert f"... and {len(rows) - 3:,} more" in out
