"""Megatron's shuffled windows, blends of several corpora, and indexes that are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.config import CorpusConfig, OrderConfig
from indexer.corpus import open_corpus, open_order
from indexer.corpus.text.writers import write_megatron
from indexer.errors import ConfigError, InputError
from tests.support.rows_read_back import rows_of

RNG = np.random.default_rng(11)


def windows_by_walking(sequences, document, sample, shuffle, extra):
    """Section 2.3 of any description of the format, id by id."""
    windows = []
    for j in shuffle:
        (d, offset), (last, end) = sample[j], sample[j + 1]
        ids = []
        while d < last:
            ids += sequences[document[d]][offset:]
            d, offset = d + 1, 0
        ids += sequences[document[d]][offset : end + extra] if d < len(document) else []
        windows.append(ids)
    return windows


def write_windows(folder: Path, stem: str, sequences, length, epochs, extra, endings):
    document = np.concatenate([RNG.permutation(len(sequences)) for _ in range(epochs)]).astype(np.int32)
    flat = [(position, offset) for position, d in enumerate(document) for offset in range(len(sequences[d]))]
    n = (len(flat) - 1) // length if extra else len(flat) // length - 1
    sample = np.array([flat[i * length] for i in range(n + 1)], np.int32)
    shuffle = RNG.permutation(n).astype(np.uint32)
    for ending, array in zip(endings, (document, sample, shuffle), strict=True):
        np.save(folder / f"{stem}{ending}", array)
    return windows_by_walking(sequences, document.tolist(), sample.tolist(), shuffle.tolist(), extra)


NEOX = ("_doc_idx.npy", "_sample_idx.npy", "_shuffle_idx.npy")
CORE = ("-document_index.npy", "-sample_index.npy", "-shuffle_index.npy")


@pytest.mark.parametrize("extra", [1, 0])
@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("endings", [NEOX, CORE])
def test_windows_over_shuffled_documents(tmp_path: Path, extra, epochs, endings):
    sequences = [RNG.integers(0, 999, n).tolist() for n in (3, 40, 1, 9, 0, 25, 2)]
    write_megatron(tmp_path / "c", map(np.array, sequences), "i4")
    expected = write_windows(tmp_path, "maps", sequences, 6, epochs, extra, endings)
    for where in (".", "maps"):
        for block_ids in (1, 20, 1000):
            config = CorpusConfig(format="megatron", paths=["c"], windows=where, extra_token=bool(extra))
            reader = open_corpus(config, base=tmp_path, block_ids=block_ids)
            assert rows_of(reader) == expected
            assert reader.facts.label_overlap == bool(extra)
            assert reader.facts.sequence_length == 6 + extra


def test_windows_of_another_corpus_are_refused(tmp_path: Path):
    sequences = [RNG.integers(0, 999, n).tolist() for n in (30, 40)]
    write_windows(tmp_path, "maps", sequences, 6, 1, 1, NEOX)
    write_megatron(tmp_path / "c", [np.array(sequences[0])], "u2")
    with pytest.raises(InputError, match="the document index names 1 of 1 stored sequences"):
        open_corpus(CorpusConfig(format="megatron", paths=["c"], windows="maps"), base=tmp_path).shards()


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        (3, 0, -1, "the sample index names"),
        (3, 0, 9, "the sample index names 9 of 3 entries"),
        (3, 0, 0, "row 2: the sample index goes back from"),
        (3, 1, -(2**31), r"is asked for .* by the index arrays"),
        (3, 1, 2**31 - 1, "row 3: the sample index goes back from|is asked for"),
    ],
)
def test_a_sample_index_that_is_damaged_is_refused(tmp_path: Path, row, column, value, message):
    write_megatron(tmp_path / "c", map(np.arange, (15, 11, 10)), "u2")
    write_windows(tmp_path, "maps", [[0] * n for n in (15, 11, 10)], 6, 1, 1, NEOX)
    sample = np.load(tmp_path / "maps_sample_idx.npy")
    assert sample[row, 0] == 1
    sample[row, column] = value
    np.save(tmp_path / "maps_sample_idx.npy", sample)
    with pytest.raises(InputError, match=message):
        rows_of(open_corpus(CorpusConfig(format="megatron", paths=["c"], windows="maps"), base=tmp_path))


def test_a_window_that_reaches_into_the_next_document_is_refused(tmp_path: Path):
    """Two rows that are moved by as much leave windows as long as they were."""
    write_megatron(tmp_path / "c", map(np.arange, (15, 11, 10)), "u2")
    document, shuffle = np.arange(3, dtype=np.int32), np.arange(2, dtype=np.uint32)
    sample = np.array([[0, 5], [0, 11], [0, 17]], np.int32)
    for ending, array in zip(NEOX, (document, sample, shuffle), strict=True):
        np.save(tmp_path / f"maps{ending}", array)
    with pytest.raises(InputError, match=r"sample 1: is asked for ids 11 to 18 of document 0.*within its 15"):
        rows_of(open_corpus(CorpusConfig(format="megatron", paths=["c"], windows="maps"), base=tmp_path))


def test_a_blend_interleaves_the_samples_of_its_corpora(tmp_path: Path):
    expected = []
    for name in ("a", "b"):
        sequences = [RNG.integers(0, 999, n).tolist() for n in (30, 41, 7)]
        write_megatron(tmp_path / name, map(np.array, sequences), "u2")
        expected.append(write_windows(tmp_path, f"{name}_train_0_maps", sequences, 6, 1, 1, NEOX))
    which = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 1], np.int16)
    sample = np.array([sum(which[:i] == which[i]) for i in range(10)], np.int64)
    np.save(tmp_path / "x-BlendedDataset-train-dataset_index.npy", which)
    np.save(tmp_path / "x-BlendedDataset-train-dataset_sample_index.npy", sample)
    reader = open_corpus(CorpusConfig(format="megatron", paths=["a", "b"], windows="."), base=tmp_path)
    rows = rows_of(reader)
    assert rows == expected[0] + expected[1]
    order = open_order(OrderConfig(kind="megatron", path=".", batch_size=3), reader, base=tmp_path)
    assert order.stop_step == 3
    taken = [rows[i] for step in range(3) for i in order.sequences_at(step)]
    assert taken == [expected[w][s] for w, s in zip(which[:9], sample[:9], strict=True)]
    visits = order.visits(0, len(rows))
    by_steps = {i: step for step in range(3) for i in order.sequences_at(step).tolist()}
    for i in range(len(rows)):
        steps = visits.steps[visits.offsets[i] : visits.offsets[i + 1]].tolist()
        assert steps == ([by_steps[i]] if i in by_steps else [])
    sample[6] = 0
    np.save(tmp_path / "x-BlendedDataset-train-dataset_sample_index.npy", sample)
    with pytest.raises(InputError, match="entry 6: takes sample 0 of corpus 0; expected sample 3"):
        open_order(OrderConfig(kind="megatron", path=".", batch_size=3), reader, base=tmp_path)
    with pytest.raises(ConfigError, match="a blend of 2, whose interleaving is not known"):
        open_order(OrderConfig(kind="megatron", batch_size=3), reader, base=tmp_path)


@pytest.mark.parametrize("weights", [[0.25, 0.75], [3, 1], [1.0, 0.0]])
def test_a_blend_by_weights_takes_from_the_corpus_that_lags_most(tmp_path: Path, weights):
    for name in ("a", "b"):
        sequences = [RNG.integers(0, 999, n).tolist() for n in (60, 41, 7)]
        write_megatron(tmp_path / name, map(np.array, sequences), "u2")
        write_windows(tmp_path, f"{name}_train_0_maps", sequences, 6, 1, 1, NEOX)
    reader = open_corpus(CorpusConfig(format="megatron", paths=["a", "b"], windows="."), base=tmp_path)
    taken, expected = [0, 0], []
    shares = [weight / sum(weights) for weight in weights]
    for sample in range(12):
        errors = [share * max(sample, 1) - n for share, n in zip(shares, taken, strict=True)]
        corpus = errors.index(max(errors))
        expected.append(reader.shards()[corpus].first_sequence + taken[corpus])
        taken[corpus] += 1
    config = OrderConfig(kind="megatron", weights=weights, batch_size=4, stop_step=3)
    order = open_order(config, reader, base=tmp_path)
    assert [i for step in range(3) for i in order.sequences_at(step).tolist()] == expected
    with pytest.raises(InputError, match=r"asks for sample \d+ of [ab]\.bin, which has \d+"):
        open_order(
            OrderConfig(kind="megatron", weights=weights, batch_size=4, stop_step=30), reader, base=tmp_path
        )
    with pytest.raises(ConfigError, match="2 weights"):
        open_order(
            OrderConfig(kind="megatron", weights=[1.0], batch_size=4, stop_step=3), reader, base=tmp_path
        )


def test_index_refusals(tmp_path: Path):
    write_megatron(tmp_path / "a", [np.arange(9)], "u2")
    data = (tmp_path / "a.idx").read_bytes()
    for changed, message in (
        (b"x" + data[1:], "magic MMIDIDX is missing"),
        (data[:9] + b"\x02" + data[10:], "index of version 2"),
        (data[:17] + b"\x07" + data[18:], "a float dtype"),
        (data[:17] + b"\x63" + data[18:], "dtype code 99 is unknown"),
        (data[:-1], "expected 62 for 1 sequence"),
        (data + b"xx", "expected 62 for 1 sequence"),
        (data[:20], "ends inside its header"),
        (b"TNTIDX\x00\x00" + data[8:], 'format = "megatron-legacy"'),
    ):
        (tmp_path / "a.idx").write_bytes(changed)
        with pytest.raises(InputError, match=message):
            open_corpus(CorpusConfig(format="megatron", paths=["a"]), base=tmp_path)


def test_an_index_and_data_that_are_not_of_each_other(tmp_path: Path):
    write_megatron(tmp_path / "a", [np.arange(9), np.arange(5)], "u2")
    data, index = (tmp_path / "a.bin").read_bytes(), (tmp_path / "a.idx").read_bytes()
    pointer = 34 + 2 * 4 + 8
    for of_data, of_index, message in (
        (data + data, index, "holds 56 bytes; expected 28, where the last sequence of a.idx ends"),
        (b"\xef\xbb\xbf" + data, index, "holds 31 bytes; expected 28"),
        (data[:-2], index, "sequence 1: lies at bytes 18 to 28 of a.bin"),
        (
            data,
            index[:pointer] + bytes(8) + index[pointer + 8 :],
            "sequence 1: begins at byte 0 and shares ids",
        ),
    ):
        (tmp_path / "a.bin").write_bytes(of_data)
        (tmp_path / "a.idx").write_bytes(of_index)
        with pytest.raises(InputError, match=message):
            open_corpus(CorpusConfig(format="megatron", paths=["a"]), base=tmp_path).shards()


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ("_shuffle_idx.npy", "the shuffle index names 1 2 times, and others 1"),
        ("_doc_idx.npy", "the document index names [01] [35] times, and others [35]"),
    ],
)
def test_windows_whose_arrays_were_written_over(tmp_path: Path, ending: str, message: str):
    sequences = [RNG.integers(0, 999, n).tolist() for n in (30, 30)]
    write_megatron(tmp_path / "c", map(np.array, sequences), "u2")
    write_windows(tmp_path, "maps", sequences, 6, 4, 1, NEOX)
    array = np.load(tmp_path / f"maps{ending}")
    array[np.flatnonzero(array == 0)[0]] = 1
    np.save(tmp_path / f"maps{ending}", array)
    with pytest.raises(InputError, match=message):
        open_corpus(CorpusConfig(format="megatron", paths=["c"], windows="maps"), base=tmp_path).shards()


@pytest.mark.parametrize(
    ("stem", "description", "message"),
    [
        ("d_train_0_indexmap_9ns_6sl_1s", None, "not those of the training split of c"),
        ("c_valid_0_indexmap_9ns_6sl_1s", None, "not those of the training split of c"),
        ("c_train_0_indexmap_9ns_6sl_1s", None, None),
        ("x", '{"dataset_path": "/data/c", "index_split": "train"}', None),
        ("x", '{"dataset_path": "/data/c", "index_split": "valid"}', "not those of the training split of c"),
        ("x", '{"dataset_path": "/data/d", "index_split": "train"}', "not those of the training split of c"),
        ("x", '{"dataset_path": "/data/c", "num_sam', "x-description.txt: is no description of samples"),
        ("x", "[]", "x-description.txt: is no description of samples"),
    ],
)
def test_windows_say_of_what_they_are(
    tmp_path: Path, stem: str, description: str | None, message: str | None
):
    sequences = [RNG.integers(0, 999, n).tolist() for n in (30, 40)]
    write_megatron(tmp_path / "c", map(np.array, sequences), "u2")
    write_windows(tmp_path, stem, sequences, 6, 1, 1, NEOX)
    if description is not None:
        (tmp_path / f"{stem}-description.txt").write_text(description)
    config = CorpusConfig(format="megatron", paths=["c"], windows=".")
    if message is None:
        assert open_corpus(config, base=tmp_path).shards()
        return
    with pytest.raises((ConfigError, InputError), match=message):
        open_corpus(config, base=tmp_path)
    if description is None or description.endswith("}"):
        assert open_corpus(replace(config, windows=stem), base=tmp_path).shards()
