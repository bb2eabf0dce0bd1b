"""What is looked for: runs of token ids, and parts with a bounded number of tokens or words between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds

UNITS = ("tokens", "words")
MOST_GAP = 1_000_000
"""A wider gap is refused: no sequence is as long."""


class IdPatterns(NamedTuple):
    """Token-id sequences to look for; several may stand for one phrase.

    Attributes
    ----------
    ids : array of uint32
        The ids of all patterns, one pattern after another.
    offsets : array of int64, shape (n_patterns + 1,)
        Pattern p is ``ids[offsets[p]:offsets[p + 1]]``; none is empty, no two are equal for one phrase.
    phrase : array of int32, shape (n_patterns,)
        The phrase each one stands for.
    """

    ids: TokenIds
    offsets: Int64Array
    phrase: Int32Array


def select(patterns: IdPatterns, chosen: BoolArray) -> IdPatterns:
    """Return the chosen ones of some patterns."""
    lengths = np.diff(patterns.offsets)
    return IdPatterns(
        patterns.ids[np.repeat(chosen, lengths)],
        np.append(0, np.cumsum(lengths[chosen])),
        patterns.phrase[chosen],
    )


class Gap(NamedTuple):
    """How much may lie between two parts: ``least <= between <= most``, in tokens or in words.

    Tokens are the ids strictly between the last id the earlier part touches and the first id the later one
    touches. Words are the longest runs of letters and digits (`str.isalnum`), each with the marks behind
    it, in the decoded, folded text between the two.
    """

    least: int
    most: int
    unit: str = "tokens"


@dataclass(frozen=True)
class GappedPattern:
    """One gapped phrase.

    Attributes
    ----------
    phrase : int
        The phrase it stands for.
    parts : tuple of int
        Phrase numbers of its parts in the matcher below, in order; two at least.
    gaps : tuple of Gap
        One for each part but the first.
    """

    phrase: int
    parts: tuple[int, ...]
    gaps: tuple[Gap, ...]
