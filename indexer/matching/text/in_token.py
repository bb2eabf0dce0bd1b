"""Finds the occurrences that lie inside one token, without decoding: a vocabulary is searched, not the text.

What an occurrence inside a token needs of its neighbours is not worked out by rules of its own: each spelling
of the vocabulary is put into several contexts, and the border rules are asked in each of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.folding import fold
from indexer.matching.borders import character_classes, classes_of_folds
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.borders import LEFT_BORDER, MARK, NO_POSSESSIVE, OTHER, RIGHT_BORDER, WORD
from indexer.matching.matcher import Matches, concatenate, first_of, new_matches, selected
from indexer.matching.scratch import ScratchPool
from indexer.matching.text.full_search import find_in_bytes
from indexer.matching.text.kernels.in_token import (
    ALONE,
    ASKS,
    FIRST_UNSURE,
    FIRST_WORD,
    HOLDS,
    LAST_UNSURE,
    LAST_WORD,
    NEEDS_LEFT,
    NEEDS_RIGHT,
    ROW,
    RUN,
    STATE_SIZE,
    InTokenScratch,
    InTokenTable,
    compare_contexts,
    find_in_tokens,
    new_in_token_scratch,
)
from indexer.matching.text.kernels.search import TextTable
from indexer.matching.text.kernels.stream import (
    PADDING,
    SEPARATOR,
    TOKEN_PARTIAL,
    TOKEN_WHOLE,
    VocabularyTable,
)
from indexer.matching.text.kernels.tries import Spellings
from indexer.matching.text.prefilter import SpelledVocabulary
from indexer.matching.text.vocabulary import characters_touched
from indexer.units import Int32Array, Int64Array, Uint8Array

_END = bytes([SEPARATOR])
_CONTEXTS = ((_END, _END), (b"a", b"a"), (b"a", b"'s" + _END), (b"a", b"s" + _END))
"""What may stand before a token and behind it: nothing, a letter, a possessive, the rest of one."""
_BEFORE, _BEHIND = 1, 3
"""Bytes of a context."""
_NOTHING, _LETTER = np.uint8(1), np.uint8(2)
"""The first two contexts in the answers of `compare_contexts`."""
_MOST_HITS = 1 << 22


class _Spelled(NamedTuple):
    """All spellings one after another, a row for each context; `begin` and `end` are places in a row."""

    texts: Uint8Array
    begin: Int64Array
    end: Int64Array


def in_token_table(phrases: TextTable, vocabulary: SpelledVocabulary) -> InTokenTable:
    """Return what `find_in_tokens` has to know of the phrases inside the ids of a vocabulary."""
    rules, spelling_of = phrases.rules, vocabulary.spelling_of
    spelled = _in_contexts(vocabulary.spellings)
    found = _occurrences(phrases, spelled)
    spelling, begin = found.row, found.token_offset
    end = begin + found.n_tokens
    needs = _needs(phrases, spelled, spelling, begin, end)
    by_spelling = np.searchsorted(spelling, np.arange(len(spelled.begin) + 1))
    n_of = np.diff(by_spelling)
    number = np.append(spelling_of, np.int32(0)).astype(np.int64)
    offsets = np.append(0, np.cumsum(n_of[number]))
    entry = np.repeat(by_spelling[number] - offsets[:-1], n_of[number]) + np.arange(offsets[-1])
    facts = _facts_of_spellings(phrases, spelled)
    facts[:] |= HOLDS * (n_of > 0).astype(np.uint8)
    some = np.flatnonzero(n_of > 0)
    shared = np.bitwise_and.reduceat(needs, by_spelling[some]) if len(some) else needs[:0]
    facts[some] |= shared & (NEEDS_LEFT | NEEDS_RIGHT)
    facts[some] |= ALONE * ((n_of[some] == 1) & (shared & ASKS == 0)).astype(np.uint8)
    by_id = facts[number]
    by_id[:-1] |= _facts_without_spelling(vocabulary.table, rules, vocabulary.case)
    return InTokenTable(
        facts=by_id,
        first_phrase=np.append(found.phrase, np.int32(0))[by_spelling[number]],
        offsets=offsets,
        phrase=found.phrase[entry],
        needs=needs[entry],
        begin=begin[entry],
        end=end[entry],
        most_of_token=int(n_of.max(initial=0)),
    )


def _in_contexts(spellings: Spellings) -> _Spelled:
    """Return one row of bytes for each context; spelling 0 is empty."""
    first, length = spellings.offsets[:-1], np.diff(spellings.offsets)
    begin = np.cumsum(length + _BEFORE + _BEHIND) - length - _BEHIND
    n_bytes = int(begin[-1] + length[-1]) + _BEHIND
    texts = np.full((len(_CONTEXTS), n_bytes + PADDING), SEPARATOR, np.uint8)
    places = np.repeat(begin - np.cumsum(length) + length, length) + np.arange(length.sum())
    source = np.repeat(first - np.cumsum(length) + length, length) + np.arange(length.sum())
    texts[:, places] = spellings.text[source]
    for row, (before, behind) in enumerate(_CONTEXTS):
        texts[row, begin - 1] = before[0]
        for k, value in enumerate(behind):
            texts[row, begin + length + k] = value
    return _Spelled(texts, begin, begin + length)


def _occurrences(phrases: TextTable, spelled: _Spelled) -> Matches:
    """Return the occurrences inside spellings that some context allows, ordered by spelling and phrase.

    Their rows are spellings, their offsets and lengths count bytes.
    """
    text = spelled.texts[0]
    n_text = len(text) - PADDING
    spelling = np.searchsorted(spelled.begin, np.arange(n_text), side="right") - 1
    offset = (np.arange(n_text) - spelled.begin[spelling]).astype(np.int32)
    # Nothing beside a token denies less than any neighbour, but for a possessive that goes on.
    fewer_rules = phrases._replace(rules=phrases.rules & (LEFT_BORDER | RIGHT_BORDER))
    found = find_in_bytes(fewer_rules, text, spelling, offset)
    order = np.lexsort((found.token_offset, found.phrase, found.row))
    return selected(found, order)


def _needs(
    phrases: TextTable, spelled: _Spelled, spelling: Int64Array, begin: Int32Array, end: Int32Array
) -> Uint8Array:
    """Return what each occurrence needs of the neighbours of its token."""
    first = spelled.begin[spelling]
    word_before, _ = _compare(phrases, spelled, first + begin)
    _, agrees = _compare(phrases, spelled, first + end)
    every = np.uint8((1 << len(_CONTEXTS)) - 1)
    needs = np.zeros(len(spelling), np.uint8)
    if phrases.rules & LEFT_BORDER:
        needs[(word_before != 0) & (word_before != every)] |= NEEDS_LEFT
    # Behind the token as inside it: but an apostrophe that ends the token may begin a possessive.
    depends = agrees != every
    at_end = (first + end == spelled.end[spelling]) & (agrees & _NOTHING != 0)
    needs[depends & at_end] |= NEEDS_RIGHT
    needs[depends & ~at_end] |= ASKS
    return needs


def _compare(phrases: TextTable, spelled: _Spelled, places: Int64Array) -> tuple[Uint8Array, Uint8Array]:
    before, behind = np.empty(len(places), np.uint8), np.empty(len(places), np.uint8)
    compare_contexts(spelled.texts, places, phrases, before, behind)
    return before, behind


def _facts_of_spellings(phrases: TextTable, spelled: _Spelled) -> Uint8Array:
    """Return what each spelling tells of its first and its last character."""
    facts = np.zeros(len(spelled.begin), np.uint8)
    before, _ = _compare(phrases, spelled, spelled.end)
    facts[before & _NOTHING != 0] |= LAST_WORD
    facts[(before & _NOTHING == 0) & (before & _LETTER != 0)] |= LAST_UNSURE
    only_right = phrases._replace(rules=phrases.rules & RIGHT_BORDER)
    _, agrees = _compare(only_right, spelled, spelled.begin)
    facts[agrees & _NOTHING == 0] |= FIRST_WORD
    if phrases.rules & NO_POSSESSIVE:
        first = spelled.texts[0][spelled.begin]
        second, third = spelled.texts[0][spelled.begin + 1], spelled.texts[0][spelled.begin + 2]
        facts[(first == 0x27) | ((first == 0xE2) & (second == 0x80) & (third == 0x99))] |= FIRST_UNSURE
    facts[0] = 0
    return facts


def _facts_without_spelling(vocabulary: VocabularyTable, rules: int, case: str) -> Uint8Array:
    """Return the same for ids that spell nothing, or begin or end inside a character, beside a whole id."""
    facts = np.zeros(len(vocabulary.kind), np.uint8)
    empty = (vocabulary.kind == TOKEN_WHOLE) & (np.diff(vocabulary.offsets) == 0)
    facts[empty] = FIRST_UNSURE | LAST_UNSURE
    data, bounds = vocabulary.text.tobytes(), vocabulary.offsets.tolist()
    for token in np.flatnonzero(vocabulary.kind == TOKEN_PARTIAL).tolist():
        raw = data[bounds[token] : bounds[token + 1]]
        middle, begun = characters_touched(raw)
        # The whole id beside it ends what it begins, and begins what it ends: these bytes are no characters.
        if not 0x80 <= raw[0] <= 0xBF:
            facts[token] |= _first_fact(fold(middle, case), rules)
        if not begun:
            facts[token] |= _last_fact(middle, case)
    return facts


def _first_fact(folded: str, rules: int) -> np.uint8:
    if not folded or (rules & NO_POSSESSIVE and folded[0] in "'\u2019"):
        return FIRST_UNSURE
    goes_on = rules & RIGHT_BORDER and character_classes()[ord(folded[0])] != OTHER
    return FIRST_WORD if goes_on else np.uint8(0)


def _last_fact(middle: str, case: str) -> np.uint8:
    classes = classes_of_folds(case)
    found = next((found for found in classes[list(map(ord, reversed(middle)))] if found != MARK), MARK)
    if found == MARK:
        return LAST_UNSURE
    return LAST_WORD if found == WORD else np.uint8(0)


def with_those_in_tokens(others: Matches, table: InTokenTable, block: Block) -> Matches:
    """Return the occurrences inside tokens of the sequences together with others, all ordered.

    Those that `list_open` lists have to be among the others, which are ordered.
    """
    if not len(table.phrase):
        return others
    n_ids = int((block.stops - block.starts).sum())
    capacity = min(n_ids, _MOST_HITS) + RUN * table.most_of_token + len(others.row)
    state = np.zeros(STATE_SIZE, np.int64)
    parts: list[Matches] = []
    with in_token_scratch.lend() as scratch:
        while state[ROW] < len(block.starts):
            # Pages are taken when they are written to: space for more than is found costs nothing.
            hits = new_matches(capacity)
            n = find_in_tokens(table, block, state, scratch, others, hits)
            parts.append(first_of(hits, n))
    return parts[0] if len(parts) == 1 else concatenate(parts)


def not_in_one_token(found: Matches, vocabulary: VocabularyTable, block: Block) -> Matches:
    """Return the occurrences that lie over several tokens, or in one that is not whole."""
    token = block.ids[block.starts[found.row] + found.token_offset]
    keep = (found.n_tokens > 1) | (vocabulary.kind[token] != TOKEN_WHOLE)
    return selected(found, keep)


in_token_scratch: ScratchPool[InTokenScratch] = ScratchPool(new_in_token_scratch)
