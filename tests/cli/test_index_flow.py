"""Plan, scan and merge, seen from outside: the truth, resuming, and refusing."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from indexer.build import merge_index, plan_index, scan_shards
from indexer.config import load_config
from indexer.errors import StateError
from indexer.splits.ask import ask


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "partials").iterdir())}


def tables(root: Path) -> dict[str, list[dict]]:
    names = ("exposures", "exposure_bins", "places", "checkpoints", "shards", "pairs", "phrases")
    return {name: ask(root, f"SELECT * FROM {name}").rows.to_pylist() for name in names}


def test_the_index_equals_the_truth_of_the_sample(sample: Path, index_dir: Path) -> None:
    truth = {row["phrase"]: row for row in pq.read_table(sample / "truth.parquet").to_pylist()}
    rows = ask(index_dir, "SELECT * FROM exposures JOIN phrases USING (phrase_id)").rows.to_pylist()
    assert {row["phrase"] for row in rows} == set(truth)
    for row in rows:
        expected = truth[row["phrase"]]
        for column in ("exposure_count", "first_step", "first_sequence", "last_step"):
            assert row[column] == expected[column], (row["phrase"], column)
        assert row["status"] == ("seen" if expected["exposure_count"] else "never")
    counts = [row["exposure_count"] for row in truth.values()]
    assert 0 in counts and max(counts) > 1


def test_any_number_of_workers_gives_the_same_bytes(sample: Path, index_dir: Path, tmp_path: Path) -> None:
    plan_index(load_config(sample / "exposure.toml"), tmp_path / "two")
    assert len(list(scan_shards(tmp_path / "two", n_workers=2))) == 3
    merge_index(tmp_path / "two")
    assert contents(tmp_path / "two") == contents(index_dir)
    assert tables(tmp_path / "two") == tables(index_dir)


def test_job_array_tasks_do_one_share_each(sample: Path, index_dir: Path, tmp_path: Path, exposure) -> None:
    root = tmp_path / "array"
    assert exposure("plan", sample / "exposure.toml", "--out", root)[0] == 0
    for task in ("1/2", "2/2"):
        assert exposure("scan", root, "--task", task, "--workers", 1)[0] == 0
    assert exposure("merge", root)[0] == 0
    assert contents(root) == contents(index_dir)
    assert exposure("scan", root, "--task", "3/2")[0] == 2


def test_running_again_scans_only_what_is_missing(sample: Path, index_dir: Path, tmp_path: Path) -> None:
    root = tmp_path / "again"
    shutil.copytree(index_dir, root)
    before = tables(root)
    (root / "partials" / "000001.parquet").unlink()
    (root / "partials" / ".000002.parquet.77.tmp").write_bytes(b"half")  # what a kill leaves behind
    plan_index(load_config(sample / "exposure.toml"), root)
    assert [done.range_number for done in scan_shards(root, n_workers=1)] == [1]
    assert list(scan_shards(root, n_workers=1)) == []
    merge_index(root)
    assert tables(root) == before


def test_merge_refuses_while_a_partial_is_missing_and_names_the_shard(
    index_dir: Path, tmp_path: Path, exposure
) -> None:
    root = tmp_path / "missing"
    shutil.copytree(index_dir, root)
    (root / "partials" / "000002.parquet").unlink()
    code, _, err = exposure("merge", root)
    assert code == 4
    assert "1 of 3 partials is missing, of shards/shard-02.bin" in err
    code, out, _ = exposure("status", root)
    assert (code, "2 of 3 scanned" in out, "shards/shard-02.bin" in out) == (0, True, True)

    assert exposure("merge", root, "--allow-missing")[0] == 0
    statuses = ask(root, "SELECT DISTINCT status FROM exposures ORDER BY status").rows["status"].to_pylist()
    assert statuses == ["seen", "unknown"]
    splits = ask(root, "SELECT DISTINCT split FROM split_at(NULL, 1, 'either') ORDER BY split").rows
    assert splits["split"].to_pylist() == ["proxy_train", "unknown"]
    assert json.loads(exposure("status", root, "--json")[1])["table"] == "incomplete"


def test_a_partial_of_another_plan_is_refused(sample: Path, index_dir: Path, tmp_path: Path) -> None:
    root = tmp_path / "foreign"
    plan_index(load_config(sample / "exposure.toml", ["index.places=2"]), root)
    shutil.copytree(index_dir / "partials", root / "partials")
    with pytest.raises(StateError, match=r"000000\.parquet: belongs to range 0 of plan"):
        merge_index(root)


def test_a_directory_with_another_plan_is_refused_and_left_alone(
    sample: Path, index_dir: Path, tmp_path: Path, exposure
) -> None:
    root = tmp_path / "other"
    shutil.copytree(index_dir, root)
    before = contents(root)
    code, _, err = exposure("index", sample / "exposure.toml", "--out", root, "--set", "match.boundary=none")
    assert code == 4
    assert "holds another plan; it differs in match settings" in err
    assert contents(root) == before


def test_a_shard_touched_since_is_scanned_again(sample: Path, tmp_path: Path) -> None:
    copy = tmp_path / "sample"
    shutil.copytree(sample, copy)
    config = load_config(copy / "exposure.toml")
    root = tmp_path / "index"
    plan_index(config, root)
    list(scan_shards(root, n_workers=1))
    shard = copy / "shards" / "shard-01.bin"
    os.utime(shard, ns=(1, 1))
    with pytest.raises(StateError, match=r"shard-01\.bin: was changed after it was planned"):
        (root / "partials" / "000001.parquet").unlink()
        list(scan_shards(root, n_workers=1))
    plan_index(config, root)
    assert [done.range_number for done in scan_shards(root, n_workers=1)] == [1]


def test_checkpoint_counts_add_up(index_dir: Path) -> None:
    rows = ask(
        index_dir,
        "SELECT sum(b.exposure_count) AS bins, any_value(e.exposure_count) AS total FROM exposures e"
        " JOIN exposure_bins b USING (phrase_id) GROUP BY phrase_id HAVING bins <> total",
    ).rows
    assert rows.num_rows == 0
    seen = ask(index_dir, "SELECT max(tokens_seen) FROM checkpoints").rows[0][0].as_py()
    visited = ask(index_dir, "SELECT sum(n_visits) FROM shards").rows[0][0].as_py()
    assert visited == 60 * 16
    assert 0 < seen < ask(index_dir, "SELECT sum(n_tokens) FROM shards").rows[0][0].as_py()
