"""A checkpoint is a number of steps taken; the grid ends where the training window does."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from indexer.config import OrderConfig
from indexer.corpus.orders.checkpoints import checkpoint_grid
from indexer.errors import ConfigError, InputError


def grid(checkpoints, start, stop, base=Path()):
    order = SimpleNamespace(start_step=start, stop_step=stop)
    steps = checkpoint_grid(OrderConfig(batch_size=1, checkpoints=checkpoints), order, base=base)
    assert steps.dtype == np.int64
    return steps.tolist()


@pytest.mark.parametrize(
    ("checkpoints", "start", "stop", "expected"),
    [
        (100, 0, 350, [100, 200, 300, 350]),
        (100, 150, 350, [200, 300, 350]),
        ([5, 3, 3, 20], 0, 10, [3, 5, 10]),
        ([0, 5], 0, 5, [0, 5]),
        ([0, 5], 2, 9, [5, 9]),
        ("pythia", 0, 2500, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 2000, 2500]),
        ("auto", 0, 5, [1, 2, 3, 4, 5]),
    ],
)
def test_grid(checkpoints, start, stop, expected):
    assert grid(checkpoints, start, stop) == expected


def test_pythia_has_154_checkpoints():
    assert len(grid("pythia", 0, 143_000)) == 154


@pytest.mark.parametrize("stop", [1, 127, 129, 2000, 4999, 143_000, 1_000_000, 123_456_789])
def test_auto_grid_is_about_a_hundred_steps_and_covers_the_window(stop):
    steps = grid("auto", 0, stop)
    assert steps == sorted(set(steps)) and steps[0] == 1 and steps[-1] == stop
    assert min(stop, 50) <= len(steps) <= 160


def test_grid_from_a_file(tmp_path):
    (tmp_path / "a.txt").write_text("# saved at\nstep1, step10\n1_000\n")
    (tmp_path / "a.json").write_text("[1, 10, 1000]")
    (tmp_path / "bad.txt").write_text("1 ten")
    assert grid("a.txt", 0, 5000, tmp_path) == grid("a.json", 0, 5000, tmp_path) == [1, 10, 1000, 5000]
    with pytest.raises(InputError, match="'ten'"):
        grid("bad.txt", 0, 5000, tmp_path)
    with pytest.raises(ConfigError, match="neither a grid nor a file"):
        grid("pythai", 0, 5000, tmp_path)
