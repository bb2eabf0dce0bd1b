"""The doubts that an index is refused for, and what a zero is worth where somebody took one on purpose.

`never` needs evidence. Each doubt below stops the work by name, and the message tells the key that takes it
on purpose. What was taken stands in the plan and in ``provenance``; where it weakens a zero, every count of 0
is `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Doubt:
    """One doubt.

    Attributes
    ----------
    name : str
        What it is called in plans and tables.
    about : str
        What is in doubt, as the documentation says it.
    key : str
        The key that takes it on purpose, as ``section.key``.
    weakens_zeros : bool
        Whether every count of 0 is `unknown` once it was taken.
    """

    name: str
    about: str
    key: str
    weakens_zeros: bool


DOUBTS = (
    Doubt(
        "another dtype",
        "the ids look like those of another one; naming the byte order, as in `<u2`, takes it",
        "corpus.dtype",
        weakens_zeros=True,
    ),
    Doubt(
        "another tokenizer",
        "the ids of a sample are not what the tokenizer makes of the text they spell",
        "tokenizer.trust",
        weakens_zeros=True,
    ),
    Doubt(
        "holes",
        "numbered files are missing (`-00001-of-00003`, `1`, `2`, `0a`, `0b`, `a`, `b`, or `aa`, `ab`), or"
        " the `.bin` of an `.idx` or the other way round; a shard that does not say its length is shorter"
        " than its neighbours; a shard has bytes that nobody wrote (a sparse file, zeros at its end)",
        "corpus.allow_holes",
        weakens_zeros=True,
    ),
    Doubt(
        "repeated shards",
        "a shard is named twice, is a link to another, holds the same bytes or ids, another shard and more"
        " behind it, or its own bytes over and over",
        "corpus.allow_repeats",
        weakens_zeros=False,
    ),
    Doubt(
        "short order",
        "an order names fewer sequences than the corpus holds, by a batch or more, or leaves out steps",
        "order.allow_short",
        weakens_zeros=True,
    ),
    Doubt(
        "repeats in an order",
        "an order names a sequence twice in one epoch, or twice for one step",
        "order.allow_repeats",
        weakens_zeros=False,
    ),
)

_BY_NAME = {doubt.name: doubt for doubt in DOUBTS}


def weakening(taken: Iterable[str]) -> list[str]:
    """Return those of the doubts, by name, that make every count of 0 unknown."""
    return [name for name in taken if _BY_NAME[name].weakens_zeros]
