"""Bad input is one clear line and the right exit code; nothing done is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


def changed(sample: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "sample"
    shutil.copytree(sample, copy)
    return copy


def cut_shard(copy: Path) -> None:
    path = copy / "shards" / "shard-01.bin"
    path.write_bytes(path.read_bytes()[:-10])


def remove_shard(copy: Path) -> None:
    (copy / "shards" / "shard-01.bin").unlink()


def big_id(copy: Path) -> None:
    path = copy / "shards" / "shard-01.bin"
    ids = np.fromfile(path, np.uint16)
    ids[5000] = 60000  # a place that no sample looks at
    ids.tofile(path)


def empty_phrase(copy: Path) -> None:
    (copy / "blimp").rename(copy / "old")
    (copy / "blimp").mkdir()
    (copy / "blimp" / "phrases.jsonl").write_text('{"phrase": "the kettle"}\n{"phrase": "  "}\n')


def no_tokenizer(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()


def half_tokenizer(copy: Path) -> None:
    text = (copy / "tokenizer.json").read_text()
    (copy / "tokenizer.json").write_text(text[: len(text) // 2])


@pytest.mark.parametrize(
    ("spoil", "overrides", "code", "message"),
    [
        (cut_shard, [], 3, "shard-01"),
        (remove_shard, ['corpus.paths=["shards/shard-00.bin", "shards/shard-01.bin"]'], 3, "shard-01"),
        (big_id, [], 3, "id 60000 is beyond the vocabulary"),
        (empty_phrase, [], 2, "phrases.jsonl, line 2"),
        (no_tokenizer, [], 2, "tokenizer.json"),
        (half_tokenizer, [], 3, "tokenizer.json"),
        (None, ["match.unit=txet"], 2, "is not a choice"),
        (None, ["order.batchsize=4"], 2, "did you mean 'batch_size'"),
        (None, ["order.batch_size=0"], 2, "batch_size"),
        (None, ["order.stop_step=100000"], None, "100,000"),
        (None, ['corpus.paths=["nowhere/*.bin"]'], None, "nowhere"),
        (None, ["corpus.format=megatorn"], 2, "did you mean 'megatron'"),
        (None, ["phrases.source=nowhere.jsonl"], None, "nowhere.jsonl"),
    ],
)
def test_bad_input_is_one_line(
    sample: Path,
    tmp_path: Path,
    exposure: Callable[..., tuple[int, str, str]],
    spoil: Callable[[Path], None] | None,
    overrides: list[str],
    code: int | None,
    message: str,
) -> None:
    copy = changed(sample, tmp_path)
    if spoil:
        spoil(copy)
    words = [word for override in overrides for word in ("--set", override)]
    got, out, err = exposure(
        "index", copy / "exposure.toml", "--out", tmp_path / "index", "--workers", 1, "--quiet", *words
    )
    assert got == code if code is not None else got in (2, 3), err
    assert out == ""
    assert message in err
    assert err.startswith("exposure: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "index" / "exposures.duckdb").exists()


def test_what_was_done_before_a_bad_shard_is_kept(sample: Path, tmp_path: Path, exposure) -> None:
    copy = changed(sample, tmp_path)
    big_id(copy)
    root = tmp_path / "index"
    assert exposure("index", copy / "exposure.toml", "--out", root, "--workers", 2, "--quiet")[0] == 3
    assert sorted(path.name for path in (root / "partials").glob("*.parquet")) == [
        "000000.parquet",
        "000002.parquet",
    ]


def test_an_error_as_an_object(tmp_path: Path, exposure) -> None:
    code, _, err = exposure("--json", "index", tmp_path / "no.toml", "--out", tmp_path / "index")
    assert code == 2
    assert json.loads(err)["exit_code"] == 2


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("CREATE TABLE x (a INT)", 6),
        ("DROP TABLE exposures", 6),
        ("INSERT INTO provenance VALUES ('a', 'b')", 6),
        ("UPDATE provenance SET value = 'x'", 6),
        ("DELETE FROM phrases", 6),
        ("ATTACH ':memory:' AS m", 6),
        ("COPY phrases TO 'x.csv'", 6),
        ("SET memory_limit = '1GB'", 6),
        ("PRAGMA database_list", 6),
        ("INSTALL httpfs", 6),
        ("SELECT 1; SELECT 2", 6),
        ("SELECT 1; DROP TABLE phrases", 6),
        ("SELECT * FROM read_csv('/etc/passwd')", 6),
        ("SELECT * FROM '/etc/passwd'", None),
        ("SELECT * FROM glob('*')", 6),
        ("SELECT nothing FROM phrases", 2),
        ("SELECT FROM WHERE", 2),
        ("no_such_query", 2),
    ],
)
def test_an_index_is_asked_read_only(index_dir: Path, exposure, statement: str, code: int | None) -> None:
    before = (index_dir / "exposures.duckdb").read_bytes()
    got, out, err = exposure("query", index_dir, statement)
    assert got == code if code is not None else got in (2, 6), err
    assert out == ""
    assert err.count("\n") == 1
    assert (index_dir / "exposures.duckdb").read_bytes() == before


def test_a_folder_that_is_no_index(tmp_path: Path, exposure) -> None:
    code, _, err = exposure("query", tmp_path, "most_exposed")
    assert code == 2
    assert "exposure index" in err
