"""The end of the curve: ten million phrases, ours alone. The count is checked against NumPy."""

from __future__ import annotations

import numpy as np

from benchmarks.cases import Case, Run
from benchmarks.workload import SEED, SEQUENCE_LENGTH, Workload
from indexer.matching.ids.matcher import TokenMatcher
from indexer.patterns import IdPatterns

N_PHRASES = 10_000_000
LENGTHS = range(3, 9)
FROM_THE_STREAM = 0.001
"""Share of the phrases that are windows of the stream; the ids of the others are drawn from it one by one.

Windows with one id altered, whose other pairs are in the stream, are found at 2 M ids a second in place of 8:
half of all positions then hold an anchor, and a quarter a window to be walked.
"""


def case(load: Workload, n_tokens: int) -> Case:
    """Return the row."""
    ids, starts, stops = load.rows(n_tokens)
    phrases = _phrases(load)

    def prepare() -> Run:
        matcher = TokenMatcher(_patterns(phrases), None, boundary="none", possessive="include")
        matcher.prepare(ids)
        return lambda: len(matcher.find(ids, starts, stops).row)

    return Case(
        "ten million phrases", "exposure indexer, ids", "10M", n_tokens, prepare, _count(phrases, ids)
    )


def _phrases(load: Workload) -> list[np.ndarray]:
    """Return the distinct phrases of each length, one a row."""
    rng = np.random.default_rng(SEED + 4)
    several = []
    for n_ids in LENGTHS:
        n = N_PHRASES // len(LENGTHS)
        first = rng.integers(0, len(load.stream) - n_ids, n + n // 4)
        rows = load.stream[first[:, None] + np.arange(n_ids)]
        drawn = np.flatnonzero(rng.random(len(rows)) >= FROM_THE_STREAM)
        rows[drawn] = load.stream[rng.integers(0, len(load.stream), (len(drawn), n_ids))]
        distinct = rng.permutation(np.unique(_as_one(rows)))[:n]
        several.append(distinct.view(rows.dtype).reshape(-1, n_ids))
    return several


def _patterns(phrases: list[np.ndarray]) -> IdPatterns:
    lengths = np.repeat([rows.shape[1] for rows in phrases], [len(rows) for rows in phrases])
    return IdPatterns(
        np.concatenate([rows.ravel() for rows in phrases]).astype(np.uint32),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.arange(len(lengths), dtype=np.int32),
    )


def _count(phrases: list[np.ndarray], ids: np.ndarray) -> int:
    """Return how many windows of the sequences are phrases."""
    sequences = ids.reshape(-1, SEQUENCE_LENGTH)
    n = 0
    for rows in phrases:
        windows = np.lib.stride_tricks.sliding_window_view(sequences, rows.shape[1], axis=1)
        n += int(np.isin(_as_one(windows.reshape(-1, rows.shape[1])), _as_one(rows)).sum())
    return n


def _as_one(rows: np.ndarray) -> np.ndarray:
    """Return rows of ids as one value each, to be compared byte by byte."""
    rows = np.ascontiguousarray(rows)
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
