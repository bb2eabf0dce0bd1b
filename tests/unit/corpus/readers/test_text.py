"""Raw text read as a corpus gives the sequences, and the index, of `exposure tokenize` and its shards."""

from __future__ import annotations

import bz2
import gzip
import json
import pickle
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.config import ItemsConfig, PhrasesConfig, load_config
from indexer.config.corpus import CorpusConfig
from indexer.config.load import config_from_tables
from indexer.config.tokenizer import TokenizerConfig
from indexer.corpus import open_corpus
from indexer.corpus.preflight.findings import find_out
from indexer.corpus.text.cutting import Cutting
from indexer.corpus.text.documents import documents_of, find_text_files
from indexer.corpus.text.tokenizing import tokenize_documents
from indexer.errors import ConfigError, InputError, StateError
from indexer.form_check import check_forms
from indexer.index_dir import IndexDir
from indexer.planning import make_plan
from indexer.preflight import preflight
from indexer.scanning.context import Place, read_contexts
from indexer.scanning.task import ScanTask
from indexer.tokenizers import Tokenizer, load_tokenizer


def write_lines(path: Path, texts, pack=lambda data: data, key="text"):
    lines = [json.dumps({"id": i, key: text}, ensure_ascii=bool(i % 2)) for i, text in enumerate(texts)]
    path.write_bytes(pack("\n".join(lines).encode()))


@pytest.fixture(scope="module")
def tokenizer_file(tmp_path_factory) -> Path:
    """A tokenizer.json whose ids are those of bytes, and of a few words."""
    import tokenizers

    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=270, special_tokens=["<|end|>"], initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(["one two three one two"] * 20, trainer)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    bpe.save(str(path))
    return path


@pytest.fixture(scope="module")
def tokenizer(tokenizer_file) -> Tokenizer:
    return load_tokenizer(str(tokenizer_file), base=Path())


def rows_of(reader, start=0, stop=1 << 60):
    rows = []
    for shard in reader.shards():
        low = max(start, shard.first_sequence)
        high = min(stop, shard.first_sequence + shard.n_sequences)
        if low < high:
            for block in reader.blocks(shard, low, high):
                assert (
                    block.first_sequence == low + (len(rows) - (low - max(start, 0))) if not start else True
                )
                rows += [block.ids[a:b].tolist() for a, b in zip(block.starts, block.stops, strict=True)]
    return rows


DOCUMENTS = st.lists(st.text("one tw\nä\U0001f600", max_size=40), max_size=12)


@given(
    files=st.lists(DOCUMENTS, min_size=1, max_size=5),
    length=st.integers(1, 30),
    end=st.sampled_from([None, 0]),
    mode=st.sampled_from(["document", "packed"]),
    block_ids=st.sampled_from([1, 20, 1 << 20]),
    data=st.data(),
)
def test_sequences_are_those_of_the_shards_that_tokenize_writes(
    tmp_path_factory, tokenizer, files, length, end, mode, block_ids, data
):
    folder = tmp_path_factory.mktemp("text")
    for number, texts in enumerate(files):
        write_lines(folder / f"{number}.jsonl", texts)
    sources = find_text_files(["*.jsonl"], base=folder)
    record = tokenize_documents(
        lambda start: documents_of(sources, column="text", start=start),
        tokenizer,
        Cutting(mode, length, end, 37),
        folder / "out",
        sources=[],
    )
    expected = rows_of(open_corpus(CorpusConfig(paths=["*.idx"], format="megatron"), base=folder / "out"))
    config = CorpusConfig(
        paths=["*.jsonl"],
        format="text",
        packing=mode,
        sequence_length=length,
        end_of_document=end,
    )
    reader = open_corpus(config, base=folder, tokenizer=tokenizer, block_ids=block_ids)
    shards = reader.shards()
    assert sum(shard.n_tokens for shard in shards) == sum(map(len, expected))
    assert sum(shard.n_dropped_tokens for shard in shards) == record.n_dropped_tokens
    worker = open_corpus(config, base=folder, tokenizer=tokenizer, shards=shards, block_ids=block_ids)
    assert rows_of(worker) == expected
    start = data.draw(st.integers(0, len(expected)))
    stop = data.draw(st.integers(start, len(expected)))
    assert rows_of(worker, start, stop) == expected[start:stop]


