"""What parts of gapped patterns need beside them: by part, and by anchor of the window scan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.gapped.kernels.companions import WANTED_WORDS, Wanted
from indexer.matching.gapped.kernels.reach import Reach
from indexer.matching.gapped.kernels.rules import WALL_WORDS
from indexer.matching.ids.kernels.gap_windows import (
    IDS,
    KIND_BITS,
    LAST,
    LEFT,
    N_TOKENS,
    OPEN,
    OUTERMOST,
    RIGHT,
    WORDS,
    WindowNeeds,
)
from indexer.matching.matcher import IdPatterns
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array


class PartNeeds(NamedTuple):
    """In which company parts are of use: tables by part number.

    Attributes
    ----------
    first_part : int
        Phrase numbers from here on are parts, numbered on from 0.
    left, right : Reach
        How far their patterns reach to both sides.
    wanted : Wanted
        With which ids another part ends there.
    words_of_id : array of uint8
        As `indexer.matching.gapped.kernels.join.GapTable` has it.
    n_blanks : int
        Ids of white space a part begins with, at most.
    """

    first_part: int
    left: Reach
    right: Reach
    wanted: Wanted
    words_of_id: Uint8Array
    n_blanks: int


def no_reach(n_rows: int) -> Reach:
    """Return the reach of rows that no pattern is looked for from."""
    return Reach(np.zeros(n_rows, np.int64), np.full(n_rows, -1, np.int64), np.zeros(n_rows, np.int64))


def no_wanted(n_rows: int) -> Wanted:
    """Return rows that want nothing."""
    shapes = (n_rows, WANTED_WORDS), (n_rows, WANTED_WORDS), n_rows, n_rows
    return Wanted(*(np.zeros(shape, np.uint64) for shape in shapes))


def no_needs() -> WindowNeeds:
    """Return what says that every window is to be walked."""
    no_rows = np.zeros((0, RIGHT + LAST + 1), np.int64)
    return WindowNeeds(np.zeros(0, np.int32), no_rows, no_wanted(0), np.zeros(0, np.uint8), np.int64(0))


def window_needs(
    needs: PartNeeds,
    patterns: IdPatterns,
    anchor: Int64Array,
    slot: Int64Array,
    kind: Int32Array,
    n_slots: int,
) -> WindowNeeds:
    """Return what the anchors of patterns need.

    Patterns that share an anchor share a row: what one of them wants lets the windows of all through.

    Parameters
    ----------
    patterns : IdPatterns
        Phrases and parts.
    anchor : array of int64, shape (n_patterns,)
        Where in the pattern ids the anchor of each stands; -1 for patterns of one id.
    slot : array of int64, shape (n_patterns,)
        The slot of that anchor.
    kind : array of int32, shape (n_patterns,)
        By which ids beside it each is known.
    n_slots : int
        How many there are.
    """
    ids, offsets = patterns.ids, patterns.offsets
    part = patterns.phrase.astype(np.int64) - needs.first_part
    at = np.where(anchor >= 0, anchor, offsets[:-1])
    place = np.where(anchor >= 0, slot, n_slots + (ids[at] & np.uint32(N_TOKENS - 1)).astype(np.int64))
    is_part = part >= 0
    if not is_part.any():
        return no_needs()
    places, row = np.unique(place[is_part], return_inverse=True)
    row_of = np.full(n_slots + N_TOKENS + 1, OPEN, np.int32)
    row_of[places] = np.arange(len(places))
    row_of[place[~is_part & (anchor < 0)]] = OPEN
    kinds = np.zeros(len(row_of), np.int32)
    np.bitwise_or.at(kinds, place[~is_part], kind[~is_part])
    part, at = part[is_part], at[is_part]
    start, stop = offsets[:-1][is_part], offsets[1:][is_part]
    words = np.append(0, np.cumsum(_words(ids, needs.words_of_id)))
    wanted = no_wanted(len(places))
    for column, of_part in zip(wanted, needs.wanted, strict=True):
        np.bitwise_or.at(column, row, of_part[part])
    reach = np.zeros((len(places), RIGHT + LAST + 1), np.int64)
    beside = words[at] - words[start], words[stop] - words[at + 1]
    _reach_farther(reach[:, LEFT:RIGHT], row, needs.left, part, at - start, beside[0])
    _reach_farther(reach[:, RIGHT:], row, needs.right, part, stop - at - 1, beside[1])
    reach[:, LEFT + LAST], reach[:, RIGHT + LAST] = (
        wanted.left_last.view(np.int64),
        wanted.right_last.view(np.int64),
    )
    return WindowNeeds(
        of_place=(row_of << KIND_BITS) | kinds,
        reach=reach,
        wanted=wanted,
        words_of_id=needs.words_of_id,
        n_blanks=np.int64(needs.n_blanks),
    )


def _words(ids: TokenIds, words_of_id: Uint8Array) -> Int64Array:
    """Return how many words begin inside each id of the patterns for certain."""
    n_words = np.zeros(len(ids), np.int64)
    known = ids < len(words_of_id)
    n_words[known] = words_of_id[ids[known]]
    n_words[n_words == WALL_WORDS] = 0
    return n_words


def _reach_farther(
    side: Int64Array,
    row: Int64Array,
    reach: Reach,
    part: Int64Array,
    more_ids: Int64Array,
    more_words: Int64Array,
) -> None:
    """Enter how far patterns reach, the ids and words of the part that lie on the way included."""
    side[:, WORDS] = -1
    np.maximum.at(side[:, IDS], row, reach.ids[part] + more_ids)
    np.maximum.at(side[:, OUTERMOST], row, reach.outermost[part])
    by_words = reach.words[part] >= 0
    np.maximum.at(side[:, WORDS], row[by_words], (reach.words[part] + more_words)[by_words])
