"""Phrases with gaps: what 10,000 of them cost beside 134,000 phrases without.

The patterns are phrases of the set cut in two, with a gap between the halves. Two seeded sets: halves of two
ids or more, and halves of any length, of which many are a single frequent word and stand everywhere. Gaps are
counted in tokens, or in words of the decoded text. Counts are checked against a plain join of what
pyahocorasick finds.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from benchmarks.cases import Case, Expected, Run, id_patterns, ours
from benchmarks.workload import SEED, SEQUENCE_LENGTH, Workload
from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.ids.matcher import TokenMatcher
from indexer.patterns import Gap, GappedPattern, IdPatterns
from indexer.vocabulary import TokenBytes
from tests.reference import ReferenceMatcher

N_PATTERNS = 10_000
MOST_BETWEEN = 8
CHECKED_TOKENS = 1_000_000
KINDS = [
    (name, least_ids, unit)
    for name, least_ids in (("halves of 2 ids and more", 2), ("halves of any length", 1))
    for unit in ("tokens", "words")
]
"""What the patterns are called, how many ids their halves have at least, and what their gaps count."""


class PatternSet(NamedTuple):
    """The phrases, then the parts, and the patterns made of these."""

    ids: IdPatterns
    first_part: int
    patterns: list[GappedPattern]


def gapped(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    """The set alone, and with 10,000 patterns of each kind."""
    n = arguments.tokens
    vocabulary = load.tokenizer.token_bytes()
    rows = [ours(load, expected, "134k", n, experiment="gapped", name="no patterns")]
    for name, least_ids, unit in KINDS:
        chosen = pattern_set(load, least_ids, unit)
        check(load, chosen, vocabulary)
        rows.append(_case(load, chosen, vocabulary, f"{name}, gaps in {unit}", n))
    return rows


def _case(load: Workload, chosen: PatternSet, vocabulary: TokenBytes, name: str, n_tokens: int) -> Case:
    ids, starts, stops = load.rows(n_tokens)

    def prepare() -> Run:
        matcher = matcher_of(chosen, vocabulary)
        matcher.find(ids, starts, stops)
        return lambda: len(matcher.find(ids, starts, stops).row)

    count = len(matcher_of(chosen, vocabulary).find(ids, starts, stops).row)
    return Case("gapped", f"10,000 patterns, {name}", "134k", n_tokens, prepare, count)


def matcher_of(chosen: PatternSet, vocabulary: TokenBytes) -> GappedMatcher:
    gaps = gap_table(chosen.patterns, chosen.first_part, vocabulary)
    anchored = AnchorParts(
        chosen.ids,
        chosen.first_part,
        gaps,
        vocabulary=vocabulary,
        boundary="none",
        possessive="include",
    )
    return GappedMatcher(anchored, chosen.first_part, gaps, vocabulary=vocabulary)


def pattern_set(load: Workload, least_ids: int, unit: str) -> PatternSet:
    """Cut phrases of the set in two, each half of `least_ids` ids or more."""
    phrases = id_patterns(load, "134k")
    n_phrases = len(phrases.phrase)
    lengths = np.diff(phrases.offsets)
    rng = np.random.default_rng(SEED + 3)
    chosen = rng.permutation(np.flatnonzero(lengths >= 2 * least_ids))[:N_PATTERNS]
    parts: dict[tuple[int, ...], int] = {}
    patterns = []
    for number, phrase in enumerate(chosen.tolist()):
        ids = phrases.ids[phrases.offsets[phrase] : phrases.offsets[phrase + 1]].tolist()
        cut = int(rng.integers(least_ids, len(ids) - least_ids + 1))
        halves = [parts.setdefault(tuple(half), n_phrases + len(parts)) for half in (ids[:cut], ids[cut:])]
        patterns.append(GappedPattern(number, tuple(halves), (Gap(0, MOST_BETWEEN, unit),)))
    more = np.array([i for part in parts for i in part], np.uint32)
    stops = phrases.offsets[-1] + np.cumsum([len(part) for part in parts])
    return PatternSet(
        IdPatterns(
            np.concatenate([phrases.ids, more]),
            np.concatenate([phrases.offsets, stops]),
            np.arange(n_phrases + len(parts), dtype=np.int32),
        ),
        n_phrases,
        patterns,
    )


def check(load: Workload, chosen: PatternSet, vocabulary: TokenBytes) -> None:
    """Compare the beginning of the stream with the plain join; stop where they differ."""
    ids, starts, stops = load.rows(CHECKED_TOKENS)
    parts = chosen.ids.phrase >= chosen.first_part
    lengths = np.diff(chosen.ids.offsets)
    found = ReferenceMatcher(
        IdPatterns(
            chosen.ids.ids[np.repeat(parts, lengths)],
            np.concatenate([[0], np.cumsum(lengths[parts])]),
            chosen.ids.phrase[parts],
        ),
        None,
        boundary="none",
        possessive="include",
    ).find(ids, starts, stops)
    plain = plain_join(chosen.patterns, found, ids, vocabulary)
    fast = matcher_of(chosen, vocabulary).find(ids, starts, stops)
    both = np.bincount(fast.phrase, minlength=chosen.first_part)
    inner = TokenMatcher(id_patterns(load, "134k"), None, boundary="none", possessive="include")
    without = np.bincount(inner.find(ids, starts, stops).phrase, minlength=chosen.first_part)
    counts = both - without
    if counts.tolist() != np.bincount(plain, minlength=chosen.first_part).tolist():
        raise SystemExit(f"the plain join finds {len(plain)} gapped occurrences, the matcher {counts.sum()}")


def plain_join(patterns: list[GappedPattern], found, ids: np.ndarray, vocabulary: TokenBytes) -> list[int]:
    """Return the phrase of every gapped occurrence, by loops over the occurrences of the parts."""
    data = vocabulary.data.tobytes()
    spelled = [data[a:b] for a, b in pairwise(vocabulary.offsets.tolist())]
    by_first = defaultdict(list)
    for pattern in patterns:
        by_first[pattern.parts[0]].append(pattern)
    places: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for part, row, offset, n_tokens in zip(*(column.tolist() for column in found), strict=True):
        places[row][part].append((offset, offset + n_tokens))
    occurrences = []
    for row, of_row in places.items():
        sequence = ids[row * SEQUENCE_LENGTH : (row + 1) * SEQUENCE_LENGTH].tolist()
        for part, firsts in of_row.items():
            for pattern in by_first.get(part, ()):
                for _, end in firsts:
                    for begin, _ in of_row.get(pattern.parts[1], ()):
                        if end <= begin and _fits(sequence[end:begin], pattern.gaps[0], spelled, vocabulary):
                            occurrences.append(pattern.phrase)
    return occurrences


def _fits(between: list[int], gap: Gap, spelled: list[bytes], vocabulary: TokenBytes) -> bool:
    if gap.unit == "tokens" and len(between) > gap.most:
        return False
    n_between = len(between)
    if gap.unit == "words":
        # More text never makes fewer words: far pairs are given up early.
        for stop in [*range(16, len(between), 16), len(between)]:
            text = b"".join(spelled[token] for token in between[:stop]).decode("utf-8", "surrogateescape")
            n_between = len("".join(c if c.isalnum() else " " for c in text.casefold()).split())
            if n_between > gap.most:
                return False
    return n_between >= gap.least and not any(vocabulary.special[token] for token in between)
