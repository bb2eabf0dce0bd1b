"""Many small shards make few ranges: the rows are the same, and a spoiled shard costs its own range."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.config.load import config_from_tables
from indexer.errors import InputError, StateError
from indexer.exposure.status import read_status
from indexer.index_dir import IndexDir
from indexer.plan.plan_file import read_plan
from indexer.splits.ask import ask
from indexer.verification.verify import verify_index

N_SHARDS = 600
WIDTH = 8


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write ids once as one file and once as many small ones, and phrases that are runs of ids."""
    ids = np.random.default_rng(6).integers(1, 9, (N_SHARDS, 2, WIDTH)).astype(np.uint16)
    ids[:, 0, 0] = 10 + np.arange(N_SHARDS)  # no two shards are alike
    ids.tofile(tmp_path / "one.bin")
    (tmp_path / "many").mkdir()
    for number, shard in enumerate(ids):
        shard.tofile(tmp_path / f"many/{number:03d}.bin")
    phrases = [[a, b, c] for a in range(1, 9) for b in range(1, 9) for c in range(1, 9)] + [[10 + 411], [900]]
    lines = [f'{{"token_ids": {phrase}}}' for phrase in phrases]
    (tmp_path / "phrases.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def config(base: Path, paths: str):
    tables = {
        "phrases": {"source": "phrases.jsonl"},
        "corpus": {
            "format": "headerless",
            "paths": [paths],
            "dtype": "uint16",
            "sequence_length": WIDTH,
            "vocab_size": 1_000,
        },
        "order": {"kind": "sequential", "batch_size": 7, "checkpoints": [10, 100]},
        "match": {"unit": "tokens"},
    }
    return config_from_tables(tables, origin="test", base=base)


def rows(root: Path) -> list[list[dict]]:
    tables = (
        "SELECT * EXCLUDE (first_shard) FROM exposures ORDER BY phrase_id",
        "SELECT * FROM exposure_bins ORDER BY ALL",
        "SELECT * EXCLUDE (shard) FROM places ORDER BY ALL",
        "SELECT * FROM checkpoints ORDER BY ALL",
    )
    return [ask(root, table).rows.to_pylist() for table in tables]


def test_the_rows_are_those_of_one_file(corpus: Path) -> None:
    build_index(config(corpus, "many/*.bin"), corpus / "many-index", n_workers=2)
    build_index(config(corpus, "one.bin"), corpus / "one-index", n_workers=1)
    ranges = read_plan(IndexDir(corpus / "many-index").plan_file).ranges
    assert len(ranges) < N_SHARDS and max(len(one.slices) for one in ranges) > 1
    assert rows(corpus / "many-index") == rows(corpus / "one-index")
    shards = ask(
        corpus / "many-index",
        "SELECT DISTINCT shards.path, first_sequence_of.first_sequence // 2 AS number FROM exposures AS"
        " first_sequence_of JOIN shards ON shards.shard = first_sequence_of.first_shard",
    ).rows.to_pylist()
    assert shards and all(row["path"] == f"many/{row['number']:03d}.bin" for row in shards)
    assert verify_index(corpus / "many-index").exit_code == 0


def test_a_changed_shard_costs_its_range_alone(corpus: Path) -> None:
    root = corpus / "index"
    plan = build_index(config(corpus, "many/*.bin"), root, n_workers=1)
    number = next(one.number for one in plan.ranges if 411 in one.shards)
    shard = corpus / "many/411.bin"
    ids = np.fromfile(shard, np.uint16)
    ids[0] = 900
    ids.tofile(shard)
    os.utime(shard, (1, 1))
    assert "many/411.bin" in read_status(root).changed_files
    plan_index(config(corpus, "many/*.bin"), root)
    assert [done.range_number for done in scan_shards(root, n_workers=1)] == [number]
    merge_index(root)
    found = ask(root, "SELECT exposure_count FROM exposures WHERE phrase_id >= 512 ORDER BY phrase_id")
    assert found.rows["exposure_count"].to_pylist() == [0, 1]


def test_a_shard_that_is_gone_is_named_and_its_range_waits(corpus: Path) -> None:
    root = corpus / "index"
    plan = plan_index(config(corpus, "many/*.bin"), root)
    number = next(one.number for one in plan.ranges if 411 in one.shards)
    (corpus / "many/411.bin").rename(corpus / "aside")
    with pytest.raises((InputError, StateError), match=r"411\.bin: is gone since it was planned"):
        list(scan_shards(root, n_workers=1))
    assert IndexDir(root).committed_ranges() == {one.number for one in plan.ranges} - {number}
    (corpus / "aside").rename(corpus / "many/411.bin")
    assert [done.range_number for done in scan_shards(root, n_workers=1)] == [number]
    merge_index(root)
    build_index(config(corpus, "one.bin"), corpus / "one-index", n_workers=1)
    assert rows(root) == rows(corpus / "one-index")


def test_an_id_beyond_the_vocabulary_is_told_with_its_own_shard(corpus: Path) -> None:
    shard = corpus / "many/411.bin"
    ids = np.fromfile(shard, np.uint16)
    ids[3] = 2_000
    ids.tofile(shard)
    plan_index(config(corpus, "many/*.bin"), corpus / "index")
    with pytest.raises(InputError, match=r"many/411\.bin, sequence 822, token 3: id 2000"):
        list(scan_shards(corpus / "index", n_workers=1))
