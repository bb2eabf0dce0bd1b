"""A run of token ids whose bytes are spread over several files, as a shard that was published in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from indexer.corpus.blocks.id_sources import viewed_at_once
from indexer.corpus.blocks.ids import as_token_ids
from indexer.storage.file_bytes import map_bytes, read_range
from indexer.storage.files import CorpusFile
from indexer.storage.observer import reading
from indexer.storage.read_ahead import AscendingBytes, Run
from indexer.units import TokenIds, Uint8Array


class JoinedIds:
    """One run of ids whose bytes are spread over several files, cut anywhere, even inside an id.

    Parameters
    ----------
    files : sequence of CorpusFile
        The parts in order; none is packed.
    dtype : dtype
        As stored.
    """

    def __init__(self, files: Sequence[CorpusFile], dtype: np.dtype[Any]) -> None:
        self._files = files
        self._dtype = dtype
        self._starts = [0]
        for file in files:
            self._starts.append(self._starts[-1] + file.n_bytes)
        self._maps: dict[str, Uint8Array] = {}
        self._ahead: AscendingBytes | None = None

    def ids_at_once(self, block_ids: int) -> int:
        """Return how many ids make a block: more where they are only looked at."""
        are_local = all(file.local for file in self._files)
        return viewed_at_once(self._dtype, block_ids) if are_local else block_ids

    def expect(self, start: int, stop: int) -> None:
        """Hear that all ids [start, stop) are going to be read in order: remote parts are fetched ahead."""
        size = self._dtype.itemsize
        runs = list(self._runs(start * size, stop * size))
        if runs and stop * size <= self._starts[-1] and not any(file.local for file, _, _ in runs):
            for file, _, _ in runs:
                reading(file)
            self._ahead = AscendingBytes(runs, start * size)

    def read(self, start: int, stop: int) -> TokenIds:
        """Return the ids [start, stop): a view where one part holds them all."""
        size = self._dtype.itemsize
        if self._ahead is not None and self._ahead.holds(start * size, stop * size):
            data = self._ahead.take(start * size, stop * size)
        else:
            pieces = [self._part(*run) for run in self._runs(start * size, stop * size)]
            data = pieces[0] if len(pieces) == 1 else np.concatenate([np.empty(0, np.uint8), *pieces])
        stored = (
            np.ndarray(((stop - start),), self._dtype, buffer=data)
            if stop > start
            else np.empty(0, self._dtype)
        )
        return as_token_ids(stored, path=self._files[0].name, first_id=start)

    def finish(self) -> None:
        """Nothing lies hidden in a plain file."""

    def _runs(self, start: int, stop: int) -> Iterator[Run]:
        for number, file in enumerate(self._files):
            first, last = self._starts[number], self._starts[number + 1]
            low, high = max(start, first), min(stop, last)
            if low < high:
                yield file, low - first, high - first

    def _part(self, file: CorpusFile, start: int, stop: int) -> Uint8Array:
        if not file.local:
            return np.frombuffer(read_range(file, start, stop), np.uint8)
        if file.url not in self._maps:
            self._maps[file.url] = map_bytes(file)
        return self._maps[file.url][start:stop]
