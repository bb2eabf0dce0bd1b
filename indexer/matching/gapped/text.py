"""Reads the text around parts of gapped patterns: where they stand in it, and the words between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.folding import fold, is_mark, is_word_character
from indexer.matching.borders import character_classes
from indexer.matching.gapped.kernels.tables import MOST_WORDS, SEPARATOR_WORDS, Parts, Stretches
from indexer.matching.gapped.kernels.text import count_words, widen
from indexer.matching.kernels.block import Block
from indexer.matching.text.decoder import decoder
from indexer.matching.text.full_search import empty_stream, find_in_bytes
from indexer.matching.text.kernels.decode import fill_stream
from indexer.matching.text.kernels.search import TextTable
from indexer.matching.text.kernels.stream import MAX_GROWTH, N_PIECES, N_TEXT, PADDING, Stream
from indexer.matching.text.phrase_table import folded_phrases, phrase_table
from indexer.matching.vocabulary_tables import VocabularyTables
from indexer.units import Int32Array, Int64Array, Uint8Array
from indexer.vocabulary import TokenBytes

BATCH_BYTES = 1 << 18

_Columns = tuple[
    Int32Array, Int64Array, Int32Array, Int32Array, Int64Array, Int64Array, Int64Array, Int64Array
]
"""The columns of `Parts` from `part` to `text_stop`."""


class TextParts(NamedTuple):
    """Parts that are looked for in text, and the rules they keep there, as `TextMatcher` has them.

    Attributes
    ----------
    texts : sequence of str
        Text of each part number, from 0.
    rules : int
        Border rules, see `indexer.matching.kernels.borders`.
    whitespace : {"exact", "any"}
        Whether a space stands for any run of white space.
    """

    texts: Sequence[str]
    rules: int
    whitespace: str


class Placed(NamedTuple):
    """Parts of some stretches.

    Attributes
    ----------
    parts : Parts
        In order; their rows are the stretches.
    row : array of int64
        The row each stretch belongs to.
    shift : array of int64
        Ids from the start of that row to the start of the stretch.
    """

    parts: Parts
    row: Int64Array
    shift: Int64Array


class GapText:
    """Decodes stretches of rows, and places the parts in them.

    Parameters
    ----------
    vocabulary : VocabularyTables
        The bytes of every id.
    case : {"fold", "turkish", "exact"}
        How the text is folded before its words are counted and parts are looked for.
    parts : TextParts or None
        The parts where they are texts; None where they are runs of whole ids.
    """

    def __init__(self, vocabulary: VocabularyTables, *, case: str, parts: TextParts | None) -> None:
        whitespace = "exact" if parts is None else parts.whitespace
        self._decoder = decoder(vocabulary, case=case, whitespace=whitespace)
        self._phrases: TextTable | None = None
        if parts is not None:
            numbers = np.arange(len(parts.texts), dtype=np.int32)
            self._phrases = phrase_table(
                folded_phrases(parts.texts, numbers, case=case, whitespace=whitespace), parts.rules
            )

    def read(self, stretches: Stretches, coarse: Parts, stops: Int64Array) -> Iterator[Placed]:
        """Place the parts in the text of stretches, some stretches at a time.

        Parameters
        ----------
        stretches : Stretches
            Apart from each other and in order.
        coarse : Parts
            What the matcher below found, in order; looked at where parts are whole ids.
        stops : array of int64
            Where each of its rows stops.
        """
        n, ids, starts = len(stretches.row), coarse.ids, coarse.starts
        wide_start, wide_stop, n_bytes = (np.empty(n, np.int64) for _ in range(3))
        widen(self._decoder, ids, starts, stops, stretches, wide_start, wide_stop, n_bytes)
        stretch_of = _stretch_of(coarse, stretches) if self._phrases is None else None
        borders = np.flatnonzero(np.diff(np.cumsum(n_bytes) // BATCH_BYTES, prepend=-1))
        for first, stop in pairwise([*borders.tolist(), n]):
            capacity = MAX_GROWTH * (int(n_bytes[first:stop].sum()) + 4 * (stop - first)) + 2 * PADDING
            stream = empty_stream(capacity + self._decoder.token_bytes)
            fill_stream(self._decoder, Block(ids, wide_start[first:stop], wide_stop[first:stop]), stream)
            batch = Stretches(*(column[first:stop] for column in stretches))
            shift = wide_start[first:stop] - starts[batch.row]
            if stretch_of is None:
                columns = self._parts_in_text(stream, batch, shift)
            else:
                chosen = np.flatnonzero((stretch_of >= first) & (stretch_of < stop))
                columns = _parts_of_ids(stream, coarse, chosen, stretch_of[chosen] - first, shift)
            words = np.empty((2, int(stream.state[N_TEXT]) + 1), np.int64)
            count_words(stream, character_classes(), *words)
            yield Placed(Parts(ids, wide_start[first:stop], *columns, *words), batch.row, shift)

    def _parts_in_text(self, stream: Stream, stretches: Stretches, shift: Int64Array) -> _Columns:
        """Find the parts in a stream, each with the bytes it takes."""
        if self._phrases is None:
            raise ValueError("the parts are no texts")
        n_text, n_pieces = int(stream.state[N_TEXT]), int(stream.state[N_PIECES])
        piece_start = stream.piece_start[:n_pieces]
        rows = np.repeat(stream.piece_row[:n_pieces], np.diff(piece_start, append=n_text))
        before = np.zeros(n_text - len(rows), np.int64)
        places = np.arange(n_text, dtype=np.int32)
        found = find_in_bytes(self._phrases, stream.text, np.concatenate([before, rows]), places)
        first = found.token_offset.astype(np.int64)
        stop = first + found.n_tokens
        begin = stream.piece_first[np.searchsorted(piece_start, first, side="right") - 1]
        end = stream.piece_last[np.searchsorted(piece_start, stop - 1, side="right") - 1] + np.int32(1)
        # What stands beside a stretch is there for its borders.
        keep = begin + shift[found.row] >= stretches.begin[found.row]
        keep &= end + shift[found.row] <= stretches.end[found.row]
        first, stop = first[keep], stop[keep]
        return found.phrase[keep], found.row[keep], begin[keep], end[keep], first, stop, first, stop


def _stretch_of(parts: Parts, stretches: Stretches) -> Int64Array:
    """Return the stretch that holds each part, -1 where none does."""
    begin = (stretches.row << 32) | stretches.begin
    stretch = np.searchsorted(begin, (parts.row << 32) | parts.begin.astype(np.int64), side="right") - 1
    inside = (stretch >= 0) & (stretches.row[stretch] == parts.row) & (parts.end <= stretches.end[stretch])
    return np.where(inside, stretch, -1)


def _parts_of_ids(
    stream: Stream, coarse: Parts, chosen: Int64Array, row: Int64Array, shift: Int64Array
) -> _Columns:
    """Return the chosen parts as runs of whole ids of the stream.

    A character that is split over ids belongs to a part if any of its bytes does.
    """
    first, stop = coarse.begin[chosen] - shift[row], coarse.end[chosen] - shift[row]
    n_pieces, place = int(stream.state[N_PIECES]), row << 32
    piece_row, piece_start = stream.piece_row[:n_pieces] << 32, stream.piece_start[: n_pieces + 1].copy()
    piece_start[n_pieces] = stream.state[N_TEXT]
    text_first = piece_start[np.searchsorted(piece_row | stream.piece_last[:n_pieces], place | first)]
    text_stop = piece_start[np.searchsorted(piece_row | stream.piece_first[:n_pieces], place | stop)]
    begin, end = first.astype(np.int32), stop.astype(np.int32)
    return coarse.part[chosen], row, begin, end, first, stop, text_first, text_stop


def words_of_ids(vocabulary: TokenBytes, *, case: str) -> Uint8Array:
    """Return how many words begin inside each id for certain, behind a character that is none of a word.

    Whether its first character begins a word depends on what stands before it, so that is not counted.
    At most `MOST_WORDS`; an id that stands for no text counts `SEPARATOR_WORDS`. A byte for each id, since
    this is looked up beside the tables of the scan.
    """
    data = vocabulary.data.tobytes()
    spelled = [data[start:stop] for start, stop in pairwise(vocabulary.offsets.tolist())]
    words: Int32Array | Uint8Array = np.zeros(len(spelled), np.int32)
    for number, piece in enumerate(spelled):
        text = fold(piece.decode("utf-8", "surrogateescape"), case)
        in_doubt = True
        for character in text:
            # A byte that is no character here may belong to one together with its neighbours.
            is_known = not "\udc80" <= character <= "\udcff"
            if is_mark(character):
                continue
            is_word = is_word_character(character)
            words[number] += is_word and not in_doubt
            in_doubt = is_word or not is_known
    words = np.minimum(words, MOST_WORDS).astype(np.uint8)
    words[vocabulary.special] = SEPARATOR_WORDS
    return words
