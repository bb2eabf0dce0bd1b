"""Where the critical and the context word of each pair stand in the token ids of its sentences.

Model-side tools need token positions, not characters: a concept vector is read at a position, and attention
runs from the later of the two words to the earlier one, since a left-to-right model cannot look ahead.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.phrases.pair_table import SIDES
from indexer.phrases.ragged import Ragged, flatten, select
from indexer.phrases.spelled_rows import whole_column
from indexer.phrases.text_encoder import TextEncoder, plain_texts
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import BoolArray, Int64Array

_SPANS = ("critical", "context")


def _side_fields(side: str) -> list[pa.Field]:
    return [
        pa.field(f"{side}_n_tokens", pa.int32()),
        *(
            pa.field(f"{side}_{span}_token_{edge}", pa.int32())
            for span in _SPANS
            for edge in ("start", "stop")
        ),
        pa.field(f"{side}_query_token", pa.int32()),
        pa.field(f"{side}_key_token_start", pa.int32()),
        pa.field(f"{side}_key_token_stop", pa.int32()),
    ]


SCHEMA = pa.schema(
    [pa.field("pair_id", pa.string(), nullable=False), *_side_fields("good"), *_side_fields("bad")]
)
"""Columns for each side, all but the first NULL where there are no spans or the ids spell another text.

