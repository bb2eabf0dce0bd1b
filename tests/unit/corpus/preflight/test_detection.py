"""Formats are told by what files say; what they do not say is asked for; what looks wrong is named."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig, load_config
from indexer.corpus import open_corpus
from indexer.corpus.preflight.plausible import likely_dtype
from indexer.corpus.preflight.sampling import check_sample
from indexer.corpus.presets import preset_names, preset_text, write_preset
from indexer.corpus.text.writers import write_megatron
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


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["README.md", "data/a.parquet", "data/b.parquet"], "x/data/*.parquet"),
        (["meta.pkl", "prepare.py", "train.bin", "val/val.bin"], "x/*.bin"),
        (["a.jsonl.zst", "b.jsonl.zst", "old.npy"], "x/*.jsonl.zst"),
        ([".hidden.npy", "README.md"], "x/*.bin"),
    ],
)
def test_a_folder_of_no_format_is_told_the_pattern_of_its_shards(tmp_path, names, pattern):
    for name in names:
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / name).touch()
    with pytest.raises(ConfigError) as caught:
        open_corpus(CorpusConfig(paths=["x"]), base=tmp_path)
    assert f'paths = ["{pattern}"]' in str(caught.value)


@pytest.mark.parametrize("first", [0x017B, 0x7B20, 0x007B])
def test_ids_that_begin_with_the_byte_of_a_brace_are_no_json(tmp_path, first):
    np.array([first, *range(300, 500)], "<u2").tofile(tmp_path / "train.bin")
    config = CorpusConfig(paths=["train.bin"], dtype="uint16", sequence_length=8)
    assert open_corpus(config, base=tmp_path).facts.format == "headerless"


IDS = np.concatenate([np.random.default_rng(1).zipf(1.3, 4000) % 50_000, np.arange(96)])


LARGE_IDS = np.concatenate([np.random.default_rng(2).zipf(1.2, 6000) % 100_278, np.arange(100_182, 100_278)])
DTYPES = ["uint16", "uint32", "int64", ">u2", ">u4"]


@pytest.mark.parametrize("vocab_size", [None, 50_000, 100_278])
@pytest.mark.parametrize("written", [*DTYPES, "int32"])
@pytest.mark.parametrize("read", [*DTYPES, "uint8"])
def test_a_wrong_dtype_is_refused_and_the_likely_one_named(tmp_path: Path, written, read, vocab_size):
    large = vocab_size != 50_000 and np.dtype(written).itemsize > 2
    ids = LARGE_IDS if large else IDS
    ids.astype(written).tofile(tmp_path / "a.bin")
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype=read, sequence_length=64)
    same = np.array_equal(np.frombuffer(ids.astype(written).tobytes(), read), ids)
    if same:
        facts = check_sample(open_corpus(config, base=tmp_path), vocab_size=vocab_size)
        assert facts.n_ids and facts.largest_id < 100_278
        return
    with pytest.raises(InputError) as refused:
        check_sample(open_corpus(config, base=tmp_path), vocab_size=vocab_size)
    likely = "uint32" if written == "int32" else written
    assert f"the ids look like {likely}" in refused.value.fix


def test_a_dtype_that_names_its_byte_order_is_taken_on_purpose(tmp_path: Path):
    IDS.astype("uint32").tofile(tmp_path / "a.bin")
    for given, refused in (("uint16", True), ("<u2", False)):
        config = CorpusConfig(paths=["a.bin"], format="headerless", dtype=given, sequence_length=64)
        reader = open_corpus(config, base=tmp_path)
        if refused:
            with pytest.raises(InputError, match=r'only one in 2.*spell .corpus. dtype = "<u2"'):
                check_sample(reader, given_dtype=given)
        else:
            facts = check_sample(reader, given_dtype=given)
            assert (
                facts.zero_rate > 0.4
                and facts.other_dtype == "a.bin: only one in 2 ids is not 0 under uint16"
            )
    IDS.astype("uint16").tofile(tmp_path / "a.bin")
    assert check_sample(open_corpus(config, base=tmp_path), given_dtype="<u2").other_dtype is None


@pytest.mark.parametrize(
    ("written", "read"), [(">i8", ">u2"), (">i8", ">u4"), (">u4", ">u2"), ("<i8", ">u2")]
)
def test_a_tokenizer_tells_the_byte_order_and_not_the_width(tmp_path: Path, written, read):
    """Between zeros that end documents there is too little text to tell anything."""
    IDS.astype(written).tofile(tmp_path / "a.bin")
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype=read, sequence_length=64)
    with pytest.raises(InputError) as refused:
        check_sample(open_corpus(config, base=tmp_path), given_dtype=read, has_tokenizer=True)
    assert f"the ids look like {'int64' if written == '<i8' else written}" in refused.value.fix


def test_text_that_repeats_itself_is_no_wider_dtype(tmp_path: Path):
    (np.arange(4000) % 4 * 259 + 1).astype("uint16").tofile(tmp_path / "a.bin")
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype="uint16", sequence_length=64)
    assert check_sample(open_corpus(config, base=tmp_path), vocab_size=50_000).n_ids


README = "# A corpus\n\nThese shards hold the ids of *so many* documents, as a trainer saw them.\n"


@pytest.mark.parametrize(
    ("others", "config"),
    [
        (["a.bin"], dict(format="auto")),
        (["a.bin"], dict(format="auto", dtype="uint16", sequence_length=4)),
        (["a.bin"], dict(format="headerless", dtype="uint16", sequence_length=4)),
        (["a.npy"], dict(format="olmo", dtype="uint16", sequence_length=4)),
        (["a.npy"], dict(format="npy", sequence_length=4)),
        (["a.bin"], dict(format="llmc", sequence_length=4)),
        (["a.bin"], dict(format="litpkds", sequence_length=4)),
        (["a.bin"], dict(format="megatron")),
        (["a.bin"], dict(format="megatron-legacy")),
    ],
)
@pytest.mark.parametrize("name", ["README.md", "zz-notes", "hashes.txt.gz"])
def test_text_among_the_shards_is_told_to_be_text(tmp_path: Path, others, config, name):
    folder = tmp_path / "shards"
    folder.mkdir()
    text = README.encode()
    (folder / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    for other in others:
        values = np.arange(4000, dtype="<u2")
        if config["format"].startswith("megatron"):
            write_megatron(folder / "a", [values], "u2")
        elif config["format"] == "npy":
            np.save(folder / other, values)
        elif config["format"] == "llmc":
            head = np.zeros(256, "<i4")
            head[:3] = 20240520, 1, 4000
            (folder / other).write_bytes(head.tobytes() + values.tobytes())
        elif config["format"] == "litpkds":
            head = b"LITPKDS" + np.uint64(1).tobytes() + b"\x08" + np.uint64(4000).tobytes()
            (folder / other).write_bytes(head + values.tobytes())
        else:
            values.tofile(folder / other)
    if name.endswith(".gz") and config["format"] in ("llmc", "litpkds", "megatron", "megatron-legacy"):
        return  # they are never packed, and say so
    if name != "README.md" and config == dict(format="auto"):
        return  # the first file is looked at, and has no header
    with pytest.raises(InputError, match="is text, not token ids; name the shards") as refused:
        open_corpus(CorpusConfig(paths=["shards/*"], **config), base=tmp_path).shards()
    assert refused.value.path == f"shards/{name}"
    ending = others[0][-4:]
    assert f'paths = ["shards/*{ending}"]' in refused.value.fix
    if config["format"] == "megatron-legacy":
        return  # the shards are not of it
    good = dict(config) if "dtype" in config or config["format"] != "auto" else None
    if good is not None:
        assert open_corpus(CorpusConfig(paths=[f"shards/*{ending}"], **good), base=tmp_path).shards()


def test_olmo_core_is_told_by_its_key(tmp_path: Path):
    np.arange(1000, dtype="<u2").tofile(tmp_path / "a.npy")
    config = dict(paths=["a.npy"], dtype="uint16", sequence_length=8, max_target_sequence_length=24)
    auto = open_corpus(CorpusConfig(**config), base=tmp_path)
    named = open_corpus(CorpusConfig(format="olmo-core", **config), base=tmp_path)
    assert auto.facts.format == "olmo-core" and auto.shards() == named.shards()


@pytest.mark.parametrize(
    ("source", "config"),
    [
        ("mosaicml_mds/ndarray", dict(format="mds")),
        ("litdata_litgpt/tensor", dict(format="litdata", sequence_length=129)),
        ("levanter_cache/cache", dict(format="levanter", sequence_length=128)),
        ("hf_datasets/arrow_int32", dict(format="arrow")),
    ],
)
def test_a_root_of_splits_names_them_and_split_chooses(tmp_path: Path, source, config):
    root = tmp_path / "root"
    for split in ("train", "val"):
        shutil.copytree(FIXTURES / source, root / split)
    if config["format"] == "arrow":
        (root / "dataset_dict.json").write_text('{"splits": ["train", "val"]}')
    auto = {**config, "format": "auto"}
    wanted = open_corpus(CorpusConfig(paths=["root/train"], **config), base=tmp_path).shards()
    for one in (config, auto):
        with pytest.raises(ConfigError, match=r"train, val below it do; set .corpus. split = .train."):
            open_corpus(CorpusConfig(paths=["root"], **one), base=tmp_path)
        found = open_corpus(CorpusConfig(paths=["root"], split="train", **one), base=tmp_path).shards()
        assert found == wanted
        with pytest.raises(ConfigError, match="expected train or val"):
            open_corpus(CorpusConfig(paths=["root"], split="test", **one), base=tmp_path)


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
    assert config.sources() == {"contamination": ["quiz.jsonl"], "word-list": ["words.csv"]}.get(
        name, ["nyu-mll/blimp"]
    )
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
        "contamination",
        "word-list",
    }
    assert wanted <= set(preset_names())
    assert "OPEN QUESTION" in preset_text("pythia-deduped")
    with pytest.raises(ConfigError, match="did you mean 'pythia'"):
        preset_text("pythai")


@pytest.mark.parametrize("vocab_size", [None, 100_278])
@pytest.mark.parametrize("written", ["uint32", "int64", ">u4"])
def test_upper_halves_that_are_often_one_are_told(tmp_path: Path, written, vocab_size):
    np.random.default_rng(4).integers(0, 100_278, 6400).astype(written).tofile(tmp_path / "a.bin")
    read = ">u2" if written.startswith(">") else "uint16"
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype=read, sequence_length=64)
    with pytest.raises(InputError, match=f"the ids look like {written}: set .corpus. dtype"):
        check_sample(open_corpus(config, base=tmp_path), vocab_size=vocab_size, given_dtype="uint16")
