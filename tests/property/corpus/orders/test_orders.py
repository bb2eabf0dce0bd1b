"""Orders equal a trainer written as plain loops."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config import OrderConfig
from indexer.corpus import open_order
from indexer.corpus.orders.positions import InverseOrder
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import InputError
from indexer.units import UNKNOWN_STEP
from tests.support.examples import examples


def reader_of(*n_sequences):
    shards, first = [], 0
    for number, n in enumerate(n_sequences):
        shards.append(Shard(number, f"s{number}", "", 0, None, first, n, n * 4))
        first += n
    return SimpleNamespace(shards=lambda: tuple(shards), facts=CorpusFacts("any", "<u2"))


def check_against_batches(order, batches, n_sequences, start, stop):
    """`batches[k]` are the sequences the trainer took at step k."""
    expected = {i: [] for i in range(n_sequences)}
    for step, batch in enumerate(batches):
        assert order.sequences_at(step).tolist() == batch
        if start <= step < stop:
            for sequence in batch:
                expected[sequence].append(step)
    visits = order.visits(0, n_sequences)
    assert visits.offsets.dtype == visits.steps.dtype == np.int64
    got = [visits.steps[a:b].tolist() for a, b in zip(visits.offsets, visits.offsets[1:], strict=False)]
    assert got == [expected[i] for i in range(n_sequences)]
    low, high = n_sequences // 3, n_sequences - n_sequences // 4
    part = order.visits(low, high)
    assert len(part.offsets) == high - low + 1
    assert part.steps.tolist() == visits.steps[visits.offsets[low] : visits.offsets[high]].tolist()


@settings(max_examples=examples(150))
@given(
    n_sequences=st.integers(1, 60),
    sizes=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9)), min_size=1, max_size=4),
    epochs=st.integers(1, 4),
    drop_last=st.booleans(),
    data=st.data(),
)
def test_sequential_equals_a_loop(n_sequences, sizes, epochs, drop_last, data):
    ramp, step = [], 0
    for n_steps, size in sizes:
        ramp.append([step, size])
        step += n_steps
    batches: list[list[int]] = []
    for _ in range(epochs):
        at = 0
        while at < n_sequences:
            size = [s for first, s in ramp if first <= len(batches)][-1]
            if at + size > n_sequences and drop_last:
                break
            batches.append(list(range(at, min(at + size, n_sequences))))
            at += size
    batch_size = ramp[0][1] if len(ramp) == 1 else ramp
    start = data.draw(st.integers(0, max(0, len(batches) - 1)))
    stop = data.draw(st.integers(start + 1, max(start + 1, len(batches))))
    config = OrderConfig(
        batch_size=batch_size, epochs=epochs, drop_last=drop_last, start_step=start, stop_step=stop
    )
    if stop > len(batches):
        try:
            open_order(config, reader_of(n_sequences), base=Path())
        except InputError as error:
            assert f"{stop:,}" in error.line() and f"{len(batches):,} steps" in error.line()
            return
        raise AssertionError("an order beyond the corpus was taken")
    order = open_order(config, reader_of(n_sequences), base=Path())
    assert (order.start_step, order.stop_step) == (start, stop)
    check_against_batches(order, batches, n_sequences, start, stop)


def trained(lists, ramp, drop_last):
    """Batches of a trainer that takes each list as an epoch."""
    batches: list[list[int]] = []
    for entries in lists:
        at = 0
        while at < len(entries):
            size = [s for first, s in ramp if first <= len(batches)][-1]
            if at + size > len(entries) and drop_last:
                break
            batches.append([entry for entry in entries[at : at + size] if entry >= 0])
            at += size
    return batches


@settings(max_examples=examples(100))
@given(
    n_sequences=st.integers(1, 40),
    data=st.data(),
    sizes=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9)), min_size=1, max_size=3),
    drop_last=st.booleans(),
    dtype=st.sampled_from(["<i4", "<i8", "<u4"]),
    as_npy=st.booleans(),
)
def test_index_files_equal_a_loop(tmp_path_factory, n_sequences, data, sizes, drop_last, dtype, as_npy):
    folder = tmp_path_factory.mktemp("order")
    lists = data.draw(
        st.lists(st.lists(st.integers(-1, n_sequences - 1), min_size=1, max_size=50), min_size=1, max_size=3)
    )
    ramp, step = [], 0
    for n_steps, size in sizes:
        ramp.append([step, size])
        step += n_steps
    batches = trained(lists, ramp, drop_last)
    names = []
    for number, entries in enumerate(lists):
        values = np.array(entries, np.int64).astype(dtype)
        names.append(f"{number}.npy")
        if as_npy:
            np.save(folder / names[-1], values)
        else:
            values.tofile(folder / names[-1])
    config = OrderConfig(
        kind="indices",
        path=names,
        batch_size=ramp[0][1] if len(ramp) == 1 else ramp,
        drop_last=drop_last,
        dtype=dtype,
        allow_short=True,
        allow_repeats=True,
    )
    if not batches:
        with pytest.raises(InputError, match="0 steps"):
            open_order(config, reader_of(n_sequences), base=folder)
        return
    order = open_order(config, reader_of(n_sequences), base=folder)
    check_against_batches(order, batches, n_sequences, 0, len(batches))


@settings(max_examples=examples(60))
@given(
    shards=st.lists(st.integers(0, 20), min_size=1, max_size=5),
    batch=st.integers(1, 6),
    epochs=st.integers(1, 3),
    drop_last=st.booleans(),
)
def test_within_shards_equals_a_loop(shards, batch, epochs, drop_last):
    batches = []
    for _ in range(epochs):
        first = 0
        for n in shards:
            for at in range(0, n, batch):
                if at + batch <= n or not drop_last:
                    batches.append(list(range(first + at, first + min(at + batch, n))))
            first += n
    config = OrderConfig(kind="within-shards", batch_size=batch, epochs=epochs, drop_last=drop_last)
    if not batches:
        with pytest.raises(InputError):
            open_order(config, reader_of(*shards), base=Path())
        return
    check_against_batches(
        open_order(config, reader_of(*shards), base=Path()), batches, sum(shards), 0, len(batches)
    )


@settings(max_examples=examples(30))
@given(shards=st.lists(st.integers(0, 9), min_size=1, max_size=5), epochs=st.integers(1, 3))
def test_per_shard_equals_a_loop(shards, epochs):
    starts = np.concatenate([[0], np.cumsum(shards)]).tolist()
    batches = [list(range(a, b)) for a, b in itertools.pairwise(starts)] * epochs
    order = open_order(OrderConfig(kind="per-shard", epochs=epochs), reader_of(*shards), base=Path())
    check_against_batches(order, batches, sum(shards), 0, len(batches))


@settings(max_examples=examples(60))
@given(data=st.data(), n_sequences=st.integers(1, 30), as_parquet=st.booleans())
def test_a_recorded_table_is_followed(tmp_path_factory, data, n_sequences, as_parquet):
    folder = tmp_path_factory.mktemp("order")
    visits = data.draw(
        st.lists(st.tuples(st.integers(0, n_sequences - 1), st.integers(0, 8)), min_size=1, unique=True)
    )
    table = pa.table(
        {"step": [s for _, s in visits], "note": [1] * len(visits), "sequence": [i for i, _ in visits]}
    )
    if as_parquet:
        pq.write_table(table, folder / "order.parquet")
    else:
        pa_csv.write_csv(table, folder / "order.csv")
    batches = [[i for i, s in visits if s == step] for step in range(max(s for _, s in visits) + 1)]
    config = OrderConfig(kind="table", path="order.parquet" if as_parquet else "order.csv", allow_short=True)
    order = open_order(config, reader_of(n_sequences), base=folder)
    check_against_batches(order, batches, n_sequences, 0, len(batches))


@given(
    lists=st.lists(st.lists(st.integers(-1, 29), max_size=40).map(np.array), min_size=1, max_size=3),
    window=st.integers(1, 31),
    bounds=st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted),
)
def test_the_inverse_is_the_same_for_any_window(lists, window, bounds):
    joined = [entry for part in lists for entry in part.tolist()]
    inverse = InverseOrder([part.astype(np.int32) for part in lists], 30, window=window)
    start, stop = bounds
    offsets, positions = inverse.positions(start, stop)
    got = [positions[a:b].tolist() for a, b in itertools.pairwise(offsets)]
    assert got == [[p for p, entry in enumerate(joined) if entry == s] for s in range(start, stop)]


def test_an_unknown_order_counts_every_sequence_once_at_no_step():
    order = open_order(OrderConfig(kind="unknown"), reader_of(3, 4), base=Path())
    visits = order.visits(2, 6)
    assert visits.offsets.tolist() == [0, 1, 2, 3, 4] and visits.steps.tolist() == [UNKNOWN_STEP] * 4


@pytest.mark.parametrize(
    ("values", "config", "message"),
    [
        (np.arange(10), {}, "names sequence 9, but the corpus holds 8"),
        (np.arange(4), {"kind": "olmo"}, "names 4 of 8 sequences.*allow_short"),
        ([0, 1, 2, 3, 4, 5, 6, 6], {"kind": "olmo"}, "names 8 sequences, 1 of them again, in one epoch of 8"),
        (np.arange(4), {}, "names 4 of 8 sequences.*allow_short"),
        (np.arange(7), {"drop_last": False}, "names 7 of 8 sequences.*allow_short"),
        (np.arange(8), {"stop_step": 5}, "stop_step = 5, but the corpus and its order hold 4 steps"),
        (np.arange(8, dtype="<u2"), {}, "but the corpus holds 8"),
        (np.arange(7, dtype="<u2"), {}, "multiple of 4"),
    ],
)
def test_index_files_that_do_not_fit_are_refused_with_both_numbers(tmp_path, values, config, message):
    values = np.asarray(values)
    (values if values.dtype.itemsize == 2 else values.astype("<u4")).tofile(tmp_path / "order.npy")
    config = OrderConfig(**{"kind": "indices", "batch_size": 2, "path": "order.npy", **config})
    with pytest.raises(InputError, match=message):
        open_order(config, reader_of(5, 3), base=tmp_path)


def test_a_short_order_may_be_taken_on_purpose(tmp_path):
    np.arange(4, dtype="<u4").tofile(tmp_path / "order.npy")
    config = OrderConfig(kind="olmo", batch_size=2, path="order.npy", allow_short=True)
    order = open_order(config, reader_of(8), base=tmp_path)
    assert order.facts["taken_on_purpose"] == {"short order": "order.npy names 4 of 8 sequences"}
    check_against_batches(order, [[0, 1], [2, 3]], 8, 0, 2)


@pytest.mark.parametrize(("length", "block"), [(4, None), (4, 12)])
def test_olmo_core_from_its_seed_equals_its_file(tmp_path, length, block):
    """Whole chunks of a block's instances are shuffled: PCG64 seeded seed + epoch, epoch from 1."""
    n, chunk = 24, (block or length) // length
    reader = reader_of(n)
    details = {"max_target_sequence_length": block}
    reader.facts = SimpleNamespace(sequence_length=length, details=details)
    for epoch in (1, 2):
        chunks = np.arange(n // chunk, dtype=np.uint32)
        np.random.Generator(np.random.PCG64(seed=7 + epoch)).shuffle(chunks)
        entries = [c * chunk + i for c in chunks.tolist() for i in range(chunk)]
        tag = f"_chunk{chunk}" if chunk > 1 else ""
        np.array(entries, "<u4").tofile(
            tmp_path / f"global_indices{tag}_dataset_size{n}_epoch{epoch}_seed7_v1.npy"
        )
    made = open_order(
        OrderConfig(kind="olmo-core", seed=7, epochs=2, batch_tokens=5 * length), reader, base=tmp_path
    )
    filed = open_order(
        OrderConfig(kind="olmo-core", path=".", batch_tokens=5 * length), reader, base=tmp_path
    )
    assert made.stop_step == filed.stop_step == 8
    for step in range(8):
        assert made.sequences_at(step).tolist() == filed.sequences_at(step).tolist()
    reader.facts.details["max_target_sequence_length"] = 2 * length
    with pytest.raises(InputError, match=f"blocks of {chunk} instances; expected 2.* = {chunk * length}, or"):
        open_order(OrderConfig(kind="olmo-core", path=".", batch_size=5), reader, base=tmp_path)
    with pytest.raises(InputError, match="was made for 24 instances; expected 25"):
        open_order(
            OrderConfig(
                kind="olmo-core",
                path=f"global_indices{tag}_dataset_size{n}_epoch1_seed7_v1.npy",
                batch_size=5,
            ),
            reader_of(25),
            base=tmp_path,
        )


@settings(max_examples=examples(60))
@given(
    folders=st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), min_size=1, max_size=3),
    batch=st.integers(1, 7),
    epochs=st.integers(1, 3),
    seed=st.none() | st.integers(0, 99),
    data=st.data(),
)
def test_nanotron_equals_a_loop(folders, batch, epochs, seed, data):
    """Two lists shuffled alike by the legacy generator, repeated, cut into batches across epochs."""
    sizes = [sum(folder) for folder in folders]
    weights = data.draw(st.just([]) | st.lists(st.floats(0.1, 9), min_size=len(sizes), max_size=len(sizes)))
    reader = reader_of(*(n for folder in folders for n in folder))
    names = [f"{number}/{part}.ds" for number, folder in enumerate(folders) for part in range(len(folder))]
    shards = tuple(replace(shard, name=name) for shard, name in zip(reader.shards(), names, strict=True))
    reader.shards = lambda: shards
    shares = np.array(weights or sizes, float)
    shares = shares / shares.sum()
    which, within, taken = [], [], np.zeros(len(sizes))
    for sample in range(sum(sizes)):
        folder = int(np.argmax(shares * max(sample, 1.0) - taken))
        which.append(folder)
        within.append(int(taken[folder]) % sizes[folder])
        taken[folder] += 1
    which, within = np.array(which), np.array(within)
    for entries in (which, within):
        np.random.RandomState(1234 if seed is None else seed).shuffle(entries)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    samples = (starts[which] + within).tolist() * epochs
    n_steps = len(samples) // batch
    config = OrderConfig(kind="nanotron", batch_size=batch, epochs=epochs, seed=seed, weights=weights)
    if not n_steps:
        with pytest.raises(InputError):
            open_order(config, reader, base=Path())
        return
    batches = [samples[step * batch : (step + 1) * batch] for step in range(n_steps)]
    order = open_order(config, reader, base=Path())
    for step, expected in enumerate(batches):
        assert order.sequences_at(step).tolist() == expected
    visits = order.visits(0, sum(sizes))
    got = [visits.steps[a:b].tolist() for a, b in itertools.pairwise(visits.offsets)]
    steps = [[k for k, taken in enumerate(batches) for one in taken if one == i] for i in range(sum(sizes))]
    assert got == steps
