"""The fast way to find phrases in text: inside tokens, and in windows where one could be cut over several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from indexer.matching.blocks import checked_block
from indexer.matching.kernels.block import Block
from indexer.matching.matcher import Matches, concatenate, new_matches, ordered, selected
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
from indexer.matching.text.in_token import (
    in_token_scratch,
    in_token_table,
    not_in_one_token,
    with_those_in_tokens,
)
from indexer.matching.text.kernels.in_token import ROW as IN_TOKEN_ROW
from indexer.matching.text.kernels.in_token import STATE_SIZE as IN_TOKEN_STATE_SIZE
from indexer.matching.text.kernels.in_token import InTokenTable, list_open, verify_open
from indexer.matching.text.kernels.prefilter import PrefilterScratch, TextPrefilter, new_prefilter_scratch
from indexer.matching.text.kernels.search import LOOK_AHEAD, Ranges, TextTable
from indexer.matching.text.kernels.stream import Stream
from indexer.matching.text.kernels.window_text import BYTES_BEHIND, MOST_FIRST_TOKENS, fill_windows
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
    in_tokens: InTokenTable
    left_over: DecodingSearch | None


class _Scratch(NamedTuple):
    of_filter: PrefilterScratch
    windows: TextWindows
    ranges: Ranges


class WindowSearch:
    """Finds texts inside tokens, and over several tokens where `TextPrefilter` opens a window.

    Parameters as of `TextMatcher`, texts folded; white space is exact.

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
        """Return the occurrences in the sequences ``ids[starts:stops]``, ordered as of `TextMatcher`."""
        block = checked_block(ids, starts, stops)
        built = self._built.for_block(*block)
        if not len(block.starts):
            return new_matches(0)
        capacity = (
            (MOST_FIRST_TOKENS + 4) * self._decoder.token_bytes + built.phrases.longest + 4 * LOOK_AHEAD
        )
        stream = empty_stream(max(_STREAM_BYTES, 2 * capacity))
        # Hashes wrap; without the compiler NumPy would say so.
        with _scratch.lend() as scratch, np.errstate(over="ignore"):
            others = [
                *self._over_tokens(built, block, capacity, stream, scratch),
                *self._open_in_tokens(built, block, capacity, stream, scratch),
            ]
            if built.left_over is not None:
                others.append(built.left_over.find(*block))
            return with_those_in_tokens(ordered(concatenate(others)), built.in_tokens, block)

    def _over_tokens(
        self, built: Built, block: Block, capacity: int, stream: Stream, scratch: _Scratch
    ) -> Iterator[Matches]:
        """Yield the occurrences that lie in more than one token, or in one that is not whole."""
        phrases = built.phrases
        if phrases.longest == 0:
            return
        search = new_search_scratch(phrases)
        state = np.zeros(STATE_SIZE, np.int64)
        state[ROW], state[CHUNK_STOP] = len(block.starts) - 1, -1
        done = False
        while not done:
            n, done = find_windows(built.table, block, scratch.of_filter, state, scratch.windows)
            for _, n_ranges in self._decoded(block, n, capacity, phrases.longest, stream, scratch):
                for found in search_all(phrases, stream, scratch.ranges, n_ranges, search):
                    yield not_in_one_token(found, self._decoder.vocabulary, block)

    def _open_in_tokens(
        self, built: Built, block: Block, capacity: int, stream: Stream, scratch: _Scratch
    ) -> Iterator[Matches]:
        """Yield the occurrences inside a token on whose borders its neighbours do not decide."""
        table, windows, ranges = built.in_tokens, scratch.windows, scratch.ranges
        state = np.zeros(IN_TOKEN_STATE_SIZE, np.int64)
        hits = new_matches(_MOST_RANGES * table.most_of_token)
        while len(table.phrase) and state[IN_TOKEN_ROW] < len(block.starts):
            with in_token_scratch.lend() as of_tokens:
                n = list_open(table, self._decoder.vocabulary, block, state, of_tokens, windows)
            for first, n_ranges in self._decoded(block, n, capacity, BYTES_BEHIND, stream, scratch):
                n_hits = verify_open(
                    table, built.phrases, block, windows, first, stream, ranges, n_ranges, hits
                )
                yield selected(hits, slice(n_hits))

    def _decoded(
        self, block: Block, n_windows: int, capacity: int, longest: int, stream: Stream, scratch: _Scratch
    ) -> Iterator[tuple[int, int]]:
        """Fill the stream with the text of windows, some at a time; yield the first of them and how many."""
        progress = np.array([0, -1], np.int64)
        while progress[0] < n_windows:
            first = int(progress[0])
            n_ranges = fill_windows(
                self._decoder, block, scratch.windows, n_windows, progress, capacity, longest,
                stream, scratch.ranges
            )  # fmt: skip
            yield first, n_ranges

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
        block = checked_block(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))
        state = np.zeros(STATE_SIZE, np.int64)
        state[CHUNK_STOP] = -1
        table, n_ids, done = self.prefilter_of(block.ids), 0, False
        with _scratch.lend() as scratch, np.errstate(over="ignore"):
            windows = scratch.windows
            while not done:
                n, done = find_windows(table, block, scratch.of_filter, state, windows)
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
        texts = {text: self._texts[text] for text in covered.covered} if covered.left_over else self._texts
        phrases = phrase_table(texts, self._rules)
        return Built(covered.table, phrases, in_token_table(phrases, self._spelled), left_over)


def _new_scratch() -> _Scratch:
    windows = TextWindows(*(np.empty(_MOST_WINDOWS, np.int64) for _ in range(4)))
    return _Scratch(new_prefilter_scratch(CHUNK), windows, new_ranges(_MOST_RANGES))


_scratch = ScratchPool(_new_scratch)
