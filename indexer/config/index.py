"""``[index]``: how the table is built."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class IndexConfig:
    """How the table is built. None of these changes what is counted."""

    grain: str = option(
        "checkpoint", choices=("checkpoint", "step"), help="Finest step range of exposure_bins."
    )
    places: int = option(4, help="First places kept of each phrase, for looking at the hits.")
    workers: int = option(0, help="Worker processes; 0 is one per core.")
