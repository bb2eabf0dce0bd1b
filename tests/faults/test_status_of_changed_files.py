"""Status sees that files were changed since, and a table of other files claims no `never`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.exposure.status import read_status
from tests.support.small_corpus import SmallCorpus, ask, exposures


@pytest.fixture
def built(tmp_path: Path) -> tuple[SmallCorpus, Path]:
    corpus = SmallCorpus(tmp_path)
    lines = [json.dumps({"id": row, "token_ids": [row, row + 1]}) for row in (3, 4)]
    lines.append(json.dumps({"id": 5, "token_ids": [7] * 9}))  # never there
    (tmp_path / "phrases.jsonl").write_text("\n".join(lines))
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    return corpus, tmp_path / "index"


def test_nothing_changed(built: tuple[SmallCorpus, Path]) -> None:
    state = read_status(built[1])
    assert (state.table, state.changed_files, state.n_unverified_shards) == ("complete", (), 3)


def test_a_shard_and_a_side_file_that_changed(built: tuple[SmallCorpus, Path], exposure) -> None:
    corpus, root = built
    corpus.write_shard(1, 50)
    corpus.shard(2).unlink()
    os.utime(corpus.shard(0, ".idx"), ns=(1, 1))  # touched alone
    changed = read_status(root).changed_files
    # the index of s01 is the same as before: its sequences are as long
    assert changed == ("shards/s01.bin", "shards/s02.bin (gone)")
    code, out, _ = exposure("status", root)
    assert code == 0 and "shards/s01.bin: not the file that was planned any more" in out


def statuses(root: Path) -> set[str]:
    return {row[0] for row in ask(root, "SELECT status FROM exposures")}


def test_a_newer_plan_takes_back_what_the_table_claims(built: tuple[SmallCorpus, Path], exposure) -> None:
    corpus, root = built
    assert "never" in statuses(root)
    corpus.write_shard(1, 50)
    plan_index(corpus.config(), root)
    assert statuses(root) == {"seen", "unknown"}
    assert read_status(root).table == "incomplete"
    code, out, _ = exposure("status", root)
    assert code == 0 and "a count of 0 means never" not in out and "shards/s01.bin" in out
    list(scan_shards(root, n_workers=1))
    merge_index(root)
    build_index(corpus.config(), corpus.base / "afresh", n_workers=1)
    assert exposures(root) == exposures(corpus.base / "afresh")
    assert read_status(root).table == "complete"


def test_a_newer_plan_of_which_nothing_is_scanned(built: tuple[SmallCorpus, Path]) -> None:
    corpus, root = built
    for number in range(3):
        corpus.write_shard(number, 50 + number)
    plan_index(corpus.config(), root)
    assert statuses(root) == {"unknown"}


def test_what_is_unverified_stands_in_every_manifest(built: tuple[SmallCorpus, Path], exposure) -> None:
    _, root = built
    out = root.parent / "rows.jsonl"
    code, _, err = exposure("query", root, "SELECT phrase_id FROM exposures", "--out", out)
    assert code == 0, err
    origin = json.loads(out.with_name("rows.jsonl.provenance.json").read_text())
    assert origin["index_unverified_shards"] == 3
    code, text, _ = exposure("status", root)
    assert "3 shards have no hash from elsewhere" in text


def test_status_tells_why_a_shard_was_given_up_until_it_is_scanned(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    lines = [json.dumps({"id": row, "token_ids": [row, row + 1]}) for row in (3, 4)]
    (tmp_path / "phrases.jsonl").write_text("\n".join(lines))
    root = tmp_path / "index"
    plan_index(corpus.config(), root)
    whole = corpus.shard(1).read_bytes()
    corpus.shard(1).write_bytes(whole[:-100])
    assert exposure("scan", root)[0] == 4
    (reason,) = read_status(root).given_up.values()
    assert "shards/s01.bin: was changed after it was planned" in reason
    out = exposure("status", root)[1]
    assert f"given up        {reason}" in out or reason in out
    assert json.loads(exposure("status", root, "--json")[1])["given_up"]
    corpus.shard(1).write_bytes(whole)
    assert exposure("index", corpus.write_config(), "--out", root)[0] == 0
    assert read_status(root).given_up == {}
    assert "given up" not in exposure("status", root)[1]
