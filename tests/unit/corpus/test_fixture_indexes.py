"""An index over the fixtures of the real writers equals their truth: counts, steps, every occurrence."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.corpus import open_corpus, open_order
from indexer.index_dir import IndexDir
from indexer.splits.ask import ask
from indexer.verification.verify import verify_index
from tests.support.fixture_cases import CASES

ALIKE = {"npy gz", "npy zst", "raw", "raw gz", "raw zst", "raw uint32", "headerless npy", "npy 1-D"}
PARAMETERS = [
    pytest.param(name, marks=[pytest.mark.slow] if name in ALIKE else [])
    for name, case in CASES.items()
    if case.expected
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_an_index_over_a_fixture_equals_its_truth(tmp_path: Path, name):
    case = CASES[name]
    base = case.base(tmp_path)
    truth = json.loads((base / case.expected).read_text())["phrases"]
    lines = [json.dumps({"id": str(i), "token_ids": entry["phrase"]}) for i, entry in enumerate(truth)]
    (tmp_path / "phrases.jsonl").write_text("\n".join(lines))
    tables = {
        "phrases": {"source": str(tmp_path / "phrases.jsonl"), "token_ids": "token_ids", "id": "id"},
        # the truth counts a shared last id in both windows
        "corpus": {**case.corpus, "label_overlap": False},
        "order": {**case.order, "checkpoints": 1},
        "match": {"unit": "tokens", "boundary": "none"},
        "index": {"places": 1000, "occurrences": "all"},
    }
    config = config_from_tables(tables, origin="test", base=base)
    build_index(config, tmp_path / "index", n_workers=1)
    verification = verify_index(str(tmp_path / "index"), max_tokens=0)
    assert verification.held, [check for check in verification.checks if check.n_failed]
    reader = open_corpus(case.corpus_config(), base=base)
    order = open_order(case.order_config(), reader, base=base)
    rows = {
        (step, sequence): row
        for step in range(order.stop_step)
        for row, sequence in enumerate(order.sequences_at(step).tolist())
    }
    with duckdb.connect(str(IndexDir(tmp_path / "index").database_file), read_only=True) as connection:
        table = connection.execute(
            "SELECT exposure_count, first_step, last_step, seen FROM exposures ORDER BY phrase_id"
        ).fetchall()
        places = connection.execute("SELECT phrase_id, step, sequence, token_offset FROM places").fetchall()
    kept = ask(tmp_path / "index", "SELECT phrase_id, step, sequence, token_offset FROM occurrences").rows
    assert sorted(tuple(row.values()) for row in kept.to_pylist()) == sorted(places)
    for phrase_id, entry in enumerate(truth):
        steps = (entry.get("first_step"), entry.get("last_step")) if entry["count"] else (None, None)
        assert table[phrase_id] == (entry["count"], *steps, entry["count"] > 0)
        found = sorted([step, rows[step, sequence], at] for i, step, sequence, at in places if i == phrase_id)
        assert found == entry["occurrences_step_row_offset"]