QUESTIONS = {
    "exposures": "SELECT * EXCLUDE (first_shard) FROM exposures ORDER BY phrase_id",
    "exposure_bins": "SELECT * FROM exposure_bins ORDER BY ALL",
    "places": "SELECT * EXCLUDE (shard) FROM places ORDER BY ALL",
    "checkpoints": "SELECT * FROM checkpoints ORDER BY ALL",
}


def tables_of(index: Path) -> dict:
    with duckdb.connect(str(IndexDir(index).database_file), read_only=True) as connection:
        return {name: connection.execute(sql).fetchall() for name, sql in QUESTIONS.items()}


@pytest.fixture(scope="module")
def texts(sample) -> list[str]:
    """The corpus of the sample as text, a document a sequence."""
    config = load_config(sample / "exposure.toml")
    tokenizer = load_tokenizer("tokenizer.json", base=sample)
    rows = rows_of(open_corpus(config.corpus, base=sample))
    return [tokenizer.decode([i for i in row if i != 0]) for row in rows]


@pytest.mark.parametrize(("mode", "length"), [("document", 24), ("packed", 61)])
@pytest.mark.parametrize("unit", ["text", "tokens"])
def test_an_index_of_text_is_the_index_of_its_shards(tmp_path: Path, sample, texts, mode, length, unit):
    quarter = len(texts) // 4
    parts = [texts[:quarter], texts[quarter : 2 * quarter], texts[2 * quarter : 3 * quarter]]
    write_lines(tmp_path / "a.jsonl", parts[0])
    write_lines(tmp_path / "b.jsonl.gz", parts[1], gzip.compress)
    write_lines(tmp_path / "c.jsonl.zst", parts[2], zstandard.compress)
    pq.write_table(pa.table({"text": texts[3 * quarter :]}), tmp_path / "d.parquet")
    sources = find_text_files(["."], base=tmp_path)
    assert len(sources) == 4
    tokenize_documents(
        lambda start: documents_of(sources, column="text", start=start),
        load_tokenizer("tokenizer.json", base=sample),
        Cutting(mode, length, 0, 50_000),
        tmp_path / "shards",
        sources=[],
    )
    both = []
    for name, corpus in {
        "shards": {"format": "megatron", "paths": [f"{tmp_path}/shards/*.idx"], "end_of_document": 0},
        "text": {"packing": mode, "sequence_length": length, "paths": [str(tmp_path)], "end_of_document": 0},
    }.items():
        tables = {
            "phrases": {"source": str(sample / "blimp")},
            "tokenizer": {"path": "tokenizer.json"},
            "corpus": corpus,
            "order": {"kind": "sequential", "batch_size": 7, "checkpoints": 10},
            "match": {"unit": unit},
        }
        config = config_from_tables(tables, origin="test", base=sample)
        build_index(config, tmp_path / f"index-{name}", n_workers=2 if name == "text" else 1)
        both.append(tables_of(tmp_path / f"index-{name}"))
    assert both[0] == both[1]
    assert sum(row[1] for row in both[0]["exposures"]) > 500


def text_config(**changes) -> CorpusConfig:
    known = CorpusConfig(paths=["a.jsonl"], packing="packed", sequence_length=5, end_of_document=0)
    return replace(known, **changes)


