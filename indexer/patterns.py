"""What a gapped pattern is: ordered parts with a bounded number of tokens or words between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

UNITS = ("tokens", "words")
MOST_GAP = 1_000_000
"""A wider gap is refused: no sequence is as long."""


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
