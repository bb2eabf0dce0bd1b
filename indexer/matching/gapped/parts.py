"""Occurrences of parts: told from those of phrases, as the kernels take them, and stretches around them."""

from __future__ import annotations

import numpy as np

from indexer.matching.gapped.kernels.tables import Parts, Stretches
from indexer.matching.matcher import Matches, selected
from indexer.units import Int64Array, TokenIds


def partition(found: Matches, first_part: int, n_parts: int) -> tuple[Matches, Matches]:
    """Return the occurrences of phrases, and those of the parts, which are numbered from `first_part` on."""
    is_phrase = found.phrase < first_part
    parts = selected(found, np.flatnonzero(~is_phrase & (found.phrase < first_part + n_parts)))
    phrases = found if is_phrase.all() else selected(found, np.flatnonzero(is_phrase))
    return phrases, parts._replace(phrase=parts.phrase - np.int32(first_part))


def parts_in_ids(found: Matches, ids: TokenIds, starts: Int64Array) -> Parts:
    """Return occurrences of parts, numbered from 0, that are told apart by their ids alone."""
    begin, nothing = found.token_offset, np.empty(0, np.int64)
    end = begin + found.n_tokens
    return Parts(
        ids=ids,
        starts=starts,
        part=found.phrase,
        row=found.row,
        begin=begin,
        end=end,
        first=begin.astype(np.int64),
        stop=end.astype(np.int64),
        text_first=nothing,
        text_stop=nothing,
        words_before=nothing,
        goes_on_at=nothing,
    )


def merged(row: Int64Array, begin: Int64Array, end: Int64Array) -> Stretches:
    """Return stretches in order, those that overlap or touch made one."""
    if not len(row):
        return Stretches(row, begin, end)
    # Rows are told apart by a number larger than any end, so that one running maximum serves all of them.
    begin, end = (row << 32) | begin, (row << 32) | end
    order = np.argsort(begin, kind="stable")
    begin, reach = begin[order], np.maximum.accumulate(end[order])
    opens = np.append(True, begin[1:] >= reach[:-1])
    closes = np.append(opens[1:], True)
    return Stretches(begin[opens] >> 32, begin[opens] & 0xFFFFFFFF, reach[closes] & 0xFFFFFFFF)
