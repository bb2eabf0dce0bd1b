"""A key of [corpus] or [order] is declared by those it has an effect on, and refused elsewhere."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig, OrderConfig
from indexer.config.idle import limited_to
from indexer.config.option import default_of, is_required
from indexer.corpus import ORDERS, WITH_WINDOWS, corpus_keys, open_corpus, open_order, order_keys
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT
from indexer.corpus.presets import preset_names, preset_text
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import ConfigError, ExposureError
from indexer.tokenizers import load_tokenizer
from tests.support.fixture_cases import FIXTURES

SAMPLE = (FIXTURES.parents[1] / "indexer" / "sample" / "exposure.toml").read_text(encoding="utf-8")
PAGE = (FIXTURES.parents[1] / "docs" / "corpus-formats.md").read_text(encoding="utf-8")

# Another value of each key, and of those that are words a wrong one.
OTHERS: dict[str, list] = {
    "sequence_length": [100],
    "dtype": ["<u4", ">u2"],
    "column": ["no such column"],
    "packing": ["document"],
    "split": ["ndarray", "tensor", "cache", "arrow_int32"],
    "mask_column": ["no such column"],
    "windows": ["cache/nothing"],
    "extra_token": [False],
    "max_target_sequence_length": [256],
    "file_order_seed": [42],
    "max_shard_bytes": [1],
    "max_window_bytes": [1],
    "max_line_bytes": [1],
    "empty_documents": ["drop"],
    "lone_surrogates": ["skip"],
}
BASES: dict[str, list[tuple[str, dict]]] = {
    "arrow": [("hf_datasets", dict(paths=["arrow_int32"])), ("hf_datasets", dict(paths=["."]))],
    "parquet": [("parquet", dict(paths=["parquet_int32"])), ("parquet", dict(paths=["."]))],
    "datatrove": [("datatrove_nanotron", dict(paths=["direct"], sequence_length=129))],
    "headerless": [("npy_raw", dict(paths=["tokens_raw.bin.zst"], sequence_length=129, dtype="u2"))],
    "npy": [("npy_raw", dict(paths=["tokens_1d.npy.zst"], sequence_length=129))],
    "jsonl": [("packed", dict(paths=["train_1.jsonl.zst"]))],
    "levanter": [
        ("levanter_cache", dict(paths=["cache"], sequence_length=128)),
        ("levanter_cache", dict(paths=["."], sequence_length=128)),
    ],
    "litdata": [
        ("litdata_litgpt", dict(paths=["."], sequence_length=129)),
        ("packed_litdata", dict(paths=["."], sequence_length=129)),
    ],
    "litpkds": [("tinyllama_packed", dict(paths=["data/*.bin"], sequence_length=129))],
    "llmc": [("llmc_bin", dict(paths=["gpt2/*.bin"], sequence_length=65))],
    "mds": [
        ("mosaicml_mds", dict(paths=["bytes_int64"], dtype="int64")),
        ("mosaicml_mds", dict(paths=["."])),
    ],
    "megatron": [("packed", dict(paths=["corpus_text_document"]))],
    WITH_WINDOWS: [
        ("megatron_core", dict(format="megatron", paths=["corpus_text_document"], windows="cache")),
        ("packed_index", dict(format="megatron", paths=["corpus_text_document"], windows="cache")),
    ],
    "megatron-legacy": [("gpt_neox", dict(paths=["legacy_cached_document"]))],
    "olmo": [("packed", dict(paths=["part.npy"], dtype="uint16", sequence_length=128))],
    "olmo-core": [("packed", dict(paths=["part.npy"], dtype="uint16", sequence_length=128))],
    "pythia": [
        ("pythia_preshuffled", dict(paths=["document-*.bin"])),
        ("packed_pythia", dict(paths=["document-*.bin"])),
    ],
    "text": [
        ("jsonl_text", dict(paths=["01.jsonl.zst"], packing="packed", sequence_length=64)),
        ("packed", dict(paths=["empty.jsonl"], packing="document", sequence_length=64)),
        ("packed", dict(paths=["half.jsonl"], packing="document", sequence_length=64)),
    ],
}


def packed(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(zstandard.compress(source.read_bytes()))


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    """Folders of the real writers' files, and of some packed with Zstandard."""
    made = tmp_path_factory.mktemp("made")
    megatron, plain = FIXTURES / "megatron_core", "corpus_text_document"
    (made / "packed").mkdir(exist_ok=True)
    shutil.copy(FIXTURES / "jsonl_text" / "tokenizer.json", made / "packed")
    (made / "packed" / "empty.jsonl").write_text('{"text": ""}\n{"text": "a"}\n')
    (made / "packed" / "half.jsonl").write_text('{"text": "\\ud83d"}\n{"text": "a"}\n')
    packed(FIXTURES / "amber_jsonl" / "train_1.jsonl", made / "packed" / "train_1.jsonl.zst")
    packed(FIXTURES / "olmo_v1" / "data" / "part-0-00000.npy", made / "packed" / "part.npy")
    packed(megatron / f"{plain}.bin", made / "packed" / f"{plain}.bin")
    shutil.copy(megatron / f"{plain}.idx", made / "packed")
    shutil.copytree(megatron, made / "packed_index")
    packed(megatron / f"{plain}.idx", made / "packed_index" / f"{plain}.idx")
    shutil.copytree(FIXTURES / "pythia_preshuffled", made / "packed_pythia")
    packed(FIXTURES / "pythia_preshuffled" / "document.idx", made / "packed_pythia" / "document.idx")
    litdata = made / "packed_litdata"
    for source in (FIXTURES / "litdata_litgpt" / "tensor").glob("*.bin"):
        packed(source, litdata / f"{source.stem}.zstd.bin")
    index = (FIXTURES / "litdata_litgpt" / "tensor" / "index.json").read_text(encoding="utf-8")
    index = index.replace('.bin"', '.zstd.bin"').replace('"compression": null', '"compression": "zstd"')
    (litdata / "index.json").write_text(index, encoding="utf-8")
    shutil.copytree(FIXTURES / "hf_datasets" / "parquet_int32", made / "parquet" / "parquet_int32")
    return lambda name: made / name if (made / name).is_dir() else FIXTURES / name


