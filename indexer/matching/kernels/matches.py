"""Occurrences as columns: what every search finds."""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf, merged
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array


class Matches(NamedTuple):
    """Occurrences in a block of sequences, ordered by (row, token_offset, phrase, n_tokens).

    Attributes
    ----------
    phrase : array of int32
        Which phrase.
    row : array of int64
        Number of the sequence within the block, from 0.
    token_offset : array of int32
        Tokens from the start of the sequence to the first token the occurrence touches.
    n_tokens : array of int32
        Tokens it touches.
    """

    phrase: Int32Array
    row: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array


class MatchRuns(NamedTuple):
    """Occurrences in a block of sequences, in runs: rows ascend, those of a row come in any order.

    Attributes
    ----------
    phrase, row, token_offset, n_tokens
        As of `Matches`.
    times : array of int32, shape (n,) or (0,)
        How many occurrences there are one after another, each a token behind the one before, as in a run of
        one id; 0: none. Empty where each is one.
    """

    phrase: Int32Array
    row: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array
    times: Int32Array


@leaf
def is_before(some: Matches, i: int, others: Matches, j: int) -> bool:
    """Return whether an occurrence is to be told before another one of other occurrences."""
    if some.row[i] != others.row[j]:
        return bool(some.row[i] < others.row[j])
    if some.token_offset[i] != others.token_offset[j]:
        return bool(some.token_offset[i] < others.token_offset[j])
    if some.phrase[i] != others.phrase[j]:
        return bool(some.phrase[i] < others.phrase[j])
    return bool(some.n_tokens[i] < others.n_tokens[j])


@merged
def put_match(matches: Matches, n: int, phrase: int, row: int, token_offset: int, n_tokens: int) -> int:
    """Add an occurrence behind the first `n`; return `n` + 1."""
    matches.phrase[n] = phrase
    matches.row[n] = row
    matches.token_offset[n] = token_offset
    matches.n_tokens[n] = n_tokens
    return n + 1


@merged
def put_run(
    runs: MatchRuns, n: int, phrase: int, row: int, token_offset: int, n_tokens: int, times: int
) -> int:
    """Add a run of occurrences behind the first `n`; return `n` + 1."""
    runs.phrase[n] = phrase
    runs.row[n] = row
    runs.token_offset[n] = token_offset
    runs.n_tokens[n] = n_tokens
    runs.times[n] = times
    return n + 1


@leaf
def copy_run(source: MatchRuns, k: int, runs: MatchRuns, at: int) -> None:
    """Copy a run to a place."""
    runs.phrase[at] = source.phrase[k]
    runs.row[at] = source.row[k]
    runs.token_offset[at] = source.token_offset[k]
    runs.n_tokens[at] = source.n_tokens[k]
    runs.times[at] = source.times[k]


@leaf
def copy_match(source: Matches, k: int, matches: Matches, at: int) -> None:
    """Copy an occurrence to a place."""
    matches.phrase[at] = source.phrase[k]
    matches.row[at] = source.row[k]
    matches.token_offset[at] = source.token_offset[k]
    matches.n_tokens[at] = source.n_tokens[k]


@leaf
def insert_match(source: Matches, k: int, matches: Matches, n: int) -> int:
    """Insert an occurrence into the first `n`, which are ordered and nearly all before it; return `n` + 1."""
    at = int64(n)
    while at > 0 and is_before(source, k, matches, at - 1):
        copy_match(matches, at - 1, matches, at)
        at -= 1
    copy_match(source, k, matches, at)
    return n + 1
