"""How many sequences each step takes: one batch size, or a ramp of several."""

from __future__ import annotations

import numpy as np

from indexer.config.order import OrderConfig
from indexer.errors import ConfigError
from indexer.units import Int64Array


class BatchSizes:
    """Batch sizes by step, and the running count of sequences.

    Parameters
    ----------
    ramp : list of (first step, batch size)
        The first entry starts at step 0; first steps ascend.
    """

    def __init__(self, ramp: list[tuple[int, int]]) -> None:
        self.ramp = ramp
        self._steps = np.array([step for step, _ in ramp], np.int64)
        self._sizes = np.array([size for _, size in ramp], np.int64)
        taken = np.diff(self._steps) * self._sizes[:-1]
        self._consumed = np.concatenate([np.zeros(1, np.int64), np.cumsum(taken)])

    @classmethod
    def of(cls, config: OrderConfig) -> BatchSizes:
        """Return the batch sizes a configuration sets.

        Raises
        ------
        ConfigError
            There are none, or the ramp is not one.
        """
        return cls.given(config.batch_size)

    @classmethod
    def given(cls, given: int | list[list[int]] | None) -> BatchSizes:
        """Return the batch sizes that one number or a ramp stands for.

        Raises
        ------
        ConfigError
            There are none, or the ramp is not one.
        """
        if given is None:
            raise ConfigError(
                "[order] batch_size is not set", expected="sequences per step, as in batch_size = 1024"
            )
        if isinstance(given, int):
            return cls([(0, cls._size(given))])
        ramp: list[tuple[int, int]] = []
        for entry in given:
            if len(entry) != 2:
                raise ConfigError(f"[order] batch_size holds {entry}", expected="[first step, batch size]")
            step, size = entry
            if step <= (ramp[-1][0] if ramp else -1):
                raise ConfigError(f"[order] batch_size: step {step} does not ascend")
            ramp.append((step, cls._size(size)))
        if not ramp or ramp[0][0] != 0:
            raise ConfigError(
                "[order] batch_size does not begin at step 0", expected="[[0, 512], [1000, 1024]]"
            )
        return cls(ramp)

    @staticmethod
    def _size(size: int) -> int:
        if size < 1:
            raise ConfigError(f"[order] batch_size = {size}", expected="at least 1")
        return size

    def consumed(self, step: int) -> int:
        """Return how many sequences the steps before `step` take."""
        part = int(np.searchsorted(self._steps, step, side="right")) - 1
        return int(self._consumed[part] + (step - self._steps[part]) * self._sizes[part])

    def step_of(self, positions: Int64Array) -> Int64Array:
        """Return the step that takes each position of the stream of sequences."""
        if len(self._sizes) == 1:
            return np.asarray(positions // self._sizes[0])
        part = np.searchsorted(self._consumed, positions, side="right") - 1
        return np.asarray(self._steps[part] + (positions - self._consumed[part]) // self._sizes[part])

    def size_at(self, step: int) -> int:
        """Return the batch size of a step."""
        return int(self._sizes[int(np.searchsorted(self._steps, step, side="right")) - 1])

    def steps_within(self, first_step: int, n_sequences: int, *, drop_last: bool) -> int:
        """Return how many steps from `first_step` on `n_sequences` fill; a partial one is dropped or kept."""
        if n_sequences == 0:
            return 0
        begin = self.consumed(first_step)
        last = int(self.step_of(np.array([begin + n_sequences - 1], np.int64))[0])
        full = self.consumed(last + 1) <= begin + n_sequences
        return last + 1 - first_step - (0 if full or not drop_last else 1)

    def as_fact(self) -> int | list[list[int]]:
        """Return what the plan freezes."""
        return self.ramp[0][1] if len(self.ramp) == 1 else [list(entry) for entry in self.ramp]
