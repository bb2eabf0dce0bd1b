"""Variants of formats that the fixtures do not hold, written byte by byte or by the format's own library."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from indexer.config import CorpusConfig, OrderConfig
from indexer.corpus import open_corpus, open_order
from indexer.corpus.text.writers import write_megatron
from indexer.errors import ConfigError, InputError

RNG = np.random.default_rng(11)
ROWS = RNG.integers(0, 60_000, (30, 17)).astype("<i4")


def rows_of(reader, counted=False):
    rows = []
    for shard in reader.shards():
        for b in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            assert b.first_sequence == len(rows)
            for low, high in zip(b.starts, b.stops, strict=True):
                ids = b.ids[low:high]
                rows.append(ids[b.counted[low:high]].tolist() if counted else ids.tolist())
    assert sum(s.n_sequences for s in reader.shards()) == len(rows)
    return rows


def middle_of(reader, start, stop):
    """Sequences of a range that begins and ends inside shards."""
    rows = []
    for s in reader.shards():
        low, high = max(start, s.first_sequence), min(stop, s.first_sequence + s.n_sequences)
        if low < high:
            for b in reader.blocks(s, low, high):
                rows += [b.ids[x:y].tolist() for x, y in zip(b.starts, b.stops, strict=True)]
    return rows


def check(tmp_path: Path, rows, **config):
    for block_ids in (1, 50, 1 << 20):
        reader = open_corpus(CorpusConfig(**config), base=tmp_path, block_ids=block_ids)
        assert rows_of(reader) == [list(map(int, row)) for row in rows]
        assert middle_of(reader, 7, 23) == [list(map(int, row)) for row in rows[7:23]]
    return reader


# --- MosaicML


def snappy_of(data):
    import snappy

    return snappy.compress(data)


def brotli_of(data):
    import brotli

    return brotli.compress(data)


ALGORITHMS = {
    None: ("", lambda data: data),
    "zstd:7": (".zstd", lambda data: zstandard.ZstdCompressor(level=7).compress(data)),
    "gz": (".gz", gzip.compress),
    "bz2:9": (".bz2", bz2.compress),
    "br": (".br", brotli_of),
    "snappy": (".snappy", snappy_of),
}


def write_mds(folder: Path, rows, encoding: str, algorithm, *, source: bool = False):
    suffix, pack = ALGORITHMS[algorithm]
    folder.mkdir(exist_ok=True)
    columns = [("source", "str", None), ("tokens", encoding, None), ("weight", "float32", 4)]
    columns = columns if source else columns[1:2]
    shards = []
    for number, part in enumerate((rows[:13], rows[13:])):
        samples = []
        for row in part:
            dims = [len(row)]
            if encoding == "bytes":
                value = row.astype("<i8").tobytes()
            elif encoding.count(":") == 2:
                value = row.astype(encoding.split(":")[1]).tobytes()
            else:
                head = b"" if ":" in encoding else bytes([33])
                value = (
                    head
                    + bytes([len(dims) << 2 | 0])
                    + np.array(dims, "u1").tobytes()
                    + row.astype("<i4").tobytes()
                )
            values = {"source": b"web" * (len(samples) % 3), "tokens": value, "weight": b"\0\0\0\0"}
            sizes = [len(values[name]) for name, _, size in columns if size is None]
            samples.append(
                np.array(sizes, "<u4").tobytes() + b"".join(values[name] for name, _, _ in columns)
            )
        config = json.dumps({"columns": 1}).encode()
        begin = 4 + 4 * (len(samples) + 1) + len(config)
        offsets = begin + np.concatenate([[0], np.cumsum([len(s) for s in samples])])
        raw = np.uint32(len(samples)).tobytes() + offsets.astype("<u4").tobytes() + config + b"".join(samples)
        name = f"shard.{number:05}.mds"
        packed = pack(raw)
        (folder / f"{name}{suffix}").write_bytes(packed)
        shards.append(
            {
                "format": "mds",
                "version": 2,
                "column_names": [name for name, _, _ in columns],
                "column_encodings": [kind for _, kind, _ in columns],
                "column_sizes": [size for _, _, size in columns],
                "compression": algorithm,
                "samples": len(samples),
                "raw_data": {"basename": name, "bytes": len(raw), "hashes": {}},
                "zip_data": {"basename": name + suffix, "bytes": len(packed), "hashes": {}}
                if algorithm
                else None,
            }
        )
    (folder / "index.json").write_text(json.dumps({"version": 2, "shards": shards}))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("encoding", ["ndarray:int32", "ndarray", "ndarray:uint16:17", "bytes"])
@pytest.mark.parametrize("source", [False, True])
def test_mds(tmp_path: Path, algorithm, encoding, source):
    write_mds(tmp_path / "mds", ROWS, encoding, algorithm, source=source)
    dtype = "int64" if encoding == "bytes" else None
    reader = check(tmp_path, ROWS, format="mds", paths=["mds"], dtype=dtype)
    assert reader.shards()[0].seekable == (algorithm is None)
    assert sum(s.n_tokens for s in reader.shards()) == ROWS.size
    cut = open_corpus(
        CorpusConfig(format="mds", paths=["mds/index.json"], dtype=dtype, sequence_length=5), base=tmp_path
    )
    assert rows_of(cut) == ROWS[:, :5].tolist()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_mds_shard_that_is_cut_or_grown_is_refused(tmp_path: Path, algorithm):
    write_mds(tmp_path / "mds", ROWS, "ndarray:int32", algorithm)
    path = next((tmp_path / "mds").glob("shard.00001*"))
    data = path.read_bytes()
    for changed in (data[:-1], data + b"x"):
        path.write_bytes(changed)
        with pytest.raises(InputError, match="as index\\.json says"):
            open_corpus(CorpusConfig(format="mds", paths=["mds"]), base=tmp_path)
    if algorithm:
        path.write_bytes(
            bytes([data[0] ^ 0xFF]) + data[1 : len(data) // 2] + bytes(len(data) - len(data) // 2)
        )
        with pytest.raises(InputError):
            rows_of(open_corpus(CorpusConfig(format="mds", paths=["mds"]), base=tmp_path))


def test_mds_bytes_need_a_dtype(tmp_path: Path):
    write_mds(tmp_path / "mds", ROWS, "bytes", None)
    with pytest.raises(ConfigError, match=r"set \[corpus\] dtype; LLM Foundry before June 2024 wrote int64"):
        open_corpus(CorpusConfig(format="mds", paths=["mds"]), base=tmp_path)


# --- LitData, TinyLlama


@pytest.mark.parametrize("packed", [False, True])
def test_litdata_blocks_run_across_items_but_not_chunks(tmp_path: Path, packed):
    items = [RNG.integers(0, 60_000, n).astype("<u2") for n in (5, 9, 30, 1, 22)]
    chunks = []
    for number, part in enumerate((items[:2], items[2:])):
        ids = np.concatenate(part)
        begin = 4 + 4 * (len(part) + 1)
        offsets = begin + np.concatenate([[0], np.cumsum([2 * len(i) for i in part])])
        data = np.uint32(len(part)).tobytes() + offsets.astype("<u4").tobytes() + ids.tobytes()
        name = f"chunk-0-{number}{'.zstd' if packed else ''}.bin"
        (tmp_path / name).write_bytes(zstandard.compress(data) if packed else data)
        chunks.append({"filename": name, "chunk_bytes": len(data), "chunk_size": len(part), "dim": len(ids)})
    config = {"data_format": ["no_header_numpy:5"], "compression": "zstd" if packed else None}
    (tmp_path / "index.json").write_text(json.dumps({"chunks": chunks, "config": config}))
    expected = [
        ids[i : i + 4]
        for ids in (np.concatenate(items[:2]), np.concatenate(items[2:]))
        for i in range(0, len(ids) - 3, 4)
    ]
    reader = open_corpus(CorpusConfig(format="litdata", paths=["."], sequence_length=4), base=tmp_path)
    assert rows_of(reader) == [row.tolist() for row in expected]
    assert [s.n_dropped_tokens for s in reader.shards()] == [2, 1]
    config["data_format"] = ["jpeg"]
    (tmp_path / "index.json").write_text(json.dumps({"chunks": chunks, "config": config}))
    with pytest.raises(InputError, match=r"data_format 'jpeg', which is no token corpus"):
        open_corpus(CorpusConfig(format="litdata", paths=["."], sequence_length=4), base=tmp_path)


@pytest.mark.parametrize(("code", "dtype"), [(8, "<u2"), (4, "<i4")])
def test_litpkds_dtypes(tmp_path: Path, code, dtype):
    head = b"LITPKDS" + (1).to_bytes(8, "little") + bytes([code]) + ROWS.size.to_bytes(8, "little")
    (tmp_path / "a.bin").write_bytes(head + ROWS.astype(dtype).tobytes())
    check(tmp_path, ROWS, format="litpkds", paths=["a.bin"], sequence_length=17)
    (tmp_path / "a.bin").write_bytes(head + ROWS.astype(dtype).tobytes()[:-1])
    with pytest.raises(InputError, match=f"for {ROWS.size} ids of {np.dtype(dtype)}"):
        open_corpus(CorpusConfig(format="litpkds", paths=["a.bin"], sequence_length=17), base=tmp_path)


# --- Arrow and Parquet

LISTS = {
    "list": pa.list_(pa.int32()),
    "large list": pa.large_list(pa.uint16()),
    "fixed": pa.list_(pa.int64(), 17),
}


def write_arrow(path: Path, table: pa.Table, kind: str):
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=7)
    elif kind == "stream":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=9)
    else:
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with (
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, table.schema, options=options) as writer,
        ):
            writer.write_table(table, max_chunksize=9)


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
@pytest.mark.parametrize("lists", LISTS)
def test_arrow_kinds_and_list_types(tmp_path: Path, kind, lists):
    table = pa.table({"n": range(30), "ids": pa.array(ROWS.tolist(), LISTS[lists])})
    write_arrow(tmp_path / "a.arrow", table, kind)
    reader = check(tmp_path, ROWS, format="arrow", paths=["a.arrow"], column="ids")
    assert reader.shards()[0].n_tokens == ROWS.size


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
@pytest.mark.parametrize(("name", "ignored"), [("attention_mask", 0), ("loss_mask", 0), ("labels", -100)])
def test_masked_positions_are_not_counted(tmp_path: Path, kind, name, ignored):
    rows = [RNG.integers(1, 100, n).tolist() for n in (4, 0, 9, 1, 6)]
    keep = [(RNG.random(len(row)) < 0.6).tolist() for row in rows]
    mask = [[1 if one else ignored for one in row] for row in keep]
    table = pa.table(
        {"input_ids": pa.array(rows, pa.list_(pa.int32())), name: pa.array(mask, pa.list_(pa.int8()))}
    )
    write_arrow(tmp_path / "a.arrow", table, kind)
    expected = [[i for i, one in zip(*pair, strict=True) if one] for pair in zip(rows, keep, strict=True)]
    wanted = None if name != "labels" else "labels"
    for block_ids in (1, 7, 1000):
        config = CorpusConfig(format="arrow", paths=["a.arrow"], mask_column=wanted)
        reader = open_corpus(config, base=tmp_path, block_ids=block_ids)
        assert rows_of(reader) == rows
        assert rows_of(reader, counted=True) == expected
    config = CorpusConfig(format="arrow", paths=["a.arrow"], mask_column="none")
    block = next(iter(open_corpus(config, base=tmp_path).blocks(reader.shards()[0], 0, 5)))
    assert block.counted is None


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
def test_a_truncated_arrow_file_is_refused(tmp_path: Path, kind):
    path = tmp_path / "a.arrow"
    write_arrow(path, pa.table({"input_ids": pa.array(ROWS.tolist(), pa.list_(pa.int32()))}), kind)
    data = path.read_bytes()
    for n_bytes in range(8, len(data), 97):
        path.write_bytes(data[:n_bytes])
        with pytest.raises(InputError, match=r"a\.arrow.*truncated"):
            rows_of(open_corpus(CorpusConfig(format="arrow", paths=["a.arrow"]), base=tmp_path))


def test_nulls_and_text_columns_are_refused(tmp_path: Path):
    for rows in ([[1, 2], None], [[1, None], [2]]):
        write_arrow(tmp_path / "a", pa.table({"input_ids": pa.array(rows, pa.list_(pa.int32()))}), "stream")
        with pytest.raises(InputError, match="NULL"):
            rows_of(open_corpus(CorpusConfig(format="arrow", paths=["a"]), base=tmp_path))
    write_arrow(tmp_path / "a", pa.table({"text": ["x"]}), "parquet")
    with pytest.raises(InputError, match="exposure tokenize"):
        open_corpus(CorpusConfig(format="parquet", paths=["a"]), base=tmp_path)


# --- JSON lines


def test_json_lines_are_parsed_not_searched(tmp_path: Path):
    lines = [
        '{"token_ids": [1, 2, 3], "source": "c4"}',
        '  {"source":"a \\"token_ids\\": [9, 9]","meta":{"token_ids":[8]},"token_ids":[4]}',
        "",
        '{"token_ids":[],"x":null}\r',
        '{ "n" : 1e3 , "token_ids" : [ 5 , 6 ] }',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    for block_ids in (1, 4, 100):
        config = CorpusConfig(format="jsonl", paths=["a.jsonl"])
        assert rows_of(open_corpus(config, base=tmp_path, block_ids=block_ids)) == [
            [1, 2, 3],
            [4],
            [],
            [5, 6],
        ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"token_ids": [1, 2', "line 2: is not JSON"),
        ('{"ids": [1]}', "line 2: has no list of ids under 'token_ids'"),
        ('{"token_ids": [1, 2.5]}', "line 2: has no list of ids"),
        ('{"token_ids": [1, "2"]}', "line 2: has no list of ids"),
        ('{"token_ids": null}', "line 2: has no list of ids"),
        ('{"token_ids": [1, 18446744073709551616]}', "line 2: has no list of ids"),
        ("[1, 2]", "line 2: is not a JSON object"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line, message):
    (tmp_path / "a.jsonl").write_text('{"token_ids": [1]}\n' + line + '\n{"token_ids": [3]}\n')
    with pytest.raises(InputError, match=message):
        rows_of(open_corpus(CorpusConfig(format="jsonl", paths=["a.jsonl"]), base=tmp_path))


def test_a_line_of_another_length_is_refused(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"token_ids": [1, 2]}\n{"token_ids": [3]}\n')
    config = CorpusConfig(format="jsonl", paths=["a.jsonl"], sequence_length=2)
    with pytest.raises(InputError, match="line 2: holds 1 ids; expected 2"):
        rows_of(open_corpus(config, base=tmp_path))


# --- parts, datatrove, llm.c, OLMo-core


@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.parametrize("part_bytes", [33, 34, 101, 5000])
def test_parts_may_cut_anywhere(tmp_path: Path, with_index, part_bytes):
    rows = ROWS.astype("<u2")
    write_megatron(tmp_path / "document", rows, "u2")
    data = (tmp_path / "document.bin").read_bytes()
    (tmp_path / "document.bin").unlink()
    if not with_index:
        (tmp_path / "document.idx").unlink()
    last = (len(data) - 1) // part_bytes
    for part in range(last + 1):
        name = f"document-{part:05}-of-{last:05}.bin"
        (tmp_path / name).write_bytes(data[part * part_bytes : (part + 1) * part_bytes])
    reader = check(tmp_path, rows, format="pythia", paths=["."], sequence_length=17)
    assert len(reader.shards()) == last + 1 and reader.facts.label_overlap
    (tmp_path / f"document-{last:05}-of-{last:05}.bin").write_bytes(b"x")
    if last:
        with pytest.raises(InputError, match=f"the {last + 1} parts hold"):
            open_corpus(CorpusConfig(format="pythia", paths=["."], sequence_length=17), base=tmp_path)
        (tmp_path / f"document-00000-of-{last:05}.bin").unlink()
        with pytest.raises(InputError, match=f"document-00000-of-{last:05}.bin: is missing"):
            open_corpus(CorpusConfig(format="pythia", paths=["."], sequence_length=17), base=tmp_path)


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("told_by", ["index", "metadata", "dtype", "nothing"])
def test_datatrove_token_size_and_loss(tmp_path: Path, size, told_by):
    ids = ROWS.reshape(-1)
    ids.astype(f"<u{size}").tofile(tmp_path / "x.ds")
    if told_by == "index":
        np.array([100, ids.size], "<u8").tofile(tmp_path / "x.ds.index")
    if told_by == "metadata":
        (tmp_path / "x.ds.metadata").write_text(f"tok|{size}\n{ids.size}\n0 T")
    config = dict(format="datatrove", paths=["x.ds"], sequence_length=17)
    if told_by == "nothing":
        with pytest.raises(ConfigError, match=r"set \[corpus\] dtype"):
            open_corpus(CorpusConfig(**config), base=tmp_path)
        return
    dtype = f"uint{8 * size}" if told_by == "dtype" else None
    check(tmp_path, ROWS, dtype=dtype, **config)
    keep = RNG.random(ids.size) < 0.5
    keep.astype("u1").tofile(tmp_path / "x.ds.loss")
    for block_ids in (1, 40, 1000):
        reader = open_corpus(CorpusConfig(dtype=dtype, **config), base=tmp_path, block_ids=block_ids)
        expected = [row[mask].tolist() for row, mask in zip(ROWS, keep.reshape(ROWS.shape), strict=True)]
        assert rows_of(reader, counted=True) == expected


def test_olmo_core_cuts_blocks_before_rows(tmp_path: Path):
    for name, n in (("a", 50), ("b", 23), ("c", 24)):
        np.arange(n, dtype="<u4").tofile(tmp_path / f"{name}.npy")
    config = CorpusConfig(
        format="olmo-core",
        paths=["a.npy", "b.npy", "c.npy"],
        dtype="uint32",
        sequence_length=4,
        max_target_sequence_length=12,
    )
    reader = open_corpus(config, base=tmp_path)
    assert [(s.n_sequences, s.n_dropped_tokens) for s in reader.shards()] == [(12, 2), (3, 11), (6, 0)]
    expected = [*range(0, 48, 4), *range(0, 12, 4), *range(0, 24, 4)]
    assert rows_of(reader) == [list(range(i, i + 4)) for i in expected]


def test_llmc_refuses_evaluation_files_and_wrong_counts(shared):
    base = shared / "fixtures" / "llmc_bin"
    with pytest.raises(InputError, match="multiple-choice evaluation file"):
        open_corpus(
            CorpusConfig(format="llmc", paths=["eval_hellaswag_val.bin"], sequence_length=65), base=base
        )


# --- Megatron's windows


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
        (data[:-1], "expected 62 for 1 sequences"),
        (data + b"xx", "expected 62 for 1 sequences"),
        (data[:20], "ends inside its header"),
        (b"TNTIDX\x00\x00" + data[8:], 'format = "megatron-legacy"'),
    ):
        (tmp_path / "a.idx").write_bytes(changed)
        with pytest.raises(InputError, match=message):
            open_corpus(CorpusConfig(format="megatron", paths=["a"]), base=tmp_path)


# --- Levanter


@pytest.mark.parametrize("codec", ["lz4", "zstd", "zlib", None])
@pytest.mark.parametrize("shuffle", ["noshuffle", "shuffle"])
@pytest.mark.parametrize("sharded", [True, False])
@pytest.mark.parametrize("n_rows", [1, 40])
def test_a_cache_is_read_as_tensorstore_wrote_it(tmp_path: Path, codec, shuffle, sharded, n_rows):
    ts = pytest.importorskip("tensorstore")
    lengths = RNG.integers(0, 400, n_rows)
    ids = RNG.integers(0, 90_000 if codec != "lz4" else 30, int(lengths.sum())).astype("<i4")
    ends = np.concatenate([[n_rows], np.cumsum(lengths)]).astype("<i8")
    for name, values, dtype in (("data", ids, "int32"), ("offsets", ends, "int64")):
        inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
        if codec:
            size = np.dtype(dtype).itemsize
            settings = {"cname": codec, "clevel": 5, "shuffle": shuffle, "typesize": size, "blocksize": 0}
            inner.append({"name": "blosc", "configuration": settings})
        codecs = inner
        if sharded:
            index_codecs = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
            settings = {"chunk_shape": [256], "codecs": inner, "index_codecs": index_codecs}
            codecs = [{"name": "sharding_indexed", "configuration": settings}]
        store = ts.open(
            {
                "driver": "zarr3",
                "kvstore": {"driver": "file", "path": str(tmp_path / "cache" / "input_ids" / name)},
                "metadata": {
                    "shape": [1 << 40],
                    "data_type": dtype,
                    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2048]}},
                    "codecs": codecs,
                },
            },
            create=True,
        ).result()
        store[: len(values)].write(values).result()
    ledger = {"is_finished": True, "total_num_rows": n_rows, "field_counts": {"input_ids": int(ends[-1])}}
    (tmp_path / "cache" / "shard_ledger.json").write_text(json.dumps(ledger))
    for block_ids in (1, 700, 1 << 20):
        config = CorpusConfig(format="levanter", paths=["cache"], sequence_length=32)
        reader = open_corpus(config, base=tmp_path, block_ids=block_ids)
        n = len(ids) // 32
        assert rows_of(reader) == ids[: n * 32].reshape(n, 32).tolist()


def test_an_unfinished_cache_is_refused(tmp_path: Path, shared):
    (tmp_path / "shard_ledger.json").write_text('{"is_finished": false}')
    with pytest.raises(InputError, match="never finished"):
        open_corpus(CorpusConfig(format="levanter", paths=["."], sequence_length=8), base=tmp_path)