def corpus_outcome(config: CorpusConfig, folder: Path) -> str:
    """Everything a corpus gives, or why it is refused."""
    try:
        text = config.format == "text"
        tokenizer = load_tokenizer("tokenizer.json", base=folder) if text else None
        reader = open_corpus(config, base=folder, tokenizer=tokenizer)
        rows = [
            block.ids[start:stop].tolist()
            for shard in reader.shards()
            for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences)
            for start, stop in zip(block.starts.tolist(), block.stops.tolist(), strict=True)
        ]
    except ExposureError as error:
        return error.line()
    return f"{reader.facts} {[shard.name for shard in reader.shards()]} {rows}"


USED = [(name, key) for name, keys in corpus_keys().items() for key in sorted(keys) if name != "hub"]


@pytest.mark.parametrize(("name", "key"), [use for use in USED if use[1] not in OF_ANY_FORMAT], ids=str)
def test_a_key_that_is_declared_changes_what_is_read(folder_of, name, key):
    for folder, base in BASES[name]:
        config = {"format": name, **base}
        plain = corpus_outcome(CorpusConfig(**config), folder_of(folder))
        for other in OTHERS[key]:
            if corpus_outcome(CorpusConfig(**{**config, key: other}), folder_of(folder)) != plain:
                return
    raise AssertionError(f"{name} declares {key}, which changes nothing")


@pytest.mark.parametrize("name", BASES)
def test_a_key_that_is_not_declared_is_refused(folder_of, name):
    keys = corpus_keys()
    folder, base = BASES[name][0]
    for key in OTHERS.keys() - keys[name]:
        if name == "megatron" and key == "windows":
            continue  # it makes another format of it
        config = CorpusConfig(**{"format": name, **base, key: OTHERS[key][0]})
        with pytest.raises(
            ConfigError, match=rf"\[corpus\] {key} = .* has no effect on format '{name}'"
        ) as no:
            open_corpus(config, base=folder_of(folder))
        users = [other for other in keys if key in keys[other]]
        assert all(user in no.value.expected for user in users)
        # and so is one that a user gave with the value it has anyhow
        plain = CorpusConfig(**{"format": name, **base})
        given = {"format", "paths", *base, key}
        with pytest.raises(ConfigError, match=f"{key} = .* has no effect"):
            open_corpus(plain, base=folder_of(folder), given=given)


def test_every_key_of_a_corpus_is_used_by_some_format():
    assert {one.name for one in fields(CorpusConfig)} == set().union(*corpus_keys().values())
    assert {one.name for one in fields(OrderConfig)} == set().union(*order_keys().values())