@pytest.mark.parametrize(
    ("name", "pack", "message"),
    [
        ("a.jsonl", lambda data: data + b"\n{}", r"a\.jsonl, line 41: has no text under 'text'"),
        ("a.jsonl", lambda data: data + b'\n{"text": 7}', r"a\.jsonl, line 41: has no text under 'text'"),
        ("a.jsonl", lambda data: data[:-3], r"a\.jsonl, line 40: is not a JSON object"),
        ("a.jsonl", lambda data: data + b'\n{"text": "\xff"}', r"a\.jsonl, line 41: is not UTF-8"),
        (
            "a.jsonl",
            lambda data: data + b'\n{"text": "ab\\ud800"}',
            r"a\.jsonl, line 41, 'text': holds half a surrogate pair, character 2",
        ),
        (
            "a.jsonl.gz",
            lambda data: gzip.compress(data)[:-9],
            r"a\.jsonl\.gz, member 0, byte 0: is truncated",
        ),
        (
            "a.jsonl.zst",
            lambda data: zstandard.compress(data)[:-1],
            r"a\.jsonl\.zst, frame 0, byte 0: is trunc",
        ),
        ("a.jsonl.bz2", lambda data: bz2.compress(data)[:-1], r"a\.jsonl\.bz2, stream 0, byte 0: is trunc"),
    ],
)
@pytest.mark.parametrize("packing", ["document", "packed"])
def test_damaged_text_is_refused_with_its_place(tmp_path: Path, tokenizer, name, pack, message, packing):
    write_lines(tmp_path / name, ["one two"] * 40, pack)
    config = text_config(paths=[name], packing=packing, format="text")
    with pytest.raises(InputError, match=message):
        open_corpus(config, base=tmp_path, tokenizer=tokenizer).shards()


@pytest.mark.parametrize("packing", ["document", "packed"])
@pytest.mark.parametrize("texts", [["one"] * 39, ["one"] * 50])
def test_text_that_changed_since_it_was_counted_is_refused(tmp_path: Path, tokenizer, packing, texts):
    write_lines(tmp_path / "a.jsonl", ["one"] * 40)
    config = text_config(packing=packing, sequence_length=2)
    shards = open_corpus(config, base=tmp_path, tokenizer=tokenizer).shards()
    write_lines(tmp_path / "a.jsonl", texts)
    reader = open_corpus(config, base=tmp_path, tokenizer=tokenizer, shards=shards)
    with pytest.raises(
        StateError, match=r"a\.jsonl: gives \d+ sequences now; expected 40; plan the index anew"
    ):
        rows_of(reader)


def test_what_text_needs_is_asked_for(tmp_path: Path, tokenizer):
    write_lines(tmp_path / "a.jsonl", ["one"])
    write_lines(tmp_path / "b.jsonl", [[1, 2]], key="tokens")
    for changes, error, message in (
        ({"packing": None, "format": "text"}, ConfigError, 'set .corpus. packing = "packed" or "document"'),
        ({"packing": None}, ConfigError, "holds raw text; turn it into token shards first"),
        ({"sequence_length": None}, ConfigError, "set .corpus. sequence_length"),
        ({"end_of_document": 270}, ConfigError, "end-of-document id 270 is not in the vocabulary"),
        (
            {"format": "jsonl"},
            ConfigError,
            "packing = .* has no effect on format 'jsonl'; expected packing with text",
        ),
        (
            {"paths": ["b.jsonl"]},
            ConfigError,
            r"packing = .* has no effect on format 'jsonl' \(b.jsonl begins with",
        ),
        ({"paths": []}, InputError, "no shards are named"),
        ({"paths": [], "format": "text"}, InputError, "no files of text are named"),
    ):
        with pytest.raises(error, match=message):
            open_corpus(text_config(**changes), base=tmp_path, tokenizer=tokenizer)


