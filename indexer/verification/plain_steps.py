"""At which steps a sequence was consumed, by plain walks over the steps.

The rules ``sequential`` and ``indices`` are worked out here; of the others the order of `indexer.corpus` is
asked, which the scan asks too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.config.order import OrderConfig
from indexer.corpus import open_order
from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.sequences import Reader
from indexer.plan.plan import Plan
from indexer.storage.urls import is_url
from indexer.verification.raw_sequences import told_as_input

OWN_RULES = ("sequential", "indices")


class PlainSteps:
    """The steps of sequences inside the window of a plan.

    Parameters
    ----------
    plan : Plan
        The plan.
    reader : callable
        Opens the corpus, where the rule is not worked out here.
    """

    def __init__(self, plan: Plan, reader: Callable[[], Reader]) -> None:
        self._start, self._stop = plan.order.start_step, plan.order.stop_step
        self._unknown = not plan.order.steps_known
        self._order: TrainingOrder | None = None
        self._epochs: list[_Epoch] = []
        order = plan.config.order
        n_sequences = sum(shard.n_sequences for shard in plan.shards)
        self.works_it_out = self._unknown or _is_worked_out(order, plan)
        if self._unknown:
            return
        if not self.works_it_out:
            self._order = open_order(order, reader(), base=plan.config.base)
        elif order.kind == "sequential":
            self._epochs = _epochs(order, [None] * order.epochs, n_sequences)
        else:
            lists = _lists(order, plan)
            if len(lists) == 1:
                lists *= order.epochs
            self._epochs = _epochs(order, [part.reshape(-1) for part in lists], n_sequences)

    def of(self, sequence: int) -> list[int | None]:
        """Return the steps of a sequence, ascending; one None where no order is known."""
        if self._unknown:
            return [None]
        if self._order is not None:
            return [int(step) for step in self._order.visits(sequence, sequence + 1).steps]
        steps = [step for epoch in self._epochs for step in epoch.steps(sequence)]
        return [step for step in sorted(steps) if self._start <= step < self._stop]


class _Epoch:
    """One pass: the first position of each of its steps, and the sequence at each position."""

    def __init__(self, first_step: int, firsts: list[int], n_taken: int, order: NDArray[Any] | None) -> None:
        self.first_step = first_step
        self.firsts = firsts
        self.n_taken = n_taken
        self._sorted: NDArray[Any] | None = None
        if order is not None:
            taken = order[:n_taken]
            self._at = np.argsort(taken, kind="stable")
            self._sorted = taken[self._at]

    def steps(self, sequence: int) -> list[int]:
        """Return the steps at which a sequence was consumed."""
        if self._sorted is None:
            positions = [sequence] if sequence < self.n_taken else []
        else:
            first = int(np.searchsorted(self._sorted, sequence, "left"))
            last = int(np.searchsorted(self._sorted, sequence, "right"))
            positions = [int(at) for at in self._at[first:last]]
        return [self.first_step + bisect_right(self.firsts, at) - 1 for at in positions]


def _epochs(order: OrderConfig, lists: list[Any], n_sequences: int) -> list[_Epoch]:
    epochs = []
    step = 0
    for entries in lists:
        n_entries = n_sequences if entries is None else len(entries)
        firsts: list[int] = []
        taken = 0
        size = _batch_size(order, entries)
        while taken < n_entries:
            n_wanted = size(step + len(firsts))
            if taken + n_wanted > n_entries and order.drop_last:
                break
            firsts.append(taken)
            taken = min(taken + n_wanted, n_entries)
        epochs.append(_Epoch(step, firsts, taken, entries))
        step += len(firsts)
    return epochs


def _batch_size(order: OrderConfig, entries: Any) -> Callable[[int], int]:
    ramp = order.batch_size
    if isinstance(ramp, int):
        return lambda step: ramp
    if ramp is None:
        raise ValueError("planning lets no order pass without a batch size")
    return lambda step: [size for first, size in ramp if first <= step][-1]


def _lists(order: OrderConfig, plan: Plan) -> list[NDArray[Any]]:
    paths = [order.path] if isinstance(order.path, str) else order.path or []
    lists = []
    for path in paths:
        file = plan.config.base / path
        with told_as_input(path):
            with open(file, "rb") as opened:
                has_header = opened.read(6) == b"\x93NUMPY"
            lists.append(np.load(file) if has_header else np.fromfile(file, np.dtype(order.dtype or "<u4")))
    return lists


def _is_worked_out(order: OrderConfig, plan: Plan) -> bool:
    if order.kind == "sequential":
        return "n_samples_asked" not in plan.corpus.details
    paths = [order.path] if isinstance(order.path, str) else order.path or []
    return (
        order.kind == "indices"
        and order.batch_size is not None
        and not any(is_url(path) for path in paths)
        and all((plan.config.base / path).is_file() for path in paths)
    )
