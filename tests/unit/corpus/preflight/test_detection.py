"""Formats are told by what files say; what they do not say is asked for; what looks wrong is named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig, load_config
from indexer.corpus import open_corpus
from indexer.corpus.preflight.plausible import likely_dtype
from indexer.corpus.preflight.sampling import check_sample
from indexer.corpus.presets import preset_names, preset_text, write_preset
from indexer.errors import ConfigError, InputError, StateError
from tests.support.fixture_cases import CASES, FIXTURES

EQUIVALENT = {"npy": "npy", "olmo": "headerless", "olmo-core": "headerless"}


@pytest.mark.parametrize("name", CASES)
def test_auto_finds_the_format_of_every_fixture(tmp_path, name):
    case = CASES[name]
    base = case.base(tmp_path)
    named = open_corpus(case.corpus_config(), base=base)
    found = open_corpus(case.corpus_config(format="auto"), base=base)
    assert found.facts.format == EQUIVALENT.get(named.facts.format, named.facts.format)
    assert [s.n_sequences for s in found.shards()] == [s.n_sequences for s in named.shards()]
    assert len(found.facts.seen) > 10


@pytest.mark.parametrize(
    ("folder", "paths", "message"),
    [
        ("llmc_bin", ["eval_hellaswag_val.bin"], "multiple-choice evaluation file"),
        ("jsonl_text", ["00.jsonl"], "holds raw text; turn it into token shards first: exposure tokenize"),
        ("jsonl_text", ["01.jsonl.zst"], "holds raw text"),
        (
            "npy_raw",
            ["tokens_raw.bin"],
            'only you know its dtype; it looks like <u2; set .corpus. dtype = "uint16"',
        ),
        ("npy_raw", ["tokens_raw_u32.bin"], "it looks like <u4"),
        ("npy_raw", ["tokens_raw_multi.bin.zst"], "it looks like <u2"),
        ("olmo_v1", ["data/part-0-00000.npy"], "it looks like <u2"),
        ("jsonl_text", ["."], "is a folder that tells no format"),
    ],
)
def test_what_is_not_told_is_asked_for(folder, paths, message):
    with pytest.raises((ConfigError, InputError), match=message):
        open_corpus(CorpusConfig(paths=paths), base=FIXTURES / folder)


IDS = np.concatenate([np.random.default_rng(1).zipf(1.3, 4000) % 50_000, np.arange(96)])


@pytest.mark.parametrize("written", ["uint16", "uint32", "int32", "int64", ">u2", ">u4"])
@pytest.mark.parametrize("read", ["uint16", "uint32", "int64", ">u2", ">u4"])
def test_a_wrong_dtype_is_refused_and_the_likely_one_named(tmp_path: Path, written, read):
    IDS.astype(written).tofile(tmp_path / "a.bin")
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype=read, sequence_length=64)
    same = np.array_equal(np.frombuffer(IDS.astype(written).tobytes(), read), IDS)
    if same:
        facts = check_sample(open_corpus(config, base=tmp_path), vocab_size=50_000)
        assert facts.n_ids and facts.largest_id < 50_000
        return
    with pytest.raises(InputError) as refused:
        check_sample(open_corpus(config, base=tmp_path), vocab_size=50_000)
    likely = "uint32" if written == "int32" else written
    assert likely in str(refused.value) or "does not fit 32 bits" in str(refused.value)


def test_likely_dtype_prefers_the_widest_that_fits():
    assert likely_dtype(IDS.astype("<u2").tobytes(), 50_000) == "uint16"
    assert likely_dtype(IDS.astype("<i8").tobytes(), None) == "int64"
    assert likely_dtype(IDS.astype(">u4").tobytes(), None) == ">u4"
    assert likely_dtype(b"", None) is None
    assert likely_dtype(bytes(4096), None) is None


def test_a_tokenizer_too_small_for_the_ids_is_named(tmp_path: Path):
    np.save(tmp_path / "a.npy", IDS.astype("<u2").reshape(-1, 64))
    reader = open_corpus(CorpusConfig(paths=["a.npy"]), base=tmp_path)
    with pytest.raises(
        InputError, match=r"a\.npy, sequence \d+, token \d+: id [\d,]+ lies beyond the vocabulary of 200"
    ):
        check_sample(reader, vocab_size=200)
    facts = check_sample(reader, vocab_size=50_000, end_of_document=1)
    assert facts.end_of_document_rate > 0.05


def test_packed_shards_are_looked_into(tmp_path: Path):
    lines = json.dumps({"tokens": [1, 2]}).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    assert open_corpus(CorpusConfig(paths=["a.jsonl.gz"]), base=tmp_path).facts.format == "jsonl"
    np.save(tmp_path / "b.npy", np.arange(6, dtype="<u2").reshape(2, 3))
    (tmp_path / "b.npy.zst").write_bytes(zstandard.compress((tmp_path / "b.npy").read_bytes()))
    reader = open_corpus(CorpusConfig(paths=["b.npy.zst"]), base=tmp_path)
    assert reader.facts.format == "npy" and "unpacked from zstd" in reader.facts.seen


@pytest.mark.parametrize("name", preset_names())
def test_presets_are_configurations_whose_numbers_carry_their_source(tmp_path: Path, name):
    write_preset(name, tmp_path / "exposure.toml")
    config = load_config(tmp_path / "exposure.toml")
    assert config.phrases.source == "nyu-mll/blimp"
    for line in preset_text(name).splitlines():
        key, equals, _ = line.partition(" = ")
        if equals and key.isidentifier() and key not in ("kind", "format", "paths", "path", "source"):
            assert "#" in line, f"{name}: {line}"
    with pytest.raises(StateError, match="exists already"):
        write_preset(name, tmp_path / "exposure.toml")


def test_the_presets_that_are_asked_for_exist():
    wanted = {
        "pythia",
        "pythia-deduped",
        "olmo-1b",
        "olmo-7b",
        "olmo-2",
        "amber",
        "c4-galore",
        "megatron",
        "huggingface",
    }
    assert wanted <= set(preset_names())
    assert "OPEN QUESTION" in preset_text("pythia-deduped")
    with pytest.raises(ConfigError, match="did you mean 'pythia'"):
        preset_text("pythai")


def test_a_folder_of_splits_asks_for_one(tmp_path: Path):
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}')
    with pytest.raises(ConfigError, match="holds several splits; name one"):
        open_corpus(CorpusConfig(paths=["."]), base=tmp_path)
