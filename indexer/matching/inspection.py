"""What is inside the matchers of a plan, in figures, for people who ask why a scan is slow."""

from __future__ import annotations

from typing import Any

import numpy as np

from indexer.matching.blocks import read_only
from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.ids.kernels.inspection import STAGES, scan_up_to
from indexer.matching.ids.kernels.keys import WAYS
from indexer.matching.ids.kernels.prefilter import new_prefilter_scratch
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.matcher import Matcher
from indexer.matching.text.matcher import TextMatcher
from indexer.units import TokenIds

Facts = dict[str, str]


def describe(matcher: Matcher, sample: TokenIds) -> Facts:
    """Return what a matcher holds, and how much of a sample each question of its prefilter lets through.

    Parameters
    ----------
    matcher : Matcher
        One that `indexer.matching.build` makes.
    sample : array of uint16 or uint32
        Some ids of the corpus.
    """
    if isinstance(matcher, GappedMatcher):
        return {"patterns with gaps": f"{matcher.n_patterns:,}", **describe(matcher.inner, sample)}
    if isinstance(matcher, AnchorParts):
        return describe(matcher.matcher_for(sample), sample)
    if isinstance(matcher, TokenMatcher):
        return _of_ids(matcher, sample)
    if isinstance(matcher, TextMatcher):
        return _of_text(matcher, sample)
    return {}


def way_of_search(matcher: Matcher, sample: TokenIds) -> str:
    """Return in which way a matcher searches; that is measured, and decides speed alone.

    Parameters are those of `describe`.
    """
    if isinstance(matcher, GappedMatcher):
        return way_of_search(matcher.inner, sample)
    if isinstance(matcher, AnchorParts):
        return way_of_search(matcher.matcher_for(sample), sample)
    if isinstance(matcher, TokenMatcher):
        return WAYS[matcher.prepared_for(sample).fastest.way]
    if not isinstance(matcher, TextMatcher) or (windows := matcher.windows) is None:
        return "by decoding everything"
    n_left = matcher.n_texts - windows.n_covered(sample)
    return "through windows" + (f", but {n_left:,} texts by decoding everything" if n_left else "")


def _of_ids(matcher: TokenMatcher, sample: TokenIds) -> Facts:
    prefilter = matcher.prefilter_of(sample)
    facts = {
        "patterns": f"{matcher.n_patterns:,}",
        "automaton": _size(matcher.automaton),
        "anchors": f"{np.count_nonzero(prefilter.tags.view(np.uint16)):,}",
        "pair bitmap": _size(prefilter.bitmap),
        "anchor table": _size((prefilter.tags, prefilter.around)),
        "context filter": _size(prefilter.contexts),
        "keys": WAYS[prefilter.keys.way],
    }
    ids, scratch = read_only(np.ascontiguousarray(sample)), new_prefilter_scratch()
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        passing = [scan_up_to(prefilter, ids, stage, scratch) for stage in range(len(STAGES))]
    return facts | {f"pass: {name}": _share(n, len(sample)) for name, n in zip(STAGES, passing, strict=True)}


def _of_text(matcher: TextMatcher, sample: TokenIds) -> Facts:
    facts = {"texts": f"{matcher.n_texts:,}"}
    windows = matcher.window_search()
    if windows is None:
        return facts | {"search": "everything is decoded: whitespace = any"}
    prefilter, n_covered = windows.prefilter_of(sample), windows.n_covered(sample)
    return facts | {
        "found through windows": f"{n_covered:,}",
        "found by decoding": f"{matcher.n_texts - n_covered:,}",
        "pairs of spellings": f"{np.count_nonzero(prefilter.tags.view(np.uint16)):,}",
        "pair bitmap": _size(prefilter.bitmap),
        "pair table": _size((prefilter.tags, prefilter.known)),
        "crossing ids": f"{np.count_nonzero(prefilter.sides[:-1] >> 6):,}",
        "pass: ids in windows": _share(windows.n_ids_in_windows(sample), len(sample)),
    }


def _size(table: Any) -> str:
    n_bytes = sum(part.nbytes for part in (table if isinstance(table, tuple) else (table,)))
    return f"{n_bytes / 1024:,.0f} KB"


def _share(n: int, n_ids: int) -> str:
    return f"{n / max(1, n_ids):.3g} of all ids"
