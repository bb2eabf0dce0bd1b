"""``exposure debug`` shows what is inside the search of a planned index."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from indexer.build import plan_index
from indexer.config import load_config


@pytest.mark.parametrize("unit", ["tokens", "text", "both"])
def test_tables_and_what_they_let_through(sample, tmp_path, unit):
    from indexer.cli.debug import debug

    plan_index(load_config(sample / "exposure.toml", [f"match.unit={unit}"]), tmp_path / "index")
    result = CliRunner().invoke(debug, [str(tmp_path / "index")])
    assert result.exit_code == 0, result.output
    assert ("anchors" in result.output) == (unit != "text")
    assert ("found through windows" in result.output) == (unit != "tokens")
    assert result.output.count("pass: ids in windows") == (2 if unit == "both" else 1)
