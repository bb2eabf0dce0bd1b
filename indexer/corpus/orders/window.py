"""The training window: which steps of an order the index covers."""

from __future__ import annotations

from indexer.config.order import OrderConfig
from indexer.errors import ConfigError, InputError
from indexer.plurals import counted

WINDOW_KEYS = frozenset({"kind", "start_step", "stop_step", "checkpoints"})
"""Keys of ``[order]`` that every order uses which has steps."""


def window_of(
    config: OrderConfig, n_steps: int, *, ends: int | None = None, n_sequences: int | None = None
) -> tuple[int, int]:
    """Return the half-open step range of a configuration, inside the `n_steps` the order holds.

    `ends` is where the run ended, where that is before the last of them; ``stop_step`` overrules it.
    `n_sequences` is how many sequences the steps were filled from, for messages.

    Raises
    ------
    ConfigError
        The range is empty or negative.
    InputError
        The range goes beyond what the order holds.
    """
    start = config.start_step
    stop = config.stop_step
    if stop is None:
        stop = n_steps if ends is None else min(ends, n_steps)
    if stop > n_steps:
        raise InputError(
            f"stop_step = {stop:,}, but the corpus and its order hold {counted(n_steps, 'step')}"
            f"{_from_sequences(config, n_sequences)}",
            path="[order]",
            fix="lower stop_step, or check batch_size, epochs and the shards",
        )
    if not 0 <= start <= stop or (start == stop and config.stop_step is not None):
        raise ConfigError(
            f"start_step = {start:,} and stop_step = {stop:,} leave no step",
            path="[order]",
            expected="0 <= start_step < stop_step",
        )
    if start == stop:
        raise InputError(
            f"the corpus fills {counted(n_steps, 'step')}{_from_sequences(config, n_sequences)},"
            f" so none is left from start_step = {start:,} on",
            path="[order]",
            fix="check batch_size, start_step and the shards",
        )
    return start, stop


def _from_sequences(config: OrderConfig, n_sequences: int | None) -> str:
    """Say how many sequences there are, and how many a step takes where that is one number."""
    if n_sequences is None:
        return ""
    size = f" of {config.batch_size:,}" if isinstance(config.batch_size, int) else ""
    return f"{size} from {counted(n_sequences, 'sequence')}"
