"""Which sequences no step of an order takes: those that fill no batch, or that its files do not name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.plurals import counted


def n_left_out(facts: Mapping[str, Any]) -> int:
    """Return how many sequences no step of any epoch takes, of the facts of an order.

    A list has one number an epoch, of epochs that all leave out the same end of the corpus.
    """
    found = facts.get("n_sequences_left_out", 0)
    return int(min(found, default=0)) if isinstance(found, list) else int(found)


def notes_on_left_out(facts: Mapping[str, Any], n_sequences: int) -> list[str]:
    """Return a sentence where there are such sequences; empty where every one is taken."""
    n_out = n_left_out(facts)
    if not n_out:
        return []
    return [
        f"{n_out:,} of {counted(n_sequences, 'sequence')} {'is' if n_out == 1 else 'are'} taken by no step:"
        " too few to fill a batch, or left out by the order"
    ]
