"""What a path stands for and nobody reads is named: a shard that is passed over would be a silent zero."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.config.load import config_from_tables
from indexer.corpus.text.writers import write_megatron
from indexer.errors import ConfigError, InputError
from indexer.phrases.sources.source import check_source
from indexer.preflight import preflight
from tests.support.small_corpus import sequences

FLAT = {"dtype": "uint16", "sequence_length": 32}


def _write(path: Path, seed: int) -> None:
    """Write a shard of the kind its name tells; of an ``.idx`` or ``.bin`` the pair."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = sequences(seed)
    if path.suffix == ".bin" and "-of-" not in path.name:
        write_megatron(path.with_suffix(""), ids, "<u2")
    elif path.suffix.lower() == ".parquet":
        pq.write_table(pa.table({"input_ids": ids.tolist()}), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps({"input_ids": row}) + "\n" for row in ids.tolist()))
    else:
        ids.tofile(path)


def _check(base: Path, **corpus: object) -> None:
    (base / "phrases.jsonl").write_text('{"token_ids": [1, 2]}\n')
    tables = {
        "phrases": {"source": "phrases.jsonl", "token_ids": "token_ids"},
        "corpus": {"vocab_size": 40, **corpus},
        "order": {"batch_size": 4},
        "match": {"unit": "tokens"},
    }
    preflight(config_from_tables(tables, origin="test", base=base))


PARTS = ["s/x-00000-of-00001.bin", "s/x-00001-of-00001.bin"]
PYTHIA = {"format": "pythia", "label_overlap": False, **FLAT}


@pytest.mark.parametrize(
    ("names", "left", "corpus"),
    [
        (["s/a.parquet", "s/b.jsonl"], "s/b.jsonl", {"paths": ["s"]}),
        (["s/a.parquet", "s/b.PARQUET"], "s/b.PARQUET", {"paths": ["s"]}),
        (["s/a.parquet", "s/below/b.parquet"], "s/below/b.parquet", {"paths": ["s"]}),
        (["s/a.ds", "s/b.ds.xz"], "s/b.ds.xz", {"paths": ["s"], **FLAT}),
        (["s/a.ds", "s/b.raw"], "s/b.raw", {"paths": ["s/*"], **FLAT}),
        (["s/a.ds", "s/version_2.raw"], "s/version_2.raw", {"paths": ["s"], **FLAT}),
        (["s/a.ds", "s/b.npy"], "s/b.npy", {"paths": ["s/a.ds", "s/b.npy"], "format": "datatrove", **FLAT}),
        ([*PARTS, "s/more.raw"], "s/more.raw", {"paths": ["s/*"], **PYTHIA}),
        ([*PARTS, "more.raw"], "more.raw", {"paths": ["s", "more.raw"], **PYTHIA}),
        (["s/a.bin", "s/below/b.bin"], "s/below/b.bin", {"paths": ["s"]}),
    ],
)
def test_data_that_no_reader_takes(tmp_path: Path, names: list[str], left: str, corpus: dict) -> None:
    for seed, name in enumerate(names):
        _write(tmp_path / name, seed)
    with pytest.raises(InputError, match=f"1 file would be passed over, not read as [a-z]+: {left};"):
        _check(tmp_path, **corpus)


@pytest.mark.parametrize("paths", [["s"], ["s/*.idx"]])
def test_ids_without_their_index(tmp_path: Path, paths: list[str]) -> None:
    for seed, name in enumerate(["s/a.bin", "s/b.bin"]):
        _write(tmp_path / name, seed)
    (tmp_path / "s/b.idx").unlink()
    with pytest.raises(InputError, match=r"s/b\.(bin|idx);"):
        _check(tmp_path, paths=paths)


def test_what_holds_no_data_may_lie_beside_shards(tmp_path: Path) -> None:
    _write(tmp_path / "s/a.ds", 0)
    for name in (
        "README",
        "LICENSE.txt",
        ".cache",
        "_SUCCESS",
        "a.ds.index.tmp",
        "all.ds.metadata",
        "SHA256SUMS",
        "MANIFEST",
        "VERSION",
        "tokenizer.model",
        "run.sbatch",
    ):
        (tmp_path / "s" / name).write_text("no ids\n")
    (tmp_path / "s/logs").mkdir()
    (tmp_path / "s/logs/run.log").write_text("no ids\n")
    (tmp_path / "s/logs/again").symlink_to("..")
    for folder, name in (("index", "plan.json"), ("tokens", "tokenize.json"), ("split", "provenance.json")):
        _write(tmp_path / f"s/{folder}/b.ds", 1)
        (tmp_path / f"s/{folder}/{name}").write_text("{}")
    _check(tmp_path, paths=["s"], **FLAT)


def test_phrases_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for name in ("a.jsonl", "b.jsonl.xz", "README.md"):
        (tmp_path / "p" / name).write_text('{"text": "a cat"}\n')
    with pytest.raises(
        ConfigError, match=r"1 file would be passed over: p/b.jsonl.xz; name .* \"p/\*.jsonl\""
    ):
        check_source("p", base=tmp_path)
