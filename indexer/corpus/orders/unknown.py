"""No order is known: every sequence counts once, and its step is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import Reader
from indexer.units import UNKNOWN_STEP, Int64Array


class UnknownOrder:
    """Counts without steps; the window is empty, since there are no steps to lie in it."""

    keys = frozenset({"kind"})

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        del config, reader, base
        self.start_step = self.stop_step = 0
        self.facts: dict[str, Any] = {"kind": "unknown", "n_steps": 0}

    def visits(self, start: int, stop: int) -> Visits:
        """Return one visit at an unknown step for each sequence."""
        n = stop - start
        return Visits(np.arange(n + 1, dtype=np.int64), np.full(n, UNKNOWN_STEP, np.int64))

    def sequences_at(self, step: int) -> Int64Array:
        """Return nothing: which sequences a step took is not known."""
        del step
        return np.empty(0, np.int64)
