"""The grid of checkpoints: after how many steps the model was saved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.orders.order import TrainingOrder
from indexer.errors import ConfigError, InputError
from indexer.near_names import did_you_mean
from indexer.storage.opening import read_text
from indexer.units import Int64Array

AT_MOST = 128
"""Evenly spaced checkpoints of the automatic grid; some powers of two come before them."""


def pythia_grid(stop: int = 143_000) -> list[int]:
    """Return Pythia's checkpoints up to `stop`: 0, powers of two up to 512, then every 1,000.

    Source: EleutherAI/pythia README.md (154 checkpoints up to 143,000).
    """
    return [0, *(2**power for power in range(10)), *range(1000, stop + 1, 1000)]


def auto_grid(stop: int) -> list[int]:
    """Return about a hundred round numbers of steps, finer at the start: powers of two, then even spacing."""
    spacing = next(
        spacing
        for power in range(19)
        for spacing in (10**power, 2 * 10**power, 5 * 10**power)
        if stop <= spacing * AT_MOST
    )
    powers = [2**power for power in range(63) if 2**power < spacing]
    return [*powers, *range(spacing, stop + 1, spacing)]


def checkpoint_grid(config: OrderConfig, order: TrainingOrder, *, base: Path) -> Int64Array:
    """Return the steps taken at each checkpoint inside the training window, ascending.

    Checkpoints at or before the window's start have seen none of it and those beyond its stop more than is
    known, so both are left out; the window's stop itself is always the last one.

    Parameters
    ----------
    config : OrderConfig
        ``checkpoints``: ``"auto"``, ``"pythia"``, a spacing, a list, or a file of numbers
        (text, or a JSON list).
    order : TrainingOrder
        The order, for its window.
    base : Path
        What a relative path is relative to.

    Raises
    ------
    ConfigError
        The value is none of these, or holds something other than numbers of steps.
    InputError
        The file is missing or holds anything else.
    """
    start, stop = order.start_step, order.stop_step
    given = config.checkpoints
    if given == "auto":
        steps = auto_grid(stop)
    elif given == "pythia":
        steps = pythia_grid(stop)
    elif isinstance(given, int):
        if given < 1:
            raise ConfigError(f"[order] checkpoints = {given}", expected="a spacing of at least 1 step")
        steps = list(range(given, stop + 1, given))
    elif isinstance(given, list):
        if any(step < 0 for step in given):
            raise ConfigError(f"[order] checkpoints holds {min(given)}", expected="numbers of steps, from 0")
        steps = given
    else:
        steps = _from_file(given, base)
    inside = {step for step in steps if start < step < stop}
    if start == 0 and 0 in steps:
        inside.add(0)
    return np.array(sorted(inside | {stop}), np.int64)


def _from_file(name: str, base: Path) -> list[int]:
    path = base / name
    if not path.exists():
        raise ConfigError(
            f"[order] checkpoints = {name!r} is neither a grid nor a file",
            expected='"auto", "pythia", a spacing, a list, or a file of numbers',
            fix=did_you_mean(name, ("auto", "pythia")),
        )
    text = read_text(path, shown=name)
    if text.lstrip().startswith("["):
        try:
            values = json.loads(text)
        except ValueError as error:
            raise InputError(f"is not a JSON list ({error})", path=name) from None
    else:
        lines = (line.split("#")[0] for line in text.splitlines())
        values = [word for line in lines for word in re.split(r"[\s,]+", line) if word]
    steps = []
    for value in values:
        word = str(value).removeprefix("step").replace("_", "")
        if isinstance(value, bool) or not word.isdecimal():
            raise InputError(f"holds {value!r}", path=name, expected="numbers of steps")
        steps.append(int(word))
    if not steps:
        raise InputError("holds no numbers of steps", path=name)
    return steps
