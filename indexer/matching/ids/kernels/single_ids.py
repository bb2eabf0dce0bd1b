"""Patterns of one id, answered by a table: each id is read once, whatever of them is found.

A word that stands everywhere makes windows of everything. Of a pattern of one id there is nothing to search:
its id says which phrase it is, its two neighbours say whether word borders stand beside it. All of that lies
in one number an id. Only where a neighbour does not know (half a character, a mark) are bytes read.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf, rare, uncounted
from indexer.jit.numbers import int64, uint64
from indexer.matching.ids.kernels.verify import PHRASE, RULES
from indexer.matching.kernels.block import Block, Row
from indexer.matching.kernels.borders import NeighbourTable, is_word_bounded
from indexer.matching.kernels.matches import MatchRuns
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

IS_PATTERN, NO_WORD_BEFORE, NO_WORD_AFTER, KNOWN_BEFORE, KNOWN_AFTER, ASK = 1, 2, 4, 8, 16, 128
"""What an id needs of its neighbours: nothing but itself; no letter on the left, on the right; a neighbour
there that is sure of it; the slow question in any case (several phrases, possessives). As a neighbour an id
breaks the same bits."""
NEEDS, AS_LEFT, AS_RIGHT = 32, 40, 48
"""Where they stand in an entry, above the phrase: what the id needs, what it breaks as left and as right
neighbour."""
_BITS = 0xFF
_DOUBT = KNOWN_BEFORE | KNOWN_AFTER | ASK


class SingleIds(NamedTuple):
    """The patterns of one id.

    Attributes
    ----------
    entries : array of uint64, shape (n_ids + 1,)
        One for each id; the last one, 0, for all ids beyond.
    offsets : array of int64, shape (n_ids + 2,)
        The patterns of id i are ``patterns[offsets[i]:offsets[i + 1]]``.
    patterns : array of int32, shape (n_patterns, 4)
        As in `indexer.matching.ids.pattern_table.pattern_table`, those of an id ordered by phrase.
    most_of_id : int64
        Patterns of one id, at most.
    neighbours : NeighbourTable
        What stands beside each id.
    """

    entries: Uint64Array
    offsets: Int64Array
    patterns: Int32Array
    most_of_id: int
    neighbours: NeighbourTable


@leaf
def entry_of(entries: Uint64Array, token: int) -> int:
    """Return the entry of an id."""
    return uint64(entries[uint64(min(token, entries.shape[0] - 1))])


@rare
def ask_borders(singles: SingleIds, row: Row, at: int, window: Uint8Array, found: MatchRuns, n: int) -> int:
    """Write down the patterns of the id at a position that keep their border rules; return the new number."""
    token = int64(row.ids[at])
    for pattern in range(singles.offsets[token], singles.offsets[token + 1]):
        rules = int64(singles.patterns[pattern, RULES])
        if rules != 0 and not is_word_bounded(singles.neighbours, rules, row, at, at + 1, window):
            continue
        found.phrase[n] = singles.patterns[pattern, PHRASE]
        found.token_offset[n] = at - row.start
        found.n_tokens[n] = found.times[n] = 1
        n += 1
    return n


@leaf
def find_singles(
    singles: SingleIds, row: Row, begin: int, end: int, window: Uint8Array, found: MatchRuns, n: int
) -> int:
    """Write down the occurrences at ``[begin, end)`` of a row, but for its number; return the new number.

    One is written at each position and kept or written over: a branch would be taken at random.
    """
    if begin >= end:
        return n
    ids, start, stop = row
    entries = singles.entries
    left = entry_of(entries, int64(ids[begin - 1])) if begin > start else uint64(0)
    entry = entry_of(entries, int64(ids[begin]))
    for at in range(begin, end):
        right = entry_of(entries, int64(ids[uint64(at + 1)])) if at + 1 < stop else uint64(0)
        needs = int64(entry >> uint64(NEEDS)) & _BITS
        broken = needs & (int64(left >> uint64(AS_LEFT)) | int64(right >> uint64(AS_RIGHT)) | ASK)
        if broken & _DOUBT:
            n = ask_borders(singles, row, int64(at), window, found, n)
        else:
            place = uint64(n)
            found.phrase[place] = int64(entry & uint64(0xFFFFFFFF))
            found.token_offset[place] = at - start
            found.n_tokens[place] = found.times[place] = 1
            n += needs & IS_PATTERN & int64(broken == 0)
        left, entry = entry, right
    return n


@rare
def insert_longer(longer: MatchRuns, k: int, found: MatchRuns, first: int, n: int) -> int:
    """Insert an occurrence of several ids among those of its place, ordered by phrase; return the new number.

    Parameters
    ----------
    found : MatchRuns
        What begins at that place stands from the number `first` on, one occurrence a phrase. One of the same
        phrase is shorter, or as short, and stays alone.
    """
    at, phrase = int64(n), int64(longer.phrase[k])
    while at > first and found.phrase[at - 1] > phrase:
        at -= 1
    if at > first and found.phrase[at - 1] == phrase:
        return n
    for each in range(n, at, -1):
        found.phrase[each], found.n_tokens[each] = found.phrase[each - 1], found.n_tokens[each - 1]
        found.times[each] = found.times[each - 1]
    found.token_offset[n] = longer.token_offset[k]
    found.phrase[at], found.n_tokens[at], found.times[at] = phrase, longer.n_tokens[k], longer.times[k]
    return n + 1


@uncounted
def add_singles(
    singles: SingleIds,
    block: Block,
    row: int,
    last_row: int,
    longer: MatchRuns,
    k: int,
    n_longer: int,
    window: Uint8Array,
    found: MatchRuns,
) -> tuple[int, int, int]:
    """Write the occurrences of one id between those of several, in order, row after row.

    Parameters
    ----------
    singles, block
        What is looked for, and where.
    row, last_row : int
        The rows ``[row, last_row)``.
    longer : MatchRuns
        The occurrences of several ids, ordered, from the number `k` on up to `n_longer`.
    window : array of uint8
        Scratch for `borders.WINDOW_BYTES` bytes.
    found : MatchRuns
        Takes all of them.

    Returns
    -------
    row : int
        The first row that may not fit into the buffer any more.
    k, n : int
        How many of `longer` are written by then, and how many in all.
    """
    capacity, n = found.phrase.shape[0], int64(0)
    while row < last_row:
        sequence = Row(block.ids, int64(block.starts[row]), int64(block.stops[row]))
        first_of_row, at, last = int64(n), sequence.start, int64(k)
        while last < n_longer and longer.row[last] == row:
            last += 1
        if n + (sequence.stop - at) * singles.most_of_id + last - k + 1 > capacity:
            break
        while at < sequence.stop:
            offset = int64(longer.token_offset[k]) if k < last else sequence.stop - sequence.start - 1
            n = find_singles(singles, sequence, at, sequence.start + offset + 1, window, found, n)
            at, first = sequence.start + offset + 1, int64(n)
            while first > first_of_row and found.token_offset[first - 1] == offset:
                first -= 1
            while k < last and longer.token_offset[k] == offset:
                n = insert_longer(longer, k, found, first, n)
                k += 1
        for each in range(first_of_row, n):
            found.row[each] = row
        row += 1
    return row, k, n
