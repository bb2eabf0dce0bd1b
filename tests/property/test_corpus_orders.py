"""Orders equal a trainer written as plain loops."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config import OrderConfig
from indexer.corpus import open_order
from indexer.corpus.sequences import Shard
from indexer.errors import InputError


def reader_of(*n_sequences):
    shards, first = [], 0
    for number, n in enumerate(n_sequences):
        shards.append(Shard(number, f"s{number}", "", 0, None, first, n, n * 4))
        first += n
    return SimpleNamespace(shards=lambda: tuple(shards))


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


@settings(max_examples=150)
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