def test_a_key_that_is_read_without_being_declared_is_a_bug():
    config = limited_to(CorpusConfig(paths=["a"], dtype="uint16"), {"paths"})
    assert config.paths == ["a"] and isinstance(config, CorpusConfig)
    with pytest.raises(AttributeError, match=r"CorpusConfig.dtype is read, but not declared"):
        _ = config.dtype


# Orders.

ORDER_OTHERS: dict[str, list] = {
    "batch_size": [5],
    "batch_tokens": [12],
    "start_step": [1],
    "stop_step": [1],
    "epochs": [2],
    "drop_last": [False],
    "path": ["other.npy", "other.csv", "nothing"],
    "dtype": ["uint16"],
    "seed": [7],
    "allow_short": [True],
    "allow_repeats": [True],
    "weights": [[2.0, 1.0]],
    "ranks": [2],
    "read_at_once": [1],
}
ORDER_BASES: dict[str, list[dict]] = {
    "indices": [
        dict(path="order.npy", batch_size=4),
        dict(path="order.npy"),
        dict(path="short.npy", batch_size=2),
        dict(path="twice.npy", batch_size=2),
    ],
    "litpkds": [dict(batch_size=4, read_at_once=2, seed=1)],
    "megatron": [dict(batch_size=3, stop_step=3, weights=[1.0, 1.0]), dict(batch_size=3, path=".")],
    "nanotron": [dict(batch_size=4)],
    "olmo": [
        dict(path="order.npy", batch_size=4),
        dict(path="order.npy"),
        dict(path="short.npy", batch_size=2),
        dict(path="twice.npy", batch_size=2),
        dict(batch_size=4),
    ],
    "olmo-core": [
        dict(path="order.npy", batch_size=4),
        dict(path="order.npy"),
        dict(path="short.npy", batch_size=2),
        dict(path="twice.npy", batch_size=2),
        dict(batch_size=4),
    ],
    "per-shard": [dict()],
    "sequential": [dict(batch_size=4)],
    "table": [dict(path="order.csv"), dict(path="short.csv"), dict(path="twice.csv")],
    "unknown": [dict()],
    "within-shards": [dict(batch_size=4)],
}
N_SEQUENCES = 14


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    np.arange(N_SEQUENCES, dtype="<u4")[::-1].tofile(tmp_path / "order.npy")
    np.roll(np.arange(N_SEQUENCES, dtype="<u4"), 3).tofile(tmp_path / "other.npy")
    np.arange(6, dtype="<u4").tofile(tmp_path / "short.npy")
    np.tile(np.arange(N_SEQUENCES, dtype="<u4"), 2).tofile(tmp_path / "twice.npy")
    rows = "".join(f"{number},{number}\n" for number in range(N_SEQUENCES))
    (tmp_path / "order.csv").write_text(f"sequence,step\n{rows}")
    (tmp_path / "short.csv").write_text("sequence,step\n0,0\n1,1\n2,2\n")
    (tmp_path / "twice.csv").write_text(f"sequence,step\n{rows}0,0\n")
    (tmp_path / "other.csv").write_text("sequence,step\n1,0\n1,1\n2,3\n")
    np.save(tmp_path / "x-dataset_index.npy", np.arange(N_SEQUENCES, dtype=np.int16) % 2)
    np.save(tmp_path / "x-dataset_sample_index.npy", np.arange(N_SEQUENCES, dtype=np.int64) // 2)
    return tmp_path


def two_shards(kind: str):
    shards = tuple(
        Shard(n, f"{n}/s", "", 0, None, n * N_SEQUENCES // 2, N_SEQUENCES // 2, 4) for n in range(2)
    )
    details = {"windows": [{"name": "a"}, {"name": "b"}]} if kind == "megatron" else {}
    return SimpleNamespace(shards=lambda: shards, facts=CorpusFacts("any", "<u2", 2, details=details))


def order_outcome(config: OrderConfig, base: Path) -> str:
    try:
        order = open_order(config, two_shards(config.kind), base=base)
    except ExposureError as error:
        return error.line()
    visits = order.visits(0, N_SEQUENCES)
    steps = [order.sequences_at(step).tolist() for step in range(order.stop_step)]
    return f"{order.start_step} {order.stop_step} {visits.offsets.tolist()} {visits.steps.tolist()} {steps}"


ORDER_USES = [(kind, key) for kind, keys in order_keys().items() for key in sorted(keys & {*ORDER_OTHERS})]


@pytest.mark.parametrize(("kind", "key"), ORDER_USES, ids=str)
def test_a_key_that_an_order_declares_changes_the_steps(orders, kind, key):
    for base in ORDER_BASES[kind]:
        plain = order_outcome(OrderConfig(kind=kind, **base), orders)
        for other in ORDER_OTHERS[key]:
            if order_outcome(OrderConfig(**{"kind": kind, **base, key: other}), orders) != plain:
                return
    raise AssertionError(f"{kind} declares {key}, which changes nothing")


@pytest.mark.parametrize("kind", ORDERS)
def test_a_key_that_an_order_does_not_declare_is_refused(orders, kind):
    keys = order_keys()
    for key in {*ORDER_OTHERS, "checkpoints"} - keys[kind]:
        other = ORDER_OTHERS.get(key, ["pythia"])[0]
        config = OrderConfig(**{"kind": kind, **ORDER_BASES[kind][0], key: other})
        with pytest.raises(ConfigError, match=rf"\[order\] {key} = .* has no effect on kind '{kind}'"):
            open_order(config, two_shards(kind), base=orders)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            dict(path="a.parquet"),
            r"path = .* has no effect on kind 'sequential'; .* set .order. kind = .table.$",
        ),
        (dict(path=["a/global_indices.npy"]), r"has no effect on .* set .order. kind = .olmo.$"),
        (dict(kind="olmo", path="order.npy", seed=1, batch_size=4), "seed = 1 has no effect where path"),
        (dict(kind="olmo", seed=1, dtype="uint16", batch_size=4), "dtype = .* has no effect where seed"),
        (dict(kind="olmo", seed=1, allow_short=True, batch_size=4), "allow_short = .* has no effect where"),
        (
            dict(kind="olmo", seed=1, batch_size=4, batch_tokens=8),
            "batch_size = 4 stands beside batch_tokens",
        ),
        (dict(kind="megatron", path=".", weights=[1.0, 1.0], batch_size=4), "weights have no effect"),
        (dict(kind="indices", path="rows.npy", batch_size=4), "rows of 7 sequences.*expected 4, as .order."),
        (dict(kind="indices", path="rows.npy", dtype="uint32"), "header that says int64; expected uint32"),
    ],
)
def test_of_two_keys_that_exclude_each_other_none_is_ignored(orders, config, message):
    np.save(orders / "rows.npy", np.arange(N_SEQUENCES, dtype=np.int64).reshape(2, 7))
    with pytest.raises(ConfigError, match=message):
        open_order(OrderConfig(**config), two_shards(config.get("kind", "")), base=orders)


