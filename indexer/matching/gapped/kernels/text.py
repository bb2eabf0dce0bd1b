"""The text around gapped patterns: how far it is decoded, and its words."""

from __future__ import annotations

from indexer.jit.compile import uncounted
from indexer.jit.numbers import int64
from indexer.matching.gapped.kernels.tables import Stretches
from indexer.matching.kernels.borders import MARK, OTHER, WORD, base_before, code_point, sequence_length
from indexer.matching.text.kernels.stream import (
    DECODED_END,
    N_TEXT,
    TOKEN_SPECIAL,
    Decoder,
    Stream,
)
from indexer.matching.text.kernels.window_text import context_start, context_stop
from indexer.units import Int64Array, TokenIds, Uint8Array


@uncounted
def widen(
    decoder: Decoder,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    stretches: Stretches,
    wide_start: Int64Array,
    wide_stop: Int64Array,
    n_bytes: Int64Array,
) -> None:
    """Say from where to where each stretch is decoded, and how many bytes that takes at most.

    Parameters
    ----------
    stretches : Stretches
        In ids from the start of their rows.
    wide_start, wide_stop : array of int64, shape (n,)
        Filled in: positions in `ids`.
    n_bytes : array of int64, shape (n,)
        Filled in: bytes of the ids there, before they are folded.
    """
    vocabulary = decoder.vocabulary
    n_ids = vocabulary.kind.shape[0]
    for k in range(stretches.row.shape[0]):
        row = stretches.row[k]
        start, stop = int64(starts[row]), int64(stops[row])
        border, last = start + stretches.begin[k], start + stretches.end[k]
        first = context_start(vocabulary, ids, start, border)
        # A character may be begun before the stretch: the marks before that one count too.
        for begun in range(4):
            _, base_at = base_before(
                vocabulary.offsets, vocabulary.text, vocabulary.kind, TOKEN_SPECIAL, decoder.classes,
                ids, start, border, begun,
            )  # fmt: skip
            first = min(first, base_at)
        last = context_stop(vocabulary, ids, last, stop)
        wide_start[k], wide_stop[k] = first, last
        total = int64(0)
        for at in range(first, last):
            token = int64(ids[at])
            total += 1
            if token < n_ids:
                total += vocabulary.offsets[token + 1] - vocabulary.offsets[token]
        n_bytes[k] = total


@uncounted
def count_words(
    stream: Stream, classes: Uint8Array, words_before: Int64Array, goes_on_at: Int64Array
) -> None:
    """Count the words of a stream: its longest runs of letters and digits, each with the marks behind it.

    Parameters
    ----------
    words_before : array of int64, shape (n_text + 1,)
        Filled in: how many words begin before each byte.
    goes_on_at : array of int64, shape (n_text + 1,)
        Filled in: where the character that begins at a byte continues a word, that byte; where it is a mark,
        the byte of the letter or digit that continues the word behind it. Else `n_text`.
    """
    text, n_text = stream.text, stream.state[N_TEXT]
    words = int64(0)
    in_word = False
    at = first_mark = int64(0)
    while at < n_text:
        length = int64(0)
        found = int64(OTHER)
        if text[at] < DECODED_END:
            length = int64(sequence_length(text, at, n_text))
            if length > 0:
                found = int64(classes[code_point(text, at, length)])
        length = max(length, int64(1))
        for k in range(at, at + length):
            words_before[k] = words
            goes_on_at[k] = n_text
        if found == MARK:
            at += length
            continue
        is_word = found == WORD
        if in_word and is_word:
            for k in range(first_mark, at + 1):
                goes_on_at[k] = at
        words += int64(is_word and not in_word)
        in_word = is_word
        at += length
        first_mark = at
    words_before[n_text] = words
    goes_on_at[n_text] = n_text