n_tokens : ids of the sentence, without special ids; positions count from 0 in these.
critical_token_start/_stop, context_token_start/_stop : the ids that hold a letter of the span, half-open.
query_token : first id of the later of the two spans.
key_token_start/_stop : the ids of the earlier one.
"""

_BATCH_PAIRS = 1 << 14
_NONE = -1


def probe_positions(pairs: pa.Table, tokenizer: Tokenizer) -> pa.Table:
    """Return the token positions of every pair.

    Parameters
    ----------
    pairs : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them.
    tokenizer : Tokenizer
        The tokenizer of the model. A model that wants a start token first shifts every position by one.

    Returns
    -------
    pyarrow.Table
        One row for each pair, in order; see `SCHEMA`.
    """
    arrays = [pairs["pair_id"].combine_chunks()]
    places = _TokenPlaces(tokenizer)
    for side in SIDES:
        sentences = whole_column(pairs[f"{side}_sentence"])
        ids = TextEncoder(tokenizer).encode(sentences)
        edges = [
            np.asarray(pc.fill_null(whole_column(pairs[f"{side}_{span}_{edge}"]), _NONE)).astype(np.int64)
            for span in _SPANS
            for edge in ("start", "stop")
        ]
        cells = [np.zeros((len(_NAMES), 0), np.int64)]
        for start in range(0, len(sentences), _BATCH_PAIRS):
            some = slice(start, start + _BATCH_PAIRS)
            first = ids.offsets[start : start + _BATCH_PAIRS + 1]
            part = Ragged(ids.items[first[0] : first[-1]], first - first[0])
            cells.append(places.of_sentences(sentences[some], part, [edge[some] for edge in edges]))
        arrays += [pa.array(cell, pa.int32(), mask=cell == _NONE) for cell in np.concatenate(cells, axis=1)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


_NAMES = tuple(field.name.removeprefix("good_") for field in _side_fields("good"))
_Span = tuple[int | None, int | None]
_Cells = tuple[int | None, ...]


class _TokenPlaces:
    """Maps characters of sentences to their ids, by the bytes the ids spell."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        data, offsets, _ = tokenizer.token_bytes()
        self._pieces = Ragged(data, offsets)
        self._data = data.tobytes()

    def of_sentences(self, sentences: pa.Array, ids: Ragged, edges: list[Int64Array]) -> Int64Array:
        """Return one row for each of `_NAMES` with a number for each sentence, `_NONE` where there is none.

        Parameters
        ----------
        sentences : pyarrow.Array of string
            The sentences.
        ids : Ragged
            Their ids.
        edges : list of array of int64
            Where the critical span begins and ends in each, then the context; `_NONE` where there is none.
        """
        cells = np.full((len(_NAMES), len(sentences)), _NONE, np.int64)
        cells[0] = ids.lengths
        texts = sentences.to_pylist()
        is_simple = plain_texts(sentences)
        is_simple &= np.fromiter(
            (self._tokenizer.normalize(text) == text for text in texts), bool, len(texts)
        )
        is_marked = edges[0] != _NONE
        simple = np.flatnonzero(is_simple & is_marked)
        self._fill_simple(cells, sentences, ids, edges, simple)
        for row in np.flatnonzero(~is_simple & is_marked).tolist():
            start, stop, *others = (None if edge[row] == _NONE else int(edge[row]) for edge in edges)
            found = self._cells(
                texts[row],
                ids.items[ids.offsets[row] : ids.offsets[row + 1]].tolist(),
                (start, stop),
                (others[0], others[1]),
            )
            cells[:, row] = [_NONE if cell is None else cell for cell in found]
        return cells

    def _fill_simple(
        self,
        cells: Int64Array,
        sentences: pa.Array,
        ids: Ragged,
        edges: list[Int64Array],
        rows: Int64Array,
    ) -> None:
        """Fill in the rows of sentences whose characters are bytes, and that ids spell as they are."""
        spelled = flatten(self._pieces, select(ids, rows))
        lead, fits = _spaces_before(spelled, _bytes_of(sentences.take(pa.array(rows))))
        rows, lead = rows[fits], lead[fits]
        some = select(ids, rows)
        ends = np.cumsum(self._pieces.lengths[some.items])
        begin = np.concatenate([[0], ends])[some.offsets[:-1]] + lead
        spans = []
        for start, stop in (edges[:2], edges[2:]):
            has = (start[rows] != _NONE) & (stop[rows] != _NONE) & (start[rows] < stop[rows])
            first = np.searchsorted(ends, begin + start[rows], side="right") - some.offsets[:-1]
            last = np.searchsorted(ends, begin + stop[rows] - 1, side="right") - some.offsets[:-1]
            spans.append((np.where(has, first, _NONE), np.where(has, last + 1, _NONE)))
        (critical, critical_stop), (context, context_stop) = spans
        cells[1:5, rows] = critical, critical_stop, context, context_stop
        has_both = (critical != _NONE) & (context != _NONE)
        is_later = context < critical
        query = np.where(is_later, critical, context)
        key, key_stop = np.where(is_later, context, critical), np.where(is_later, context_stop, critical_stop)
        cells[5:, rows] = np.where(has_both, [query, key, key_stop], _NONE)

    def _cells(self, sentence: str, ids: Sequence[int], critical: _Span, context: _Span) -> _Cells:
        n_tokens = len(ids)
        normal = self._tokenizer.normalize(sentence)
        ends = None if critical[0] is None else self._ends(normal, ids)
        if ends is None:
            return (n_tokens, *([None] * (len(_NAMES) - 1)))
        first = self._tokens(sentence, normal, ends, critical)
        second = self._tokens(sentence, normal, ends, context)
        if first[0] is None or second[0] is None:
            return (n_tokens, *first, *second, None, None, None)
        earlier, later = (second, first) if second[0] < first[0] else (first, second)
        return (n_tokens, *first, *second, later[0], *earlier)

    def _ends(self, normal: str, ids: Sequence[int]) -> list[int] | None:
        """Return where the text of each id ends, in bytes of the sentence; None where they spell another."""
        offsets = self._pieces.offsets
        pieces = [self._data[offsets[token] : offsets[token + 1]] for token in ids]
        spelled, wanted = b"".join(pieces), normal.encode("utf-8")
        lead = 0 if wanted.startswith(b" ") else len(spelled) - len(spelled.lstrip(b" "))
        if not pieces or spelled[lead:] != wanted:
            return None
        return list(itertools.accumulate((len(piece) for piece in pieces[1:]), initial=len(pieces[0]) - lead))

    def _tokens(self, sentence: str, normal: str, ends: list[int], span: _Span) -> _Span:
        """Return the ids that hold a byte of a span, white space before it not counted."""
        start, stop = span
        if start is None or stop is None:
            return None, None
        if normal == sentence and sentence.isascii():
            begin, end = start, stop
        else:
            before = self._normal_prefix(sentence[:start], normal)
            through = self._normal_prefix(sentence[:stop], normal)
            if before is None or through is None:
                return None, None
            # The space before the span may be in the same id as its first letter, or in one of its own.
            rest = normal[len(before) :]
            begin = len((before + rest[: len(rest) - len(rest.lstrip())]).encode("utf-8"))
            end = len(through.encode("utf-8"))
        if begin >= end:
            return None, None
        return bisect.bisect_right(ends, begin), bisect.bisect_right(ends, end - 1) + 1

    def _normal_prefix(self, text: str, normal: str) -> str | None:
        """Return the normalised beginning of a sentence; None where the normaliser joins over its end."""
        text = text.rstrip()
        prefix = self._tokenizer.normalize(text) if text else ""
        return prefix if normal.startswith(prefix) else None


def _bytes_of(texts: pa.Array) -> Ragged:
    """Return the bytes of texts that were taken from others, and so begin with the buffer."""
    _, offsets, data = texts.buffers()
    n_offsets = len(texts) + 1
    where = np.frombuffer(offsets, np.int32, n_offsets).astype(np.int64) if offsets else np.zeros(1, np.int64)
    return Ragged(np.frombuffer(data or b"", np.uint8), where)


def _spaces_before(spelled: Ragged, wanted: Ragged) -> tuple[Int64Array, BoolArray]:
    """Return how many bytes more than a text its ids spell, and whether that is the text behind spaces."""
    lead = spelled.lengths - wanted.lengths
    fits = lead >= 0
    rows = np.flatnonzero(fits)
    some = select(spelled, rows)
    row = np.repeat(rows, some.lengths)
    at = np.arange(len(some.items)) - np.repeat(some.offsets[:-1], some.lengths) - lead[row]
    of_text = at >= 0
    is_wrong = some.items != ord(" ")
    is_wrong[of_text] = some.items[of_text] != wanted.items[wanted.offsets[row[of_text]] + at[of_text]]
    fits[row[is_wrong]] = False
    return lead, fits