# The page.


def spelled_rows(keys: dict[str, frozenset[str]], everywhere: frozenset[str]) -> list[str]:
    rows = []
    for key in (one.name for one in fields(CorpusConfig if "mds" in keys else OrderConfig)):
        users = [f"`{user}`" for user in sorted(keys) if key in keys[user]]
        others = [f"`{user}`" for user in sorted(keys) if key not in keys[user]]
        shown = f"all{' but ' if others else ''}{', '.join(others)}" if len(others) < 3 else ", ".join(users)
        if key not in everywhere:
            rows.append(f"| `{key}` | {shown} |")
    return rows


def test_the_page_says_which_keys_have_an_effect_where():
    for rows in (
        spelled_rows(corpus_keys(), OF_ANY_FORMAT),
        spelled_rows(order_keys(), frozenset({"kind"})),
    ):
        assert "\n".join(rows) in PAGE


def test_defaults_are_no_keys_that_were_given():
    plain = CorpusConfig(paths=["a"])
    for one in fields(CorpusConfig):
        assert is_required(one) or getattr(plain, one.name) == default_of(one)


@pytest.mark.parametrize("text", [*map(preset_text, preset_names()), SAMPLE], ids=[*preset_names(), "sample"])
def test_configurations_that_come_along_hold_no_key_without_effect(text):
    tables = tomllib.loads(text)
    corpus, order = tables["corpus"], tables["order"]
    formats = corpus_keys()
    named = WITH_WINDOWS if "windows" in corpus else corpus["format"]
    assert corpus.keys() <= formats["hub" if named == "auto" else named]
    assert order.keys() <= order_keys()[order.get("kind", "sequential")]
