"""From windows to the stream that is searched: the text around the places where a phrase could begin.

Each window becomes a range of the stream: what stands before it, as far as a border needs it, the tokens in
which an occurrence may begin, and what they reach. The text is cut behind that; `search_ranges` leaves out
what it could only decide by reading on, which another window then decides.
"""

from __future__ import annotations

from indexer.jit.compile import leaf, merged, uncounted
from indexer.jit.numbers import int64
from indexer.jit.prefetching import prefetch
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.borders import MARK, WORD, base_before
from indexer.matching.text.kernels.borders import class_at
from indexer.matching.text.kernels.decode import append_tokens, flush_pending, put, put_separator
from indexer.matching.text.kernels.search import LOOK_AHEAD, Ranges
from indexer.matching.text.kernels.stream import (
    BAD,
    DECODED_END,
    LETTER,
    N_PENDING,
    N_PIECES,
    N_TEXT,
    NOT_WHOLE,
    TOKEN_SPECIAL,
    Decoder,
    Stream,
    VocabularyTable,
)
from indexer.matching.text.kernels.windows import TextWindows
from indexer.units import Int64Array, TokenIds

MOST_FIRST_TOKENS = 64
"""Longer windows are cut: tokens of one range in which occurrences may begin."""
CONTEXT_BYTES = 8
"""Bytes before a window that decide which character stands there."""

BYTES_BEHIND = 16
"""Bytes behind a token, before folding, that complete its characters and hold what border rules read."""

NEXT_WINDOW, NEXT_TOKEN = 0, 1


@leaf
def context_start(vocabulary: VocabularyTable, ids: TokenIds, start: int, at: int) -> int:
    """Return from where on to decode so that the character before the token at `at` is known."""
    beyond = vocabulary.record.shape[0] - 1
    known = int64(0)
    while at > start and known < CONTEXT_BYTES:
        at -= 1
        token = min(int64(ids[at]), beyond)
        n = int64(vocabulary.record[token, 1])
        if n == NOT_WHOLE:
            if token == beyond or vocabulary.kind[token] == TOKEN_SPECIAL:
                break
            known += vocabulary.offsets[token + 1] - vocabulary.offsets[token]
        elif n > 0:
            break
    return at


@leaf
def context_stop(vocabulary: VocabularyTable, ids: TokenIds, at: int, stop: int) -> int:
    """Return the position behind tokens from `at` on that hold `BYTES_BEHIND`, or end in a separator."""
    known = int64(0)
    while at < stop and known < BYTES_BEHIND:
        token = int64(ids[at])
        at += 1
        if token >= vocabulary.kind.shape[0] or vocabulary.kind[token] == TOKEN_SPECIAL:
            break
        known += vocabulary.offsets[token + 1] - vocabulary.offsets[token]
    return at


@leaf
def tell_base(decoder: Decoder, ids: TokenIds, start: int, first: int, stream: Stream) -> None:
    """Put a sign behind the text before a window where marks end it, or a character is begun.

    What these marks belong to may stand far before. The sign is a letter if that is one, or a digit.
    """
    vocabulary, classes = decoder.vocabulary, decoder.classes
    n_text, n_begun = stream.state[N_TEXT], stream.state[N_PENDING]
    if n_begun == 0 and (
        stream.text[n_text - 1] < 0x80 or class_at(stream.text, n_text - 1, classes)[0] != MARK
    ):
        return
    base, _ = base_before(
        vocabulary.offsets, vocabulary.text, vocabulary.kind, TOKEN_SPECIAL, classes,
        ids, start, first, n_begun
    )  # fmt: skip
    put(stream, LETTER if base == WORD else BAD)


