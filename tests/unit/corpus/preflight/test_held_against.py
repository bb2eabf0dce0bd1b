"""What files say of themselves is held against the configuration: refused, or told by `exposure check`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.config.load import config_from_tables
from indexer.corpus.preflight.findings import find_out
from indexer.corpus.text.writers import write_megatron
from indexer.errors import ConfigError, ExposureError, InputError
from indexer.preflight import preflight
from tests.support.fixture_cases import FIXTURES

CORE = FIXTURES / "megatron_core"


def opened(base: Path, corpus: dict, **order):
    (base / "phrases.txt").write_text("one\n")
    tables = {"phrases": {"source": "phrases.txt"}, "corpus": corpus, "order": {"batch_size": 4, **order}}
    return preflight(config_from_tables(tables, origin="test", base=base))


def warnings(base: Path, corpus: dict, **order) -> str:
    return "\n".join(find_out(opened(base, corpus, **order)).warnings)


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """Megatron-core's windows: 200 samples, of which the run asked for 176."""
    shutil.copytree(CORE, tmp_path / "run")
    return tmp_path / "run"


WINDOWS = dict(format="megatron", paths=["corpus_text_document"], windows="cache")


@pytest.mark.parametrize("kind", ["megatron", "sequential"])
def test_steps_end_where_the_description_of_the_windows_says(core, kind):
    fitted = opened(core, WINDOWS, kind=kind, batch_size=8).fitted
    assert fitted.order.stop_step == 22 == 176 // 8
    found = find_out(opened(core, WINDOWS, kind=kind, batch_size=8))
    assert found.facts["samples the run asked for"].startswith("176,")
    assert not any("samples" in line for line in found.warnings)
    # a run may have gone on: stop_step says so, and check tells it
    assert opened(core, WINDOWS, kind=kind, batch_size=8, stop_step=25).fitted.order.stop_step == 25
    assert "beyond the 176" in warnings(core, WINDOWS, kind=kind, batch_size=8, stop_step=25)
    assert "beyond" not in warnings(core, WINDOWS, kind=kind, batch_size=8, stop_step=22)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("num_samples", 201, "holds 200 samples; expected at least 201, as its description says"),
        ("sequence_length", 127, "describes windows of 127 ids; expected 128"),
    ],
)
def test_a_description_that_the_arrays_contradict_is_refused(core, key, value, message):
    (name,) = (core / "cache").glob("*description.txt")
    name.write_text(json.dumps({**json.loads(name.read_text()), key: value}))
    with pytest.raises(InputError, match=message):
        opened(core, WINDOWS, kind="megatron")


def test_windows_of_another_split_are_told_where_they_are_named(core):
    (name,) = (core / "cache").glob("*description.txt")
    name.write_text(json.dumps({**json.loads(name.read_text()), "index_split": "valid"}))
    named = {**WINDOWS, "windows": f"cache/{name.name.removesuffix('-description.txt')}"}
    assert "are those of the split 'valid'" in warnings(core, named, kind="megatron")
    with pytest.raises(ConfigError, match="not those of the training split"):
        opened(core, WINDOWS, kind="megatron")


def test_gpt_neox_tells_by_its_file_name(tmp_path):
    run = tmp_path / "run"
    shutil.copytree(FIXTURES / "gpt_neox", run)
    corpus = {**WINDOWS, "windows": "."}
    assert "asks for 176 samples, and the arrays hold 203" in warnings(run, corpus, kind="megatron")
    assert "asks for" not in warnings(run, corpus, kind="megatron", stop_step=44)
    for name in run.glob("*_idx.npy"):
        name.rename(run / name.name.replace("_128sl_", "_127sl_"))
    with pytest.raises(InputError, match="describes windows of 127 ids; expected 128"):
        opened(run, corpus, kind="megatron")


def rows(width: int, n: int = 40) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 900, (n, width))


def write_rows(form: str, folder: Path, width: int) -> dict:
    """Write rows of a width in a format that stores it; return the corpus."""
    table = rows(width)
    if form == "megatron":
        write_megatron(folder / "a", list(table), "u2")
        return dict(format="megatron", paths=["a"])
    if form == "parquet":
        pq.write_table(pa.table({"input_ids": table.tolist()}), folder / "a.parquet")
        return dict(format="parquet", paths=["a.parquet"])
    if form == "arrow":
        fixed = pa.FixedSizeListArray.from_arrays(pa.array(table.reshape(-1), pa.int32()), width)
        with pa.ipc.new_stream(folder / "a.arrow", pa.schema({"input_ids": fixed.type})) as writer:
            writer.write_table(pa.table({"input_ids": fixed}))
        return dict(format="arrow", paths=["a.arrow"])
    if form == "mds":
        shutil.copytree(FIXTURES / "mosaicml_mds" / "ndarray", folder / "mds")
        return dict(format="mds", paths=["mds"])
    if form == "litpkds":
        ids = table.reshape(-1).astype("<u2")
        head = b"LITPKDS" + np.uint64(1).tobytes() + b"\x08" + np.uint64(ids.size).tobytes()
        (folder / "a.bin").write_bytes(head + ids.tobytes())
        return dict(format="litpkds", paths=["a.bin"])
    table.astype("<u2").tofile(folder / "a.bin")
    return dict(format="headerless", paths=["a.bin"], dtype="uint16")


