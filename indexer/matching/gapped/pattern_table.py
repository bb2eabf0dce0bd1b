"""Gapped patterns checked, and turned into what the kernels take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.errors import ConfigError, InputError
from indexer.matching.gapped.kernels.tables import SEPARATOR_WORDS, GapTable, PatternsByPart
from indexer.matching.gapped.text import words_of_ids
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.patterns import MOST_GAP, UNITS, Gap, GappedPattern
from indexer.units import Int64Array
from indexer.vocabulary import TokenBytes


def gap_table(
    patterns: Sequence[GappedPattern],
    first_part: int,
    vocabulary: TokenBytes | VocabularyTables | None,
    *,
    case: str = "fold",
) -> GapTable:
    """Return the patterns as the kernels take them.

    Parameters
    ----------
    patterns : sequence of GappedPattern
        What to look for.
    first_part : int
        What part numbers of the table count from.
    vocabulary : TokenBytes or None
        The bytes of every id; None if they are not known: then gaps are counted in tokens only.
    case : {"fold", "turkish", "exact"}
        How text is folded before its words are counted.

    Raises
    ------
    ConfigError
        A gap is counted in words and there is no vocabulary.
    InputError
        A pattern has fewer than two parts, a gap less than 0 or upside down, or a unit nobody knows.
    """
    for pattern in patterns:
        _refuse(pattern, first_part)
    counts_words = any(gap.unit == "words" for pattern in patterns for gap in pattern.gaps)
    if counts_words and vocabulary is None:
        raise ConfigError(
            "words in gaps cannot be counted without a tokenizer",
            path="patterns",
            fix="name the tokenizer, or give the gaps in tokens",
        )
    places = [gap for pattern in patterns for gap in (Gap(0, 0), *pattern.gaps)]
    words = np.zeros(0, np.uint8)
    tables = None if vocabulary is None else tables_of(vocabulary)
    if counts_words and tables is not None:
        words = tables.made_by(words_of_ids, case=case)
    return GapTable(
        offsets=np.cumsum([0, *(len(pattern.parts) for pattern in patterns)]).astype(np.int64),
        part=np.array([part - first_part for pattern in patterns for part in pattern.parts], np.int32),
        least=np.array([gap.least for gap in places], np.int32),
        most=np.array([gap.most for gap in places], np.int32),
        in_words=np.array([gap.unit == "words" for gap in places], np.bool_),
        by_words=np.array([any(gap.unit == "words" for gap in p.gaps) for p in patterns], np.bool_),
        phrase=np.array([pattern.phrase for pattern in patterns], np.int32),
        words_of_id=words,
        most_words_of_id=int(words[words < SEPARATOR_WORDS].max(initial=0)),
        special=np.zeros(0, np.bool_) if tables is None else tables.tokens.special,
    )


def patterns_by_rarer_end(gaps: GapTable, counts: Int64Array) -> PatternsByPart:
    """Return the patterns by the rarer one of their last and their first part.

    Parameters
    ----------
    gaps : GapTable
        The patterns.
    counts : array of int64, shape (n_part_numbers,)
        How often each part stands in a sample. It decides speed, never what is found.
    """
    first, last = gaps.part[gaps.offsets[:-1]], gaps.part[gaps.offsets[1:] - 1]
    slot = np.where(counts[last] <= counts[first], last, first + len(counts))
    n_of_slot = np.bincount(slot, minlength=2 * len(counts))
    return PatternsByPart(
        np.append(0, np.cumsum(n_of_slot)), np.argsort(slot, kind="stable").astype(np.int32)
    )


def _refuse(pattern: GappedPattern, first_part: int) -> None:
    what = None
    if len(pattern.parts) < 2 or len(pattern.gaps) != len(pattern.parts) - 1:
        what = f"{len(pattern.parts)} parts and {len(pattern.gaps)} gaps"
    elif any(not 0 <= gap.least <= gap.most <= MOST_GAP for gap in pattern.gaps):
        what = "a gap whose bounds are " + ", ".join(f"{gap.least} to {gap.most}" for gap in pattern.gaps)
    elif any(gap.unit not in UNITS for gap in pattern.gaps):
        what = "a gap in " + ", ".join(repr(gap.unit) for gap in pattern.gaps)
    elif min(pattern.parts) < first_part:
        what = f"a part {min(pattern.parts)} that is a phrase"
    if what is not None:
        raise InputError(
            f"a gapped pattern with {what}",
            path="patterns",
            offset=f"phrase {pattern.phrase}",
            expected=f"two parts or more, 0 <= least <= most <= {MOST_GAP:,} tokens or words between",
        )
