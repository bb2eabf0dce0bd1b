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
    occurrences: str = option(
        "none",
        choices=("none", "all"),
        help="Each exposure, with its document, as a row of Parquet files beside the table: all, or none.",
    )
    workers: int = option(0, help="Worker processes; 0 is one per core.")
    engine: str = option(
        "local", choices=("local", "ray"), help="Who scans: processes of this machine, or a Ray cluster."
    )
    address: str = option(
        "", help="Of the Ray cluster; empty: what RAY_ADDRESS says, or a cluster of this machine alone."
    )
    max_memory: str = option(
        "",
        help="Memory to stay within, as in 16GB: fewer workers, or a refusal; empty: what the machine has.",
    )
    phrases_at_once: int = option(
        0,
        least=0,
        help="Phrases looked for in one pass over the corpus; 0: as many as memory holds.",
    )
    allow_paths: list[str] = option(
        [], help="Folders that may be read though nothing here names them: links and other files lead there."
    )
    silent_seconds: int = option(
        600,
        least=1,
        help="A worker that gives no sign of life for so long is killed, and its range tried again.",
    )
