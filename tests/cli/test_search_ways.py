"""Which way of searching was taken is told on request, and stands in the table."""

from __future__ import annotations

import json

from indexer.matching.ids.kernels.keys import WAYS
from indexer.splits.ask import ask


def test_the_way_is_said_and_kept(exposure, sample, tmp_path):
    config, root = sample / "exposure.toml", tmp_path / "index"
    code, _, said = exposure(
        "index", config, "--out", root, "--workers", "1", "--set", "match.unit=tokens", "-v"
    )
    assert code == 0, said
    (line,) = (line for line in said.splitlines() if "Search of tokens: " in line)
    way = line.partition("Search of tokens: ")[2]
    assert way in WAYS.values()
    (row,) = ask(root, "SELECT value FROM provenance WHERE key = 'search'").rows.to_pylist()
    assert json.loads(row["value"])["tokens"] == way


def test_an_index_that_was_not_scanned_here_tells_none(index_dir, tmp_path):
    from indexer.index_dir import IndexDir

    assert IndexDir(index_dir).noted_search()
    assert IndexDir(tmp_path).noted_search() == {}
    (tmp_path / "search.json").write_text("{")
    assert IndexDir(tmp_path).noted_search() == {}
