"""``[order]``: at which training steps each sequence was consumed."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class OrderConfig:
    """The training order."""

    kind: str = option("sequential", help="Rule that names the steps of a sequence.")
    batch_size: int | list[list[int]] | None = option(
        None, help="Sequences per step; a ramp is a list of [first step, batch size]."
    )
    start_step: int = option(0, help="First step of the training window.")
    stop_step: int | None = option(None, help="Step after the last one of the window; default: all steps.")
    epochs: int = option(1, help="How often the corpus was run through.")
    drop_last: bool = option(True, help="Whether the trainer dropped a last batch that is not full.")
    path: str | list[str] | None = option(None, help="Order files, where the rule has any.")
    checkpoints: str | int | list[int] = option(
        "auto",
        help="Steps taken at each checkpoint: a list, a spacing, a file, a named grid (pythia), or auto.",
    )