@merged
def append_window(
    decoder: Decoder,
    block: Block,
    row: int,
    first: int,
    last: int,
    end: int,
    longest: int,
    stream: Stream,
    ranges: Ranges,
    n_ranges: int,
) -> None:
    """Append the text of a window as one range."""
    ids, start, stop = block.ids, block.starts[row], block.stops[row]
    state = stream.state
    state[N_PENDING] = 0
    put_separator(stream)
    ranges.first_piece[n_ranges] = max(state[N_PIECES] - 1, 0)
    at = context_start(decoder.vocabulary, ids, start, first)
    limit = stream.text.shape[0]
    # Three stretches: the context, where occurrences may begin, what they reach. One call in a loop is
    # compiled once; three calls were compiled three times.
    for stretch in range(3):
        until = first if stretch == 0 else (last + 1 if stretch == 1 else end)
        if stretch == 1:
            tell_base(decoder, ids, start, first, stream)
            ranges.begin[n_ranges] = state[N_TEXT]
        if stretch == 2:
            # A character that is begun has six bytes when folded, at most.
            ranges.stop[n_ranges] = state[N_TEXT] + (8 if state[N_PENDING] > 0 else 0)
            limit = state[N_TEXT] + longest + LOOK_AHEAD
        at = append_tokens(decoder, ids, start, at, until, row, limit, stream)
    ranges.first_token[n_ranges] = first - start
    ranges.last_token[n_ranges] = last - start
    if at == stop:
        flush_pending(stream, row, stop - start)
        put_separator(stream)
        ranges.limit[n_ranges] = state[N_TEXT] + LOOK_AHEAD
    else:
        ranges.limit[n_ranges] = state[N_TEXT]
        put(stream, DECODED_END)
    ranges.stop_piece[n_ranges] = state[N_PIECES]
    ranges.stop[n_ranges] = min(ranges.stop[n_ranges], state[N_TEXT])


@leaf
def ask_ahead(vocabulary: VocabularyTable, ids: TokenIds, windows: TextWindows, begin: int, end: int) -> None:
    """Ask for the ids of some windows, and for the records of these: they were scanned long ago."""
    for k in range(begin, end):
        prefetch(ids, windows.first[k])
        prefetch(ids, windows.end[k] - 1)
    beyond = vocabulary.record.shape[0] - 1
    for k in range(begin, end):
        for at in range(windows.first[k], windows.end[k]):
            prefetch(vocabulary.record, min(int64(ids[at]), beyond))


@uncounted
def fill_windows(
    decoder: Decoder,
    block: Block,
    windows: TextWindows,
    n_windows: int,
    progress: Int64Array,
    capacity: int,
    longest: int,
    stream: Stream,
    ranges: Ranges,
) -> int:
    """Append windows to the empty stream until less than `capacity` bytes are free or all are done.

    Parameters
    ----------
    progress : array of int64, shape (2,)
        The next window and the next token in it (-1: its first); brought up to date.
    capacity : int
        Bytes that one range can need.

    Returns
    -------
    int
        Number of ranges.
    """
    state = stream.state
    state[N_TEXT] = 0
    state[N_PIECES] = 0
    n_ranges = int64(0)
    limit = stream.text.shape[0] - capacity
    next_window = progress[NEXT_WINDOW]
    n_next = min(ranges.begin.shape[0], n_windows - next_window)
    ask_ahead(decoder.vocabulary, block.ids, windows, next_window, next_window + n_next)
    while progress[NEXT_WINDOW] < n_windows and n_ranges < ranges.begin.shape[0] and state[N_TEXT] <= limit:
        k = progress[NEXT_WINDOW]
        first = windows.first[k] if progress[NEXT_TOKEN] < 0 else progress[NEXT_TOKEN]
        last = min(first + MOST_FIRST_TOKENS - 1, windows.last[k])
        append_window(
            decoder, block, windows.row[k], first, last, windows.end[k], longest, stream, ranges, n_ranges
        )
        n_ranges += 1
        if last == windows.last[k]:
            progress[NEXT_WINDOW] = k + 1
            progress[NEXT_TOKEN] = -1
        else:
            progress[NEXT_TOKEN] = last + 1
    return n_ranges
