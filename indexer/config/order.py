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
    batch_tokens: int | None = option(
        None, help="Ids per step, where the trainer counts so (OLMo-core): divided by the sequence length."
    )
    start_step: int = option(0, help="First step of the training window.")
    stop_step: int | None = option(None, help="Step after the last one of the window; default: all steps.")
    epochs: int = option(1, help="How often the corpus was run through.")
    drop_last: bool = option(True, help="Whether the trainer dropped a last batch that is not full.")
    path: str | list[str] | None = option(
        None, help="Order files, where the rule has any; index files are one for each epoch."
    )
    dtype: str | None = option(
        None,
        help="Dtype of an index file without a header; default: uint32. -1 or all ones is padding.",
    )
    seed: int | None = option(
        None,
        help="Seed of the shuffle, where the order can be made anew (olmo, olmo-core, litpkds, nanotron).",
    )
    allow_short: bool = option(
        False,
        help="Take an order that names fewer sequences than the corpus, or leaves out steps; counts of 0 are "
        "then unknown.",
    )
    allow_repeats: bool = option(
        False, help="Take an order that names a sequence twice in one epoch, or twice for one step."
    )
    weights: list[float] = option(
        [], help="Weights of a blend: GPT-NeoX (one a path; needs a stop_step), nanotron (one a folder)."
    )
    ranks: int = option(
        1,
        help="OLMo: data-parallel ranks; rank r takes every so-many-th row. Orders rows, no step changes.",
    )
    read_at_once: int = option(
        8, least=1, help="litpkds: files whose blocks are shuffled together (n_chunks)."
    )
    checkpoints: str | int | list[int] = option(
        "auto",
        help="Steps taken at each checkpoint: a list, a spacing, a file, a named grid (pythia), or auto.",
    )
