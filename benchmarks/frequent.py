"""Frequent words and padding: where nearly every id is a hit, beside the peers.

The 600 most frequent words of the stream as ids, every second token of which is a hit; and a stream of which
half is one id repeated, with the phrases of the main set and 64 that end in that id repeated, as where a
corpus is padded and a pattern ends in padding.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from benchmarks import cases, peers
from benchmarks.cases import Case, Expected
from benchmarks.workload import SEED, Workload

N_WORDS = 600
N_PADDED = 64
SHARE_PADDED = 0.5
"""Of every sequence, its end."""


def frequent(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    n = arguments.tokens // 40
    rows = []
    for experiment, changed, name in (
        ("frequent words", _of_words(load, n), "words"),
        ("padding", _padded(load, n), "padded"),
    ):
        counted = Expected(changed)
        found = [
            cases.ours(changed, counted, name, n),
            *peers.cases(changed, counted, name, 4 * n, n // 8)[:5],
        ]
        for case in found:
            case.experiment = experiment
        rows += found
    return rows


def _of_words(load: Workload, n_tokens: int) -> Workload:
    """The words of the stream that stand most often: ids that begin with a space, a letter and letters."""
    words = np.array(_ids_of_words(load))
    counts = np.bincount(load.rows(n_tokens)[0], minlength=int(words.max()) + 1)
    most = words[np.argsort(-counts[words], kind="stable")[:N_WORDS]].astype(np.uint32)
    return replace(load, phrases={"words": (most, np.arange(N_WORDS + 1))})


def _ids_of_words(load: Workload) -> list[int]:
    data, offsets, special = load.tokenizer.token_bytes()
    spelled = data.tobytes()
    words = []
    for number in range(len(offsets) - 1):
        text = spelled[offsets[number] : offsets[number + 1]]
        if not special[number] and text[:1] == b" " and text[1:].isalpha():
            words.append(number)
    return words


def _padded(load: Workload, n_tokens: int) -> Workload:
    """Half of every sequence is one id; the phrases are the main ones, and some that end in two of it."""
    ids, starts, stops = load.rows(n_tokens)
    ids = ids.copy()
    padding = int(ids.max()) + 1 if int(ids.max()) + 1 < np.iinfo(ids.dtype).max else int(ids.max())
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        ids[stop - int((stop - start) * SHARE_PADDED) : stop] = padding
    tuples, offsets = load.phrases[load.main]
    endings = np.random.default_rng(SEED + 5).choice(np.unique(ids), N_PADDED, replace=False)
    more = np.column_stack([endings, np.full((N_PADDED, 2), padding)])
    more[0] = padding  # and one that is padding alone
    return replace(
        load,
        stream=ids,
        bounds=np.append(starts, stops[-1]),
        phrases={
            "padded": (
                np.concatenate([tuples, more.ravel()]).astype(np.uint32),
                np.concatenate([offsets, offsets[-1] + 3 * np.arange(1, N_PADDED + 1)]),
            )
        },
    )
