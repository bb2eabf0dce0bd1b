"""The text around first places, as much as can be read in a short time."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pyarrow as pa

from indexer.errors import ExposureError
from indexer.index_dir import IndexDir
from indexer.scanning.context import Place, read_contexts

SECONDS = 20.0
"""Until no more is read: a place far inside a compressed shard takes as long as all that stands before it."""

_AT_ONCE = 200
_LONGEST = 120
"""Characters shown on either side, at most."""


def contexts_of(
    index: IndexDir, places: pa.Table, allow_paths: Sequence[str]
) -> tuple[list[tuple[str, str, str]], str]:
    """Return text before, of and after the first of some places, and why there is none at all.

    Parameters
    ----------
    index : IndexDir
        Where the plan says what the corpus is.
    places : pyarrow.Table
        With ``shard``, ``sequence``, ``token_offset`` and ``n_tokens``.
    allow_paths : sequence of str
        Folders that may be read besides what the plan names.
    """
    columns = ("shard", "sequence", "token_offset", "n_tokens")
    wanted = [Place(*row) for row in zip(*(places[name].to_pylist() for name in columns), strict=True)]
    texts: list[tuple[str, str, str]] = []
    end = time.monotonic() + SECONDS
    try:
        for first in range(0, len(wanted), _AT_ONCE):
            if time.monotonic() > end:
                break
            some = wanted[first : first + _AT_ONCE]
            texts += [
                (one.before[-_LONGEST:], one.occurrence, one.after[:_LONGEST])
                for one in read_contexts(index, some, allow_paths=allow_paths)
            ]
    except ExposureError as error:
        return [], error.line()
    return texts, ""