@pytest.mark.parametrize("form", ["megatron", "parquet", "arrow", "mds", "litpkds", "headerless"])
def test_a_sequence_length_that_is_not_the_stored_one_is_told_with_both_numbers(tmp_path, form):
    width = 129 if form == "mds" else 33
    corpus = write_rows(form, tmp_path, width)
    told = warnings(tmp_path, {**corpus, "sequence_length": width - 1})
    assert f"sequence_length = {width - 1}" in told and f"{width}" in told.replace(f"= {width - 1}", "")
    assert "sequence_length" not in warnings(tmp_path, {**corpus, "sequence_length": width})


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (
            dict(vocab_size=1000, end_of_document=1000),
            "end_of_document: 1000 is no id of the vocabulary of 1,000",
        ),
        (dict(vocab_size=1000, special_ids=[3, 2000]), "special_ids: 2000 is no id of"),
        (dict(special_ids=[-100]), "special_ids: -100 is no id of any dtype"),
        (dict(end_of_document=70_000), "end_of_document: 70000 is no id of <u2"),
    ],
)
def test_an_id_that_cannot_occur_is_refused(tmp_path, corpus, message):
    with pytest.raises(ConfigError, match=message):
        opened(tmp_path, {**write_rows("headerless", tmp_path, 33), "sequence_length": 33, **corpus})


def test_a_dtype_that_cannot_hold_the_vocabulary_is_told(tmp_path):
    corpus = {**write_rows("headerless", tmp_path, 33), "sequence_length": 33}
    assert "ids of uint16 end at 65,535" in warnings(tmp_path, {**corpus, "vocab_size": 100_278})
    assert "ids of uint16" not in warnings(tmp_path, {**corpus, "vocab_size": 65_536})


@pytest.mark.parametrize(
    ("folder", "corpus", "message"),
    [
        (
            "pythia_preshuffled",
            dict(format="pythia", paths=["."], dtype="uint32"),
            "uint16, as .*document.idx",
        ),
        ("mosaicml_mds", dict(format="mds", paths=["ndarray"], dtype="int64"), "int32, as its samples say"),
        ("npy_raw", dict(format="npy", paths=["tokens_2d.npy"], dtype="uint32"), "npy header that says <u2"),
        (
            "datatrove_nanotron",
            dict(format="datatrove", paths=["direct"], sequence_length=129, dtype="uint32"),
            "holds uint16; expected uint32",
        ),
    ],
)
def test_a_dtype_that_the_files_contradict_is_refused(tmp_path, folder, corpus, message):
    run = tmp_path / "run"
    shutil.copytree(FIXTURES / folder, run)
    with pytest.raises(ExposureError, match=message):
        opened(run, corpus)


# What can be refused in a second is refused before phrases are read.


@pytest.mark.parametrize(
    ("section", "changes", "message"),
    [
        ("corpus", dict(paths=["*"], format="auto"), "is text, not token ids"),
        ("corpus", dict(dtype="uint32"), "the ids look like uint16"),
        ("corpus", dict(mask_column="mask"), "mask_column = .* has no effect"),
        ("corpus", dict(paths=["b.bin"]), "b.bin: no such file"),
        ("order", dict(seed=1), "seed = 1 has no effect"),
        ("order", dict(stop_step=1000), "hold 10 steps"),
        ("order", dict(kind="indices", path="none.npy"), "none.npy: no such file"),
        ("order", dict(checkpoints="none.txt"), "is neither a grid nor a file"),
        ("phrases", dict(source="none.jsonl"), "none.jsonl: no such file or directory"),
        ("tokenizer", dict(path="none.json"), "none.json"),
    ],
)
def test_what_is_wrong_is_told_before_phrases_are_read(tmp_path, monkeypatch, section, changes, message):
    from indexer import planning

    def read_too_early(*_, **__):
        raise AssertionError("phrases were read first")

    monkeypatch.setattr(planning, "load_phrases", read_too_early)
    corpus = {**write_rows("headerless", tmp_path, 33), "sequence_length": 33}
    (tmp_path / "README.md").write_text("# Not shards\n\nSome lines of text, as they lie beside shards.\n")
    (tmp_path / "phrases.txt").write_text("one\n")
    tables = {"phrases": {"source": "phrases.txt"}, "corpus": corpus, "order": {"batch_size": 4}}
    tables[section] = {**tables.get(section, {}), **changes}
    config = config_from_tables(tables, origin="test", base=tmp_path)
    for ask in (preflight, planning.make_plan):
        with pytest.raises(ExposureError, match=message):
            ask(config)