@pytest.mark.parametrize("named", ["text", "auto"])
def test_text_without_a_tokenizer_is_one_clear_line(tmp_path: Path, tokenizer_file, named):
    write_lines(tmp_path / "a.jsonl", ["one"])
    with pytest.raises(
        ConfigError, match=r"^.corpus. format: raw text needs a tokenizer; set .tokenizer. path$"
    ):
        open_corpus(text_config(format=named), base=tmp_path)
    config = config_of(tmp_path, tokenizer_file, format=named)
    (tmp_path / "phrases.jsonl").write_text('{"id": 0, "token_ids": [1, 2]}\n')
    without = replace(
        config,
        tokenizer=TokenizerConfig(),
        phrases=replace(config.phrases, source="phrases.jsonl", text=None),
        match=replace(config.match, unit="tokens"),
    )
    for ask in (make_plan, preflight):
        with pytest.raises(ConfigError, match="raw text needs a tokenizer"):
            ask(without)


def test_a_corpus_of_ids_needs_no_tokenizer_and_is_the_same_with_one(tmp_path: Path, tokenizer):
    write_lines(tmp_path / "b.jsonl", [[1, 2], [300, 4]], key="tokens")
    config = CorpusConfig(paths=["b.jsonl"])
    rows = rows_of(open_corpus(config, base=tmp_path, tokenizer=tokenizer))
    assert rows == rows_of(open_corpus(config, base=tmp_path)) == [[1, 2], [300, 4]]


def test_auto_says_what_it_saw(tmp_path: Path, tokenizer):
    write_lines(tmp_path / "a.jsonl", ["one two " * 9] * 3, key="content")
    reader = open_corpus(text_config(column="content"), base=tmp_path, tokenizer=tokenizer)
    assert reader.facts.format == "text"
    assert reader.facts.seen == "a.jsonl begins with a JSON line with text under 'content', to be tokenized"
    pq.write_table(pa.table({"text": ["one"]}), tmp_path / "b.parquet")
    seen = open_corpus(text_config(paths=["b.parquet"]), base=tmp_path, tokenizer=tokenizer).facts.seen
    assert seen == "b.parquet begins with PAR1, and its text is to be tokenized"
    seen = open_corpus(
        text_config(paths=["."], column="content"), base=tmp_path, tokenizer=tokenizer
    ).facts.seen
    assert seen == ". holds 2 files of text to be tokenized"


def config_of(tmp_path: Path, path: Path, **corpus):
    (tmp_path / "phrases.csv").write_text("id,text\n0,one two\n1,three\n")
    (tmp_path / "tokenizer.json").write_bytes(path.read_bytes())
    keys = {"paths": ["a.jsonl"], "packing": "packed", "sequence_length": 5, "end_of_document": 0}
    tables = {
        "phrases": {"source": "phrases.csv", "text": "text", "id": "id"},
        "tokenizer": {"path": "tokenizer.json"},
        "corpus": {**keys, **corpus},
        "order": {"kind": "sequential", "batch_size": 2},
    }
    return config_from_tables(tables, origin="test", base=tmp_path)


def test_check_tells_that_text_is_tokenized_at_every_scan(tmp_path: Path, tokenizer_file):
    write_lines(tmp_path / "a.jsonl", ["one two three"] * 40)
    found = find_out(preflight(config_of(tmp_path, tokenizer_file)))
    assert any("exposure tokenize" in warning for warning in found.warnings)
    assert not any("packed shards" in line for line in found.unverified)
    assert found.facts["format"] == "text" and found.facts["ids that its text gives back"] == "100%"


