"""What each pattern's own text says about its borders, and which pattern sets are refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from indexer.errors import ConfigError, InputError
from indexer.matching.ids.kernels.verify import LENGTH, PHRASE, RULES, SKIP
from indexer.matching.kernels.borders import LEFT_BORDER, NO_POSSESSIVE, RIGHT_BORDER
from indexer.matching.vocabulary_tables import VocabularyTables
from indexer.patterns import IdPatterns
from indexer.units import BoolArray, Int32Array
from indexer.vocabulary import TokenBytes


def pattern_table(
    patterns: IdPatterns,
    tables: VocabularyTables | None,
    *,
    boundary: str,
    possessive: str,
    unbounded: BoolArray | None = None,
) -> Int32Array:
    """Return lengths, border rules and phrases of the patterns, as the kernels take them.

    Parameters are those of `indexer.matching.ids.matcher.TokenMatcher`.

    Raises
    ------
    ConfigError
        A border rule is asked for without a vocabulary to test it with.
    InputError
        A pattern is empty, or holds an id that is special or beyond the vocabulary: it can never occur.
    """
    keeps_rules = np.ones(len(patterns.phrase), np.bool_)
    if unbounded is not None:
        known = patterns.phrase < len(unbounded)
        keeps_rules[known] = ~unbounded[patterns.phrase[known]]
    if tables is None and keeps_rules.any() and (boundary != "none" or possessive != "include"):
        raise ConfigError(
            "borders of words cannot be tested without a tokenizer",
            path="match.boundary",
            expected='boundary = "none" and possessive = "include"',
            fix="name the tokenizer, or give up the border test",
        )
    lengths = np.diff(patterns.offsets)
    if len(lengths) and lengths.min() < 1:
        empty = int(np.argmin(lengths))
        raise InputError(
            "a pattern without token ids", path="patterns", offset=f"phrase {patterns.phrase[empty]}"
        )
    rules = np.zeros(len(lengths), np.int32)
    skip = np.zeros(len(lengths), np.int32)
    if tables is not None:
        _refuse_special(patterns, tables.tokens)
        skip, begins_with_space = _leading_space(patterns, tables.tokens)
        if boundary == "word":
            rules[:] = RIGHT_BORDER
            rules[~begins_with_space] |= LEFT_BORDER
        if possessive == "exclude":
            rules |= NO_POSSESSIVE
        rules[~keeps_rules] = 0
    table = np.empty((len(lengths), 4), np.int32)
    table[:, LENGTH], table[:, SKIP], table[:, RULES], table[:, PHRASE] = (
        lengths,
        skip,
        rules,
        patterns.phrase,
    )
    return table


def _refuse_special(patterns: IdPatterns, vocabulary: TokenBytes) -> None:
    n_ids = len(vocabulary.special)
    beyond = patterns.ids >= n_ids
    separator = beyond | vocabulary.special[np.where(beyond, 0, patterns.ids)]
    if not separator.any():
        return
    at = int(np.argmax(separator))
    pattern = int(np.searchsorted(patterns.offsets, at, side="right")) - 1
    raise InputError(
        f"token id {int(patterns.ids[at])} "
        + (f"is beyond the vocabulary of {n_ids:,} ids" if beyond[at] else "stands for no text")
        + ", so the pattern can never occur",
        path="patterns",
        offset=f"phrase {patterns.phrase[pattern]}",
        fix="leave this form out",
    )


def _leading_space(patterns: IdPatterns, vocabulary: TokenBytes) -> tuple[Int32Array, BoolArray]:
    """Return how many ids of each pattern spell only its leading white space, and whether it has any."""
    skip = np.zeros(len(patterns.phrase), np.int32)
    begins_with_space = np.zeros(len(patterns.phrase), np.bool_)
    data = vocabulary.data.tobytes()
    byte_offsets = vocabulary.offsets.tolist()
    spelled = [data[a:b] for a, b in pairwise(byte_offsets)]
    decided: dict[int, bool] = {}
    for token in np.unique(patterns.ids[patterns.offsets[:-1]]).tolist():
        text = spelled[token].decode("utf-8", "surrogateescape")
        stripped = text.lstrip()
        if stripped and not "\udc80" <= stripped[0] <= "\udcff":
            decided[token] = len(stripped) < len(text)
    for pattern, token in enumerate(patterns.ids[patterns.offsets[:-1]].tolist()):
        if token in decided:
            begins_with_space[pattern] = decided[token]
            continue
        ids = patterns.ids[patterns.offsets[pattern] : patterns.offsets[pattern + 1]].tolist()
        text = b"".join(spelled[i] for i in ids).decode("utf-8", "surrogateescape")
        stripped = text.lstrip()
        begins_with_space[pattern] = len(stripped) < len(text)
        if not stripped:
            continue
        n_space = len(text[: len(text) - len(stripped)].encode())
        while n_space >= len(spelled[ids[skip[pattern]]]):
            n_space -= len(spelled[ids[skip[pattern]]])
            skip[pattern] += 1
    return skip, begins_with_space
