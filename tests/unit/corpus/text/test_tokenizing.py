"""Tokenized shards hold what a loop over the documents gives, also after an interruption."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.text.cutting import Cutting
from indexer.corpus.text.documents import documents_of, find_text_files
from indexer.corpus.text.tokenizing import tokenize_documents
from indexer.errors import ConfigError, InputError, StateError
from indexer.evidence.shard_lengths import unfinished
from indexer.index_dir.lock import locked
from tests.support.fixture_cases import FIXTURES


class Bytes:
    """A tokenizer whose ids are the bytes plus one."""

    name, content_hash, n_ids = "bytes", "00", 257

    def encode_batch(self, texts):
        return [[byte + 1 for byte in text.encode()] for text in texts]


TEXTS = ["one two", "", "three", "ä" * 30, "x", "y" * 100, "end"]


def write_sources(folder: Path) -> list:
    lines = [json.dumps({"meta": {"text": "no"}, "text": text}, ensure_ascii=False) for text in TEXTS]
    (folder / "a.jsonl").write_text("\n".join(lines[:2]))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(("\r\n".join(lines[2:4]) + "\n\n").encode()))
    (folder / "c.jsonl.zst").write_bytes(zstandard.compress(lines[4].encode()))
    pq.write_table(pa.table({"n": [1, 2], "text": TEXTS[5:]}), folder / "d.parquet")
    return find_text_files(["."], base=folder)


def tokenized(folder: Path, out: Path, cutting: Cutting, *, of_each: dict | None = None, **options):
    sources = write_sources(folder)
    record = tokenize_documents(
        lambda start: documents_of(sources, column="text", start=start),
        Bytes(),
        cutting,
        out,
        sources=[{"name": file.name, "n_bytes": file.n_bytes, **(of_each or {})} for file in sources],
        **options,
    )
    reader = open_corpus(CorpusConfig(paths=["*.idx"], format="megatron"), base=out)
    rows = [
        block.ids[a:b].tolist()
        for shard in reader.shards()
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences)
        for a, b in zip(block.starts, block.stops, strict=True)
    ]
    return record, rows


ENCODED = Bytes().encode_batch(TEXTS)


@pytest.mark.parametrize("shard_tokens", [1, 20, 10**6])
@pytest.mark.parametrize("end", [None, 0])
def test_one_document_cut_at_n(tmp_path: Path, shard_tokens, end):
    record, rows = tokenized(tmp_path, tmp_path / "out", Cutting("document", 9, end, shard_tokens))
    expected = [ids[:9] for ids in ENCODED] if end is None else [[*ids[:8], end] for ids in ENCODED]
    assert rows == expected
    assert record.n_sequences == len(TEXTS) and record.n_dropped_tokens == 0
    n_ids = sum(map(len, ENCODED)) + (end is not None) * len(TEXTS)
    assert record.n_cut_off_tokens == n_ids - record.n_tokens > 0


@pytest.mark.parametrize("shard_tokens", [1, 20, 10**6])
@pytest.mark.parametrize("end", [None, 0])
def test_packed_stream(tmp_path: Path, shard_tokens, end):
    record, rows = tokenized(tmp_path, tmp_path / "out", Cutting("packed", 9, end, shard_tokens))
    stream = [i for ids in ENCODED for i in ([*ids] if end is None else [*ids, end])]
    n = len(stream) // 9
    assert rows == np.reshape(stream[: n * 9], (n, 9)).tolist()
    assert record.n_dropped_tokens == len(stream) - n * 9 > 0


@pytest.mark.parametrize("mode", ["document", "packed"])
def test_an_interrupted_run_goes_on_and_writes_the_same_bytes(tmp_path: Path, mode):
    (tmp_path / "in").mkdir()
    cutting = Cutting(mode, 7, 0, 20)
    whole, _ = tokenized(tmp_path / "in", tmp_path / "whole", cutting)

    class Killed(Exception):
        pass

    def kill(record):
        raise Killed

    for _ in range(len(whole.shards) - 1):
        with pytest.raises(Killed):
            tokenized(tmp_path / "in", tmp_path / "parts", cutting, on_shard=kill)
    parts, _ = tokenized(tmp_path / "in", tmp_path / "parts", cutting)
    assert parts == whole
    names = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "parts").iterdir())
    for name in names:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_a_folder_begun_with_other_settings_is_refused(tmp_path: Path):
    (tmp_path / "in").mkdir()
    tokenized(tmp_path / "in", tmp_path / "out", Cutting("packed", 9, 0))
    with pytest.raises(StateError, match="begun with sequence_length = 9; expected 8"):
        tokenized(tmp_path / "in", tmp_path / "out", Cutting("packed", 8, 0))


def test_a_folder_begun_of_other_text_is_refused(tmp_path: Path):
    (tmp_path / "in").mkdir()
    cutting = Cutting("packed", 9, 0)
    tokenized(tmp_path / "in", tmp_path / "out", cutting, of_each={"modified_ns": 1})
    with pytest.raises(StateError, match="begun with column = 'text'; expected 'title'"):
        tokenized(tmp_path / "in", tmp_path / "out", cutting, of_each={"modified_ns": 1}, column="title")
    with pytest.raises(StateError, match=r"begun with sources = .*'modified_ns': 1"):
        tokenized(tmp_path / "in", tmp_path / "out", cutting, of_each={"modified_ns": 2})
    tokenized(tmp_path / "in", tmp_path / "older", cutting)
    tokenized(tmp_path / "in", tmp_path / "older", cutting, of_each={"modified_ns": 2})


def test_shards_that_no_run_recorded(tmp_path: Path):
    (tmp_path / "in").mkdir()
    cutting = Cutting("packed", 9, 0, 20)
    record, _ = tokenized(tmp_path / "in", tmp_path / "out", cutting)
    last = f"{len(record.shards) - 1:05}"
    (tmp_path / f"out/{last}.idx").rename(tmp_path / "kept")
    with pytest.raises(StateError, match=f"lacks shard {last}"):
        tokenized(tmp_path / "in", tmp_path / "out", cutting)
    (tmp_path / "kept").rename(tmp_path / f"out/{last}.idx")
    (tmp_path / "out/tokenize.json").unlink()
    with pytest.raises(StateError, match="holds shard 00001, which no run here recorded"):
        tokenized(tmp_path / "in", tmp_path / "out", cutting)
    with (
        locked(tmp_path / "out/tokenize.lock", shared=False),
        pytest.raises(StateError, match="is being written"),
    ):
        tokenized(tmp_path / "in", tmp_path / "out", cutting)


def test_shards_that_are_not_all_that_were_to_be_written(tmp_path: Path):
    (tmp_path / "in").mkdir()
    cutting = Cutting("packed", 9, 0, 20)
    record, _ = tokenized(tmp_path / "in", tmp_path / "out", cutting)

    def found(paths: list[str]) -> list[str]:
        reader = open_corpus(CorpusConfig(paths=paths, format="megatron"), base=tmp_path)
        return unfinished(reader.files, paths, base=tmp_path)

    assert found(["out/*.idx"]) == []
    for ending in (".bin", ".idx"):
        (tmp_path / f"out/{len(record.shards) - 1:05}{ending}").unlink()
    assert found(["out/*.bin"]) == [
        f"out/tokenize.json lists shards that are not there: {len(record.shards) - 1:05}"
    ]
    assert found(["out/00000.bin"]) == []
    told = json.loads((tmp_path / "out/tokenize.json").read_text())
    (tmp_path / "out/tokenize.json").write_text(json.dumps(told | {"complete": False}))
    assert found(["out/*.bin"]) == ["out/tokenize.json says that its run did not finish"]


def test_text_that_is_missing_is_named(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n{"content": "y"}\n')
    sources = find_text_files(["a.jsonl"], base=tmp_path)
    with pytest.raises(InputError, match=r"a\.jsonl, line 2: has no text under 'text'; set .corpus. column"):
        list(documents_of(sources, column="text"))
    (tmp_path / "b.jsonl").write_text('{"text": "x"')
    with pytest.raises(InputError, match=r"b\.jsonl, line 1: is not a JSON object"):
        list(documents_of(find_text_files(["b.jsonl"], base=tmp_path), column="text"))


def test_an_end_of_document_outside_the_vocabulary_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="end-of-document id 257"):
        tokenized(tmp_path, tmp_path / "out", Cutting("packed", 9, 257))


def test_the_fixture_made_by_datatrove_is_reproduced(tmp_path: Path):
    from indexer.tokenizers import load_tokenizer

    folder = FIXTURES / "jsonl_text"
    sources = find_text_files(["*.jsonl", "*.jsonl.zst"], base=folder)
    record = tokenize_documents(
        lambda start: documents_of(sources, column="text", start=start),
        load_tokenizer("tokenizer.json", base=folder),
        Cutting("packed", 1, 0),
        tmp_path / "out",
        sources=[],
    )
    assert record.n_documents == 120
    truth = np.load(folder / "truth_tokens_with_eod.npy")
    assert np.fromfile(tmp_path / "out" / "00000.bin", "<u2").tolist() == truth.tolist()
