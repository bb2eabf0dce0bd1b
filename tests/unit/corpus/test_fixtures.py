"""Files of the real writers: true ids, the batches of the real loaders, every occurrence of given phrases."""

from __future__ import annotations

import json

import numpy as np
import pytest

from indexer.config import CorpusConfig, OrderConfig
from indexer.corpus import open_corpus, open_order
from tests.support.fixture_cases import CASES, FIXTURES


def sequences_of(reader) -> list[np.ndarray]:
    found = []
    for shard in reader.shards():
        assert shard.first_sequence == len(found)
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            assert block.first_sequence == len(found)
            found += [np.array(block.ids[a:b]) for a, b in zip(block.starts, block.stops, strict=True)]
        assert len(found) == shard.first_sequence + shard.n_sequences
    assert sum(map(len, found)) == sum(shard.n_tokens for shard in reader.shards())
    return found


@pytest.fixture(scope="module")
def case(request, tmp_path_factory):
    case = CASES[request.param]
    return case, case.base(tmp_path_factory.mktemp("without"))


@pytest.mark.parametrize("case", [name for name in CASES if CASES[name].steps], indirect=True)
@pytest.mark.parametrize("block_ids", [1, 1000, 1 << 22])
def test_the_rows_of_every_step_are_those_of_the_loader(case, block_ids):
    case, folder = case
    reader = open_corpus(case.corpus_config(), base=folder, block_ids=block_ids)
    order = open_order(case.order_config(), reader, base=folder)
    sequences = sequences_of(reader)
    steps = np.load(folder / case.steps)
    assert (order.start_step, order.stop_step) == (0, len(steps))
    for step, rows in enumerate(steps):
        assert [sequences[i].tolist() for i in order.sequences_at(step)] == rows.tolist(), step


@pytest.mark.parametrize("case", [name for name in CASES if CASES[name].expected], indirect=True)
def test_every_occurrence_is_that_of_the_fixture(case):
    case, folder = case
    reader = open_corpus(case.corpus_config(), base=folder)
    order = open_order(case.order_config(), reader, base=folder)
    sequences = sequences_of(reader)
    visits = order.visits(0, len(sequences))
    rows = {}
    for step in range(order.stop_step):
        for row, sequence in enumerate(order.sequences_at(step).tolist()):
            rows[step, sequence] = row
    for entry in json.loads((folder / case.expected).read_text())["phrases"]:
        phrase = entry["phrase"]
        found = []
        for number, ids in enumerate(sequences):
            at = [i for i in range(len(ids) - len(phrase) + 1) if ids[i : i + len(phrase)].tolist() == phrase]
            for step in (
                visits.steps[visits.offsets[number] : visits.offsets[number + 1]].tolist() if at else []
            ):
                found += [[step, rows[step, number], offset] for offset in at]
        assert sorted(found) == entry["occurrences_step_row_offset"], phrase
        assert len(found) == entry["count"]


