"""The slow way to find phrases in text: decode the sequences window by window and search each window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from indexer.matching.blocks import checked_block
from indexer.matching.borders import character_classes
from indexer.matching.matcher import Matches, concatenate, new_matches, selected
from indexer.matching.text.decoder import decoder
from indexer.matching.text.kernels.borders import slide_stream
from indexer.matching.text.kernels.candidates import Candidates, new_candidates
from indexer.matching.text.kernels.decode import fill_stream
from indexer.matching.text.kernels.search import LOOK_AHEAD, Ranges, TextTable, search_ranges
from indexer.matching.text.kernels.stream import (
    N_PIECES,
    N_TEXT,
    STATE_SIZE,
    Stream,
)
from indexer.matching.text.phrase_table import phrase_table
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array
from indexer.vocabulary import TokenBytes

_WINDOW_BYTES = 1 << 16
_FIRST_HITS = 4096


class SearchScratch(NamedTuple):
    """Buffers for places where a phrase may begin, and for occurrences."""

    candidates: Candidates
    hits: Matches


class DecodingSearch:
    """Finds texts in everything the ids spell. Parameters as of `TextMatcher`, texts folded.

    One call of `find` takes a window of some two megabytes and the occurrences it returns, whatever the
    lengths of the sequences; more only where a phrase or a token is longer than that.
    """

    def __init__(
        self,
        texts: dict[bytes, list[int]],
        vocabulary: TokenBytes | VocabularyTables,
        rules: int,
        *,
        case: str,
        whitespace: str,
    ) -> None:
        self._phrases = phrase_table(texts, rules)
        self.n_texts = len(texts)
        self._decoder = decoder(tables_of(vocabulary), case=case, whitespace=whitespace)
        self._window = max(
            _WINDOW_BYTES, 4 * (self._phrases.longest + LOOK_AHEAD + self._decoder.token_bytes)
        )

    def compile_decoding(self, dtype: DTypeLike) -> None:
        """Have the kernels compiled that decode ids of a dtype."""
        stream = empty_stream(self._window)
        block = checked_block(np.zeros(1, dtype), np.zeros(1, np.int64), np.ones(1, np.int64))
        with np.errstate(over="ignore"):
            fill_stream(self._decoder, block, stream)
            slide_stream(stream, 1, character_classes())

    def compile_search(self) -> None:
        """Have the kernels compiled that search a decoded stream."""
        stream = empty_stream(self._window)
        scratch = new_search_scratch(self._phrases)
        for _ in search_all(self._phrases, stream, one_range(stream, 0, 0), 1, scratch):
            pass

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``, in the order of the text."""
        block = checked_block(ids, starts, stops)
        parts: list[Matches] = []
        if self._phrases.longest == 0:
            return concatenate(parts)
        stream = empty_stream(self._window)
        scratch = new_search_scratch(self._phrases)
        margin = self._phrases.longest + LOOK_AHEAD
        done = 1  # the stream begins with a separator
        finished = False
        with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
            while not finished:
                finished = fill_stream(self._decoder, block, stream)
                n_text = int(stream.state[N_TEXT])
                stop = n_text if finished else n_text - margin
                hits_of_range = search_all(self._phrases, stream, one_range(stream, done, stop), 1, scratch)
                parts.extend(hits_of_range)
                done = slide_stream(stream, max(done, stop), character_classes())
        return concatenate(parts)


def search_all(
    phrases: TextTable, stream: Stream, ranges: Ranges, n_ranges: int, scratch: SearchScratch
) -> Iterator[Matches]:
    """Yield the occurrences that begin in the ranges, a space full at a time."""
    range_number, at = 0, 0
    while range_number < n_ranges:
        n_hits, range_number, at = search_ranges(
            phrases, stream, ranges, n_ranges, range_number, at, *scratch
        )
        if n_hits:
            yield selected(scratch.hits, slice(n_hits))


def new_ranges(n: int) -> Ranges:
    """Return space for ranges."""
    tokens, places = np.empty((2, n), np.int32), np.empty((5, n), np.int64)
    return Ranges(*places[:3], *tokens, *places[3:])


def one_range(stream: Stream, begin: int, stop: int) -> Ranges:
    """Return a part of the stream as a single range; occurrences may begin in any token."""
    ranges = new_ranges(1)
    ranges.begin[0], ranges.stop[0], ranges.limit[0] = begin, stop, stream.state[N_TEXT] + LOOK_AHEAD
    ranges.first_token[0], ranges.last_token[0] = 0, np.iinfo(np.int32).max
    ranges.first_piece[0], ranges.stop_piece[0] = 0, stream.state[N_PIECES]
    return ranges


def find_in_bytes(phrases: TextTable, text: Uint8Array, row: Int64Array, offset: Int32Array) -> Matches:
    """Return the occurrences in a text of which each byte is a piece: offsets and lengths count bytes.

    Parameters
    ----------
    phrases : TextTable
        What to look for.
    text : array of uint8
        Folded text; `PADDING` bytes behind it may be read.
    row, offset : array of int64 and int32, shape (n_text,)
        The row each byte of the text lies in, and its offset there.
    """
    n_text = len(row)
    state = np.zeros(STATE_SIZE, np.int64)
    state[N_TEXT] = state[N_PIECES] = n_text
    stream = Stream(text, np.arange(n_text), row, offset, offset, np.zeros(8, np.uint8), state)
    everywhere = one_range(stream, 1, n_text)
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        return concatenate(list(search_all(phrases, stream, everywhere, 1, new_search_scratch(phrases))))


def empty_stream(n_bytes: int) -> Stream:
    """Return an empty stream with space for so many bytes."""
    return Stream(
        text=np.empty(n_bytes, np.uint8),
        piece_start=np.empty(n_bytes + 4, np.int64),
        piece_row=np.empty(n_bytes + 4, np.int64),
        piece_first=np.empty(n_bytes + 4, np.int32),
        piece_last=np.empty(n_bytes + 4, np.int32),
        pending=np.empty(8, np.uint8),
        state=np.zeros(STATE_SIZE, np.int64),
    )


def new_search_scratch(phrases: TextTable) -> SearchScratch:
    """Return space for a search: for occurrences at least of all phrases that can begin at one place."""
    return SearchScratch(new_candidates(), new_matches(max(_FIRST_HITS, phrases.n_on_chain)))
