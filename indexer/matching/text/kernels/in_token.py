"""Occurrences inside one token: what a vocabulary tells of them beforehand, and what the neighbours decide.

Most occurrences of a single word lie inside one token. Where in its spelling they stand is known before any
text is read. What is left to ask are the borders at the ends of the token, and nearly always the first and
the last character of the tokens beside it answer. A neighbour does not know if it is no whole characters,
spells nothing, holds only marks, or begins with an apostrophe that may be a possessive: then the text around
the token is decoded, and the borders are tested there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.jit.simd import AT_ONCE, places_of
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.borders import LEFT_BORDER
from indexer.matching.kernels.matches import Matches, insert_match, put_match
from indexer.matching.text.kernels.borders import word_before
from indexer.matching.text.kernels.search import Ranges, TextTable, keeps_rules
from indexer.matching.text.kernels.stream import (
    Stream,
    VocabularyTable,
)
from indexer.matching.text.kernels.window_text import context_stop
from indexer.matching.text.kernels.windows import TextWindows
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array, Uint16Array

RUN = 1 << 13
"""Positions whose neighbours are compared together: their facts stay in the first-level cache."""

HOLDS, ALONE = np.uint8(1 << 7), np.uint8(1 << 6)
"""Facts of an id: an occurrence can lie inside it; one, and of that no more is asked than its needs say."""
NEEDS_LEFT, NEEDS_RIGHT = np.uint8(1 << 5), np.uint8(1 << 4)
"""Of an occurrence: it depends on what stands before (behind) the id. Of an id: all its occurrences do."""
LAST_WORD, LAST_UNSURE = np.uint8(1 << 3), np.uint8(1 << 2)
"""Facts of an id: what it ends with denies a border behind it; it does not tell."""
FIRST_WORD, FIRST_UNSURE = np.uint8(1 << 1), np.uint8(1 << 0)
"""Facts of an id: what it begins with denies a border before it; it does not tell."""
_TWO, _THREE, _FOUR, _FIVE, _SIX, _SEVEN = (np.uint8(n) for n in range(2, 8))
IN_DOUBT = np.uint8(1)
"""Of a place: its occurrences have to be looked at one by one."""
ASKS = np.uint8(1)
"""Of an occurrence: it depends on more than the character beside the token."""

DENIED, STANDS, OPEN = 0, 1, 2
"""What the neighbours say of an occurrence inside a token."""

ROW, AT, OTHER = 0, 1, 2
"""What `find_in_tokens` and `list_open` remember between two calls: the row, and which token of it and which
other occurrence come next."""
STATE_SIZE = 3


class InTokenTable(NamedTuple):
    """The occurrences inside each id. Arrays by id have one more entry, for ids beyond the vocabulary.

    Attributes
    ----------
    facts : array of uint8, shape (n_ids + 1,)
        See `HOLDS` and the constants behind it.
    first_phrase : array of int32, shape (n_ids + 1,)
        The phrase of the first occurrence of each id.
    offsets : array of int64, shape (n_ids + 2,)
        Occurrences of id i are those from ``offsets[i]`` to ``offsets[i + 1]``, by phrase.
    phrase : array of int32
        Of each occurrence.
    needs : array of uint8
        `NEEDS_LEFT`, `NEEDS_RIGHT`, `ASKS`.
    begin, end : array of int32
        Its bytes in the folded spelling of the id, half-open.
    most_of_token : int
        The most occurrences inside one id.
    """

    facts: Uint8Array
    first_phrase: Int32Array
    offsets: Int64Array
    phrase: Int32Array
    needs: Uint8Array
    begin: Int32Array
    end: Int32Array
    most_of_token: int


class InTokenScratch(NamedTuple):
    """Buffers for a run.

    Attributes
    ----------
    facts : array of uint8, shape (RUN + 2,)
        Of the ids of the run, and of one before and one behind.
    tests, places : arrays of uint8 and uint16
        Which may hold an occurrence.
    """

    facts: Uint8Array
    tests: Uint8Array
    places: Uint16Array


def new_in_token_scratch() -> InTokenScratch:
    """Return space for a run."""
    return InTokenScratch(
        np.empty(RUN + 2, np.uint8), np.empty(RUN, np.uint8), np.empty(RUN + AT_ONCE, np.uint16)
    )


@uncounted
def compare_contexts(
    texts: Uint8Array, places: Int64Array, table: TextTable, before: Uint8Array, behind: Uint8Array
) -> None:
    """Say how the borders at some places come out in several texts that differ in what stands around.

    Parameters
    ----------
    texts : array of uint8, shape (n_texts, n_bytes)
        Streams of the same text in different contexts.
    table : TextTable
        The rules.
    before, behind : array of uint8, shape (n_places,)
        Filled in: for each text a bit that a letter or digit stands before the place, and that what stands
        behind it agrees with the rules.
    """
    for k in range(places.shape[0]):
        before[k] = behind[k] = 0
        for number in range(texts.shape[0]):
            text = texts[number]
            before[k] |= np.uint8(word_before(text, places[k], table.classes)) << np.uint8(number)
            behind[k] |= np.uint8(keeps_rules(table, text, places[k])) << np.uint8(number)


@leaf
def read_facts(facts: Uint8Array, ids: TokenIds, begin: int, end: int, of_place: Uint8Array) -> None:
    """Fill the facts of the ids ``[begin, end)`` behind the first place."""
    last = np.uint64(facts.shape[0] - 1)
    for at in range(np.uint64(begin), np.uint64(end)):
        of_place[at - np.uint64(begin) + np.uint64(1)] = facts[min(np.uint64(ids[at]), last)]


@leaf
def test_facts(of_place: Uint8Array, n: int, tests: Uint8Array) -> None:
    """Fill for each of `n` places whether an occurrence lies there: 0, `HOLDS`, or with `IN_DOUBT`.

    A need is two or three bits above the fact that denies it, and one more above the fact that leaves it
    open: so a shift compares both.
    """
    for k in range(np.uint64(n)):
        before, own, behind = of_place[k], of_place[k + np.uint64(1)], of_place[k + np.uint64(2)]
        denied = own & (((before << _TWO) & NEEDS_LEFT) | ((behind << _THREE) & NEEDS_RIGHT))
        unsure = own & (((before << _THREE) & NEEDS_LEFT) | ((behind << _FOUR) & NEEDS_RIGHT))
        holds = own & ~((denied << _TWO) | (denied << _THREE)) & HOLDS
        # All by bits: with one comparison it is compiled to work on eight bytes for each.
        tests[k] = holds | ((holds >> _SEVEN) & ((unsure >> _FOUR) | (unsure >> _FIVE) | (~own >> _SIX)))


@leaf
def read_run(
    table: InTokenTable, ids: TokenIds, start: int, stop: int, first: int, last: int, scratch: InTokenScratch
) -> None:
    """Fill the facts of a run of the sequence ``ids[start:stop]``, and of its neighbours, and their tests."""
    of_place = scratch.facts
    beyond = table.facts.shape[0] - 1
    read_facts(table.facts, ids, first, last, of_place)
    of_place[0] = table.facts[min(int64(ids[first - 1]), beyond)] if first > start else 0
    of_place[last - first + 1] = table.facts[min(int64(ids[last]), beyond)] if last < stop else 0
    test_facts(of_place, last - first, scratch.tests)


@leaf
def answer(needs: np.uint8, before: np.uint8, behind: np.uint8) -> int:
    """Return what the facts of the neighbours say of an occurrence: `DENIED`, `STANDS` or `OPEN`."""
    if ((before << _TWO) & needs & NEEDS_LEFT) | ((behind << _THREE) & needs & NEEDS_RIGHT):
        return DENIED
    unsure = ((before << _THREE) & needs & NEEDS_LEFT) | ((behind << _FOUR) & needs & NEEDS_RIGHT)
    return OPEN if unsure | (needs & ASKS) else STANDS


@uncounted
def list_open(
    table: InTokenTable,
    vocabulary: VocabularyTable,
    block: Block,
    state: Int64Array,
    scratch: InTokenScratch,
    windows: TextWindows,
) -> int:
    """Write down as windows the tokens inside which an occurrence is open, while there is space for `RUN`.

    `state` holds how far it got, and is brought up to date.

    Returns
    -------
    int
        How many were written; all rows are done if ``state[ROW]`` is the number of rows.
    """
    ids, starts, stops = block
    tests, places = scratch.tests, scratch.places
    n = int64(0)
    while state[ROW] < starts.shape[0]:
        row = state[ROW]
        start, stop = starts[row], stops[row]
        first = start + state[AT]
        while first < stop:
            if n + RUN > windows.row.shape[0]:
                state[AT] = first - start
                return n
            last = min(first + RUN, stop)
            read_run(table, ids, start, stop, first, last, scratch)
            for k in range(np.uint64(last - first)):
                tests[k] &= IN_DOUBT
            for k in range(places_of(tests, last - first, places)):
                place = int64(places[k])
                token = int64(ids[first + place])
                before, behind = scratch.facts[place], scratch.facts[place + 2]
                for j in range(table.offsets[token], table.offsets[token + 1]):
                    if answer(table.needs[j], before, behind) == OPEN:
                        windows.row[n] = row
                        windows.first[n] = windows.last[n] = first + place
                        windows.end[n] = context_stop(vocabulary, ids, first + place + 1, stop)
                        n += 1
                        break
            first = last
        state[ROW] = row + 1
        state[AT] = 0
    return n


@uncounted
def verify_open(
    table: InTokenTable,
    phrases: TextTable,
    block: Block,
    windows: TextWindows,
    first_window: int,
    stream: Stream,
    ranges: Ranges,
    n_ranges: int,
    hits: Matches,
) -> int:
    """Write down the open occurrences that the text around their tokens lets stand; return how many.

    The ranges of the stream are the windows from `first_window` on.
    """
    ids, starts, stops = block
    text, facts = stream.text, table.facts
    beyond = facts.shape[0] - 1
    n = int64(0)
    for number in range(n_ranges):
        row, at = windows.row[first_window + number], windows.first[first_window + number]
        start, stop = starts[row], stops[row]
        token = int64(ids[at])
        before = facts[min(int64(ids[at - 1]), beyond)] if at > start else np.uint8(0)
        behind = facts[min(int64(ids[at + 1]), beyond)] if at + 1 < stop else np.uint8(0)
        # A character begun before the token left bytes under its number: the last piece is its own.
        piece = ranges.stop_piece[number] - 1
        while stream.piece_first[piece] != at - start:
            piece -= 1
        text_begin = stream.piece_start[piece]
        for k in range(table.offsets[token], table.offsets[token + 1]):
            if answer(table.needs[k], before, behind) != OPEN:
                continue
            begin, end = text_begin + table.begin[k], text_begin + table.end[k]
            if phrases.rules & LEFT_BORDER and word_before(text, begin, phrases.classes):
                continue
            if keeps_rules(phrases, text, end):
                n = put_match(hits, n, table.phrase[k], row, at - start, 1)
    return n


@uncounted
def find_in_tokens(
    table: InTokenTable,
    block: Block,
    state: Int64Array,
    scratch: InTokenScratch,
    others: Matches,
    hits: Matches,
) -> int:
    """Write down the occurrences inside tokens, none that is open, and others among them.

    The others are ordered, and so is what is written. There must be space for all of them and for those of
    `RUN` tokens. `state` holds how far it got, and is brought up to date.

    Returns
    -------
    int
        How many were written; all rows are done if ``state[ROW]`` is the number of rows.
    """
    ids, starts, stops = block
    tests, places = scratch.tests, scratch.places
    first_phrase = table.first_phrase
    n, n_others, other = int64(0), others.row.shape[0], state[OTHER]
    while state[ROW] < starts.shape[0]:
        row = state[ROW]
        start, stop = starts[row], stops[row]
        first = start + state[AT]
        while first < stop:
            if n + RUN * table.most_of_token + n_others - other > hits.row.shape[0]:
                state[AT] = first - start
                state[OTHER] = other
                return n
            last = min(first + RUN, stop)
            read_run(table, ids, start, stop, first, last, scratch)
            n_places = places_of(tests, last - first, places)
            k = int64(0)
            while True:
                # Up to the next of the others, and it behind those of its token.
                has_other = other < n_others and others.row[other] == row
                next_other = start + int64(others.token_offset[other]) if has_other else stop
                until = min(next_other, last - 1) - first
                while k < n_places and places[k] <= until:
                    place = int64(places[k])
                    token = int64(ids[first + place])
                    k += 1
                    if tests[place] & IN_DOUBT:
                        before, behind = scratch.facts[place], scratch.facts[place + 2]
                        for j in range(table.offsets[token], table.offsets[token + 1]):
                            if answer(table.needs[j], before, behind) == STANDS:
                                n = put_match(hits, n, table.phrase[j], row, first + place - start, 1)
                    else:
                        n = put_match(hits, n, first_phrase[token], row, first + place - start, 1)
                if next_other >= last:
                    break
                n = insert_match(others, other, hits, n)
                other += 1
            first = last
        state[ROW] = row + 1
        state[AT] = 0
    state[OTHER] = other
    return n