@pytest.mark.parametrize(
    ("folder", "paths", "truth", "changes"),
    [
        ("megatron_core", ["corpus_text_document"], "truth_flat.npy", dict(format="megatron")),
        ("gpt_neox", ["corpus_text_document"], "truth_flat.npy", dict(format="megatron")),
        ("gpt_neox", ["legacy_cached_document"], "legacy_truth_flat.npy", dict(format="megatron-legacy")),
        ("litdata_litgpt", ["tensor"], "truth_flat.npy", dict(format="litdata", sequence_length=1)),
        ("litdata_litgpt", ["numpy_u16"], "truth_flat.npy", dict(format="litdata", sequence_length=1)),
        ("levanter_cache", ["cache"], "truth_flat.npy", dict(format="levanter", sequence_length=1)),
        ("llmc_bin", ["llama3/*"], "truth_llama3_000001.npy", dict(format="llmc", sequence_length=2)),
        ("mosaicml_mds", ["ndarray"], "truth_sequences.npy", dict(format="mds")),
        ("mosaicml_mds", ["bytes_int64"], "truth_sequences.npy", dict(format="mds", dtype="int64")),
        ("hf_datasets", ["arrow_int32"], "truth_sequences.npy", dict(format="arrow")),
        ("hf_datasets", ["parquet_int32"], "truth_sequences.npy", dict(format="parquet")),
        ("amber_jsonl", ["train_0.jsonl"], "truth_sequences.npy", dict(format="jsonl")),
        ("amber_jsonl", ["train_1.jsonl"], "truth_train_1.npy", dict(format="jsonl")),
        ("tinyllama_packed", ["data/*"], "truth_flat.npy", dict(format="litpkds", sequence_length=1)),
        (
            "olmo_v1",
            ["data/part*.npy"],
            "truth_instances.npy",
            dict(format="olmo", dtype="u2", sequence_length=128),
        ),
        (
            "olmo_core",
            ["data/part*.npy"],
            "truth_instances.npy",
            dict(format="olmo-core", dtype="u2", sequence_length=128),
        ),
    ],
)
def test_the_ids_on_disk_are_the_true_ones(folder, paths, truth, changes):
    base = FIXTURES / folder
    sequences = sequences_of(open_corpus(CorpusConfig(paths=paths, **changes), base=base))
    if folder == "llmc_bin":
        sequences = [*sequences[:1], *(row[1:] for row in sequences[1:])]
    expected = np.load(base / truth)
    got = np.concatenate(sequences)
    if folder == "tinyllama_packed":  # the tail that filled no chunk was thrown away by the writer
        expected = expected[: 15 * 2064]
        got = got[: len(expected)]
        assert len(got) == 15 * 2064
    assert got.tolist() == expected.reshape(-1).tolist()


def test_stored_megatron_sequences_have_the_true_lengths():
    base = FIXTURES / "megatron_core"
    reader = open_corpus(CorpusConfig(paths=["corpus_text_document.idx"], format="megatron"), base=base)
    assert [len(s) for s in sequences_of(reader)] == np.load(base / "truth_sequence_lengths.npy").tolist()


@pytest.mark.parametrize(
    ("folder", "paths", "steps", "changes"),
    [
        ("mosaicml_mds", ["ndarray"], "loader_steps_shuffled_epoch0.npy", dict(format="mds")),
        (
            "litdata_litgpt",
            ["tensor"],
            "loader_steps_shuffled_epoch1.npy",
            dict(format="litdata", sequence_length=129),
        ),
    ],
)
@pytest.mark.parametrize("shape", ["flat", "batches", "padded"])
def test_a_shuffled_loader_is_followed_by_its_recorded_order(tmp_path, folder, paths, steps, changes, shape):
    base = FIXTURES / folder
    reader = open_corpus(CorpusConfig(paths=paths, **changes), base=base)
    sequences = sequences_of(reader)
    number = {row.astype(np.int64).tobytes(): i for i, row in enumerate(sequences)}
    truth = np.load(base / steps)
    recorded = np.array([[number[row.astype(np.int64).tobytes()] for row in batch] for batch in truth])
    config = dict(kind="indices", path=str(tmp_path / "order.npy"))
    if shape == "flat":
        np.save(tmp_path / "order.npy", recorded.reshape(-1).astype(np.int32))
        config["batch_size"] = 8
    elif shape == "batches":
        np.save(tmp_path / "order.npy", recorded)
    else:
        np.hstack([recorded, np.full((len(recorded), 2), -1)]).astype("<u4").tofile(tmp_path / "order.npy")
        config["batch_size"] = 10
    order = open_order(OrderConfig(**config), reader, base=base)
    assert order.stop_step == len(truth)
    for step, rows in enumerate(truth):
        assert [sequences[i].tolist() for i in order.sequences_at(step)] == rows.tolist()
    visits = order.visits(0, len(sequences))
    for i in range(len(sequences)):
        steps_of = np.flatnonzero((recorded == i).any(axis=1)).tolist()
        assert visits.steps[visits.offsets[i] : visits.offsets[i + 1]].tolist() == steps_of
