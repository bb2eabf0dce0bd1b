"""Documents of no ids, of null, and of half a surrogate pair: what becomes of each, and that it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from indexer.config import load_config
from indexer.config.corpus import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.preflight.corpus_notes import corpus_notes
from indexer.corpus.text.cutting import Cutting
from indexer.corpus.text.documents import documents_of, find_text_files
from indexer.corpus.text.tokenizing import tokenize_documents
from indexer.errors import InputError, ResourceError, StateError
from indexer.planning import make_plan
from indexer.tokenizers import Tokenizer, load_tokenizer
from tests.support.rows_read_back import rows_of

END = 0
TEXTS = ["", "a goose", "", "   ", "a hen", ""]
HALF = "a goose \ud83d here"


@pytest.fixture(scope="module")
def tokenizer(sample: Path) -> Tokenizer:
    return load_tokenizer("tokenizer.json", base=sample)


def write(path: Path, texts: list[str | None]) -> None:
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def read(base: Path, tokenizer: Tokenizer, **keys: object) -> tuple[list[list[int]], list[str]]:
    config = CorpusConfig(format="text", **{"paths": ["a.jsonl"], "end_of_document": END, **keys})
    reader = open_corpus(config, base=base, tokenizer=tokenizer)
    rows = rows_of(reader)
    (shard,) = reader.shards()

    def between(start: int, stop: int) -> list[list[int]]:
        return [
            block.ids[first:last].tolist()
            for block in reader.blocks(shard, start, stop)
            for first, last in zip(block.starts, block.stops, strict=True)
        ]

    for start in range(len(rows)):
        assert between(start, len(rows)) == rows[start:]
        assert between(start, start + 1) == rows[start : start + 1]
    return rows, corpus_notes(reader.facts, reader.shards())


@pytest.mark.parametrize("empty", ["keep", "drop"])
@pytest.mark.parametrize("packing", ["document", "packed"])
def test_empty_documents(tmp_path: Path, tokenizer: Tokenizer, packing: str, empty: str) -> None:
    write(tmp_path / "a.jsonl", TEXTS)
    documents = [[*tokenizer.encode_batch([text])[0], END] for text in TEXTS if text or empty == "keep"]
    if packing == "packed":
        stream = [one for ids in documents for one in ids]
        documents = [stream[at : at + 3] for at in range(0, len(stream) - 2, 3)]
    length = 3 if packing == "packed" else 100
    rows, notes = read(tmp_path, tokenizer, packing=packing, sequence_length=length, empty_documents=empty)
    assert rows == documents
    assert notes == [f"3 empty documents were {'dropped' if empty == 'drop' else 'kept'}"]
    out = tmp_path / "out"
    files = find_text_files(["a.jsonl"], base=tmp_path)
    cutting = Cutting(packing, length, END, empty_documents=empty)

    def tokenize(cutting: Cutting) -> None:
        tokenize_documents(
            lambda start: documents_of(files, column="text", start=start), tokenizer, cutting, out, sources=[]
        )

    tokenize(cutting)
    assert rows_of(open_corpus(CorpusConfig(paths=[str(out / "*.idx")]), base=tmp_path)) == rows
    other = "keep" if empty == "drop" else "drop"
    with pytest.raises(StateError, match="was begun with empty_documents"):
        tokenize(Cutting(packing, length, END, empty_documents=other))


@pytest.mark.parametrize("packing", ["document", "packed"])
def test_halves_of_surrogate_pairs(tmp_path: Path, tokenizer: Tokenizer, packing: str) -> None:
    keys = {"packing": packing, "sequence_length": 100 if packing == "document" else 2}
    write(tmp_path / "a.jsonl", ["a hen", HALF, "a goose \U0001f600"])
    with pytest.raises(InputError, match=r"line 2, 'text': holds half a surrogate pair, character 8.*skip"):
        read(tmp_path, tokenizer, **keys)
    skipped, notes = read(tmp_path, tokenizer, lone_surrogates="skip", **keys)
    assert notes == ["1 documents with half a surrogate pair were skipped"]
    replaced, notes = read(tmp_path, tokenizer, lone_surrogates="replace", **keys)
    assert notes == ["1 documents with half a surrogate pair were read with U+FFFD"]
    write(tmp_path / "a.jsonl", ["a hen", "a goose \U0001f600"])
    assert skipped == read(tmp_path, tokenizer, **keys)[0]
    write(tmp_path / "a.jsonl", ["a hen", "a goose \ufffd here", "a goose \U0001f600"])
    assert replaced == read(tmp_path, tokenizer, **keys)[0]


def test_what_was_skipped_stands_in_the_plan(tmp_path: Path, sample: Path) -> None:
    write(tmp_path / "a.jsonl", ["a hen", HALF, ""])
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "p.txt").write_text("a hen\n")
    (tmp_path / "e.toml").write_text(
        f'[phrases]\nsource = "p.txt"\n[tokenizer]\npath = "{sample}/tokenizer.json"\n'
        '[corpus]\npaths = ["a.jsonl", "empty.jsonl"]\npacking = "document"\nsequence_length = 9\n'
        'lone_surrogates = "skip"\n[order]\nbatch_size = 1\n'
    )
    plan, _ = make_plan(load_config(tmp_path / "e.toml"))
    assert set(plan.notes) >= {
        "1 of 2 shards holds no sequence: empty.jsonl (0 bytes)",
        "1 documents with half a surrogate pair were skipped",
        "1 empty documents were kept",
    }


def test_null_is_called_null(tmp_path: Path, tokenizer: Tokenizer) -> None:
    keys = {"packing": "document", "sequence_length": 9}
    write(tmp_path / "a.jsonl", ["a hen", None])
    with pytest.raises(InputError, match=r"a\.jsonl, line 2: is null under 'text'"):
        read(tmp_path, tokenizer, **keys)
    (tmp_path / "a.jsonl").write_text('{"text": "a hen"}\n{"body": "a goose"}\n')
    with pytest.raises(InputError, match=r"line 2: has no text under 'text'.*its keys are body"):
        read(tmp_path, tokenizer, **keys)


def test_arrays_and_arrow_are_text_too(tmp_path: Path, tokenizer: Tokenizer) -> None:
    keys = {"packing": "document", "sequence_length": 99}
    texts = ["a hen", "a\u2028goose"]
    write(tmp_path / "a.jsonl", texts)
    wanted, _ = read(tmp_path, tokenizer, **keys)
    (tmp_path / "a.json").write_text(json.dumps([{"text": text} for text in texts], indent=1))
    table = pa.table({"text": texts})
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "state.json").write_text('{"_data_files": [{"filename": "d.arrow"}]}')
    with pa.OSFile(str(folder / "d.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    for path in ("a.json", "saved", "saved/d.arrow"):
        for kind in ("text", "auto"):
            config = CorpusConfig(format=kind, paths=[path], end_of_document=END, **keys)
            assert rows_of(open_corpus(config, base=tmp_path, tokenizer=tokenizer)) == wanted


def test_a_long_line_is_refused_by_the_key_that_takes_it(tmp_path: Path, tokenizer: Tokenizer) -> None:
    keys = {"packing": "document", "sequence_length": 9}
    write(tmp_path / "a.jsonl", ["a hen", "a" * 300])
    with pytest.raises(ResourceError, match=r"line 2: holds more than 200 bytes; raise \[corpus\] max_l"):
        read(tmp_path, tokenizer, max_line_bytes=200, **keys)


def test_what_is_cut_off_long_documents_is_told(tmp_path: Path, tokenizer: Tokenizer) -> None:
    write(tmp_path / "a.jsonl", ["a goose", "a hen, a goose and a hen"])
    n_ids = [len(ids) + 1 for ids in tokenizer.encode_batch(["a goose", "a hen, a goose and a hen"])]
    n_cut = sum(max(0, n - 3) for n in n_ids)
    rows, notes = read(tmp_path, tokenizer, packing="document", sequence_length=3)
    assert [len(row) for row in rows] == [min(n, 3) for n in n_ids] and n_cut
    told = f"{n_cut} ids behind the first 3 of longer documents were cut off: no sequence holds them"
    assert told in notes
