"""The fast way to find phrases in text: only the windows are decoded in which a phrase could begin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.blocks import checked_block
from indexer.matching.matcher import Matches, concatenate
from indexer.matching.sampled import BuiltFromSample
from indexer.matching.scratch import ScratchPool
from indexer.matching.text.decoder import decoder
from indexer.matching.text.full_search import (
    DecodingSearch,
    empty_stream,
    new_ranges,
    new_search_scratch,
    search_all,
)
from indexer.matching.text.kernels.prefilter import PrefilterScratch, TextPrefilter, new_prefilter_scratch
from indexer.matching.text.kernels.search import LOOK_AHEAD, Ranges, TextTable
from indexer.matching.text.kernels.window_text import MOST_FIRST_TOKENS, fill_windows
from indexer.matching.text.kernels.windows import (
    CHUNK,
    CHUNK_STOP,
    ROW,
    STATE_SIZE,
    TextWindows,
    find_windows,
)
from indexer.matching.text.phrase_table import phrase_table
from indexer.matching.text.prefilter import SAMPLE_TOKENS, SpelledVocabulary, build_prefilter
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.units import Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_STREAM_BYTES = 1 << 15
_MOST_WINDOWS = 2 * CHUNK + 2
_MOST_RANGES = 1 << 10


class Built(NamedTuple):
    """What was built for one width of ids."""

    table: TextPrefilter
    phrases: TextTable
    left_over: DecodingSearch | None


class WindowSearch:
    """Finds texts where `TextPrefilter` opens a window. Parameters as of `TextMatcher`; white space is exact.

    The filter is built on the first block of the stream, and once more if that was small and a much larger
    one comes. Texts that cannot be covered are searched for everywhere.
    """

    def __init__(
        self,
        texts: dict[bytes, list[int]],
        vocabulary: TokenBytes | VocabularyTables,
        rules: int,
        *,
        case: str,
    ) -> None:
        self._texts = texts
        self._rules = rules
        self._tables = tables_of(vocabulary)
        self._case = case
        self._decoder = decoder(self._tables, case=case, whitespace="exact")
        self._spelled = SpelledVocabulary(self._decoder.vocabulary, rules, case=case)
        self._built = BuiltFromSample(self._build, SAMPLE_TOKENS)

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``, in no particular order."""
        ids, starts, stops = checked_block(ids, starts, stops)
        built = self._built.for_block(ids, starts, stops)
        found = self._find_covered(built, ids, starts, stops)
        if built.left_over is None:
            return found
        return concatenate([found, built.left_over.find(ids, starts, stops)])

    def _find_covered(self, built: Built, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        phrases = built.phrases
        parts: list[Matches] = []
        if phrases.longest == 0:
            return concatenate(parts)
        capacity = (MOST_FIRST_TOKENS + 4) * self._decoder.token_bytes + phrases.longest + 4 * LOOK_AHEAD
        stream = empty_stream(max(_STREAM_BYTES, 2 * capacity))
        search = new_search_scratch(phrases)
        state = np.zeros(STATE_SIZE, np.int64)
        state[ROW], state[CHUNK_STOP] = len(starts) - 1, -1
        done = not len(starts)
        # Hashes wrap; without the compiler NumPy would say so.
        with _scratch.lend() as (of_filter, windows, ranges), np.errstate(over="ignore"):
            while not done:
                n_windows, done = find_windows(built.table, ids, starts, stops, of_filter, state, windows)
                progress = np.array([0, -1], np.int64)
                while progress[0] < n_windows:
                    n_ranges = fill_windows(
                        self._decoder, ids, starts, stops, windows, n_windows, progress, capacity,
                        phrases.longest, stream, ranges,
                    )  # fmt: skip
                    parts.extend(search_all(phrases, stream, ranges, n_ranges, search))
        return concatenate(parts)

    def prefilter_of(self, sample: TokenIds) -> TextPrefilter:
        """Return the prefilter that streams like the sample are searched with, to look at."""
        nowhere = np.zeros(0, np.int64)
        return self._built.for_block(sample, nowhere, nowhere).table

    def n_covered(self, sample: TokenIds) -> int:
        """Return how many texts are found through windows; the others have everything decoded."""
        built = self._built.for_block(sample, sample[:0], sample[:0])
        return len(self._texts) - (0 if built.left_over is None else built.left_over.n_texts)

    def n_ids_in_windows(self, sample: TokenIds) -> int:
        """Return how many ids of a sample are decoded."""
        ids, starts, stops = checked_block(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))
        state = np.zeros(STATE_SIZE, np.int64)
        state[CHUNK_STOP] = -1
        table, n_ids, done = self.prefilter_of(ids), 0, False
        with _scratch.lend() as (of_prefilter, windows, _), np.errstate(over="ignore"):
            while not done:
                n, done = find_windows(table, ids, starts, stops, of_prefilter, state, windows)
                n_ids += int((windows.end[:n] - windows.first[:n]).sum())
        return n_ids

    def _build(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Built:
        sample = ids[:SAMPLE_TOKENS]
        covered = build_prefilter(list(self._texts), self._spelled, sample)
        left_over = None
        if covered.left_over:
            left_over = DecodingSearch(
                {text: self._texts[text] for text in covered.left_over},
                self._tables,
                self._rules,
                case=self._case,
                whitespace="exact",
            )
        return Built(
            covered.table,
            phrase_table({text: self._texts[text] for text in covered.covered}, self._rules),
            left_over,
        )


def _new_scratch() -> tuple[PrefilterScratch, TextWindows, Ranges]:
    windows = TextWindows(*(np.empty(_MOST_WINDOWS, np.int64) for _ in range(4)))
    return new_prefilter_scratch(CHUNK), windows, new_ranges(_MOST_RANGES)


_scratch = ScratchPool(_new_scratch)