def test_forms_are_tried_on_text(tmp_path: Path, tokenizer_file, monkeypatch):
    write_lines(tmp_path / "a.jsonl", ["one two three"] * 40)
    config = config_of(tmp_path, tokenizer_file)
    training = preflight(config)
    tried = check_forms(training)
    assert tried.found is not None and not tried.reports and training.tokenizer is not None
    (shard,) = training.reader.shards()
    texts = [
        training.tokenizer.decode(block.ids[start:stop].tolist())
        for block in training.reader.blocks(shard, 0, shard.n_sequences)
        for start, stop in zip(block.starts, block.stops, strict=True)
    ]
    n_places = sum(text.count("one two") + text.count("three") for text in texts)
    assert (tried.found.n_phrases, tried.found.n_found, tried.found.n_places) == (2, 2, n_places)
    monkeypatch.setattr("indexer.form_check.MOST_PHRASES", 1)
    drawn = check_forms(training).found
    assert drawn is not None and next(drawn.lines()).startswith(
        "1 of 1 phrase, drawn of 2, stands in a sample"
    )
    as_ids = check_forms(preflight(replace(config, match=replace(config.match, unit="tokens"))))
    assert as_ids.found is None
    assert (as_ids.reports["phrases"].n_phrases, as_ids.reports["phrases"].n_found) == (2, 2)


def test_forms_of_items_are_tried_too(tmp_path: Path, tokenizer_file):
    write_lines(tmp_path / "a.jsonl", ["one two three"] * 40)
    (tmp_path / "words.csv").write_text("id,word\n1,three\n2,four\n")
    words = ItemsConfig(source="words.csv", roles={"word": "word"})
    config = replace(config_of(tmp_path, tokenizer_file), items=(words,), phrases=PhrasesConfig(source=""))
    found = check_forms(preflight(config)).found
    assert found is not None and (found.n_phrases, found.n_found) == (2, 1)


def test_an_index_reads_its_text_with_the_tokenizer_it_froze(tmp_path: Path, tokenizer_file):
    write_lines(tmp_path / "a.jsonl", ["one two three"] * 40)
    write_lines(tmp_path / "b.jsonl", ["three two one two"] * 40)
    config = config_of(
        tmp_path,
        tokenizer_file,
        paths=["*.jsonl"],
        packing="document",
        sequence_length=50,
        end_of_document=None,
    )
    index = IndexDir(tmp_path / "index")
    plan = plan_index(config, index.root)
    configured = tmp_path / "tokenizer.json"
    configured.write_text(configured.read_text() + "\n")
    assert make_plan(config)[0].differences(plan) == ["tokenizer"]
    configured.unlink()
    scanned = {done.range_number: done.n_tokens for done in scan_shards(index.root, n_workers=2)}
    merge_index(index.root)
    assert [row[1] for row in tables_of(index.root)["exposures"]] == [80, 80]
    afresh = pickle.loads(pickle.dumps(ScanTask(index, plan)))
    before = [index.partial_file(number).read_bytes() for number in scanned]
    assert [afresh(number) for number in scanned] == list(scanned.values())
    assert [index.partial_file(number).read_bytes() for number in scanned] == before
    context = read_contexts(index, [Place(1, 40, 1, 1)], 20)[0]
    assert context.before + context.occurrence + context.after == "three two one two"


def test_a_scan_with_another_tokenizer_than_the_frozen_one_is_refused(tmp_path: Path, tokenizer_file):
    write_lines(tmp_path / "a.jsonl", ["one two three"] * 40)
    plan_index(config_of(tmp_path, tokenizer_file), tmp_path / "index")
    frozen = IndexDir(tmp_path / "index").tokenizer_file
    whole = frozen.read_text()
    for text, message in (
        (whole + "\n", "is damaged: it is not the file that was planned"),
        (whole[:-9], "is damaged"),
        (None, "is gone|is missing|no such file"),
    ):
        frozen.unlink() if text is None else frozen.write_text(text)
        with pytest.raises(StateError, match=rf"plan/tokenizer\.json: ({message})"):
            list(scan_shards(tmp_path / "index", n_workers=1))


def test_the_keys_of_the_corpus_hold_no_tokenizer(tmp_path: Path, tokenizer_file):
    for key in ("tokenizer", "tokenizer_hash"):
        with pytest.raises(ConfigError, match=rf"unknown key in .corpus.: '{key}'"):
            config_of(tmp_path, tokenizer_file, **{key: "tokenizer.json"})
