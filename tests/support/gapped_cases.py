"""Runs one drawn pattern with gaps through the slow truth and the matcher, in ids and in text.

In ids, a part has every run of pieces that spells it as a form.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.borders import border_rules
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.gapped.text import TextParts
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.text.matcher import TextMatcher
from indexer.patterns import GappedPattern
from indexer.phrases.gap_notation import GappedText, parse
from tests.naive import naive_gapped_id_matches, naive_gapped_text_matches, naive_id_matches
from tests.support.drawing import Piece, block_of, numbered, patterns_of, rows_of, vocabulary_of

Window = tuple[int, int]
PHRASE, FIRST_PART = 0, 1


def in_ids(
    notation: str, *sequences: Sequence[Piece], boundary: str = "word", case: str = "fold"
) -> list[list[Window]]:
    """Return for each sequence the windows found, as (first token, last token)."""
    text = parse(notation)
    spelled, special, rows = numbered(sequences)
    vocabulary = vocabulary_of(spelled, special)
    numbers = part_numbers(text)
    pairs = sorted(
        (number, form)
        for part, number in numbers.items()
        for form in forms_of(part, rows, spelled, special, case)
    )
    options = {"boundary": boundary, "possessive": "include"}
    inner = TokenMatcher(patterns_of(pairs), vocabulary, **options)
    gaps = gap_table([pattern(text)], FIRST_PART, vocabulary, case=case)
    matcher = GappedMatcher(inner, FIRST_PART, gaps, vocabulary=vocabulary, case=case)
    known = {"spelled": spelled, "special": special}
    places = naive_id_matches(pairs, rows, **known, **options)
    drawn_pattern = (PHRASE, pattern(text).parts, text.gaps)
    expected = naive_gapped_id_matches(places, [drawn_pattern], rows, **known, case=case)
    for dtype in (np.uint16, np.uint32):
        assert rows_of(matcher.find(*block_of(rows, dtype))) == expected, dtype
    return windows(expected, len(rows))


def in_text(notation: str, *sequences: Sequence[Piece], **settings: str) -> list[list[Window]]:
    """Return for each sequence the windows found, as (first token, last token)."""
    match = {"case": "fold", "boundary": "word", "possessive": "include", "whitespace": "exact", **settings}
    text = parse(notation)
    spelled, special, rows = numbered(sequences)
    vocabulary = vocabulary_of(spelled, special)
    numbers = part_numbers(text)
    expected = naive_gapped_text_matches(
        [(number, part) for part, number in numbers.items()],
        [(PHRASE, pattern(text).parts, text.gaps)],
        rows,
        spelled=spelled,
        special=special,
        **match,
    )
    for dtype in (np.uint16, np.uint32):
        for fast in (False, True):
            inner = TextMatcher(
                list(numbers), np.array(list(numbers.values()), np.int32), vocabulary, **match
            )
            if fast:
                inner.prepare(block_of(rows, dtype)[0])
            rules = border_rules(boundary=match["boundary"], possessive=match["possessive"])
            matcher = GappedMatcher(
                inner,
                FIRST_PART,
                gap_table([pattern(text)], FIRST_PART, vocabulary, case=match["case"]),
                vocabulary=vocabulary,
                case=match["case"],
                parts=TextParts(list(numbers), rules, match["whitespace"]),
            )
            assert rows_of(matcher.find(*block_of(rows, dtype))) == expected, (dtype, fast)
    return windows(expected, len(rows))


def in_both(notation: str, *pieces: Piece, **settings: str) -> list[Window]:
    """Return the windows in one sequence, which ids and text must agree on."""
    (ids,), (text,) = in_ids(notation, pieces, **settings), in_text(notation, pieces, **settings)
    assert ids == text
    return ids


def words(drawing: str) -> list[Piece]:
    """Return a sequence in which every word is a token with a space before it, and | an end of document."""
    return [None if word == "|" else f" {word}" for word in drawing.split()]


def part_numbers(text: GappedText) -> dict[str, int]:
    return {part: FIRST_PART + number for number, part in enumerate(dict.fromkeys(text.parts))}


def pattern(text: GappedText) -> GappedPattern:
    numbers = part_numbers(text)
    return GappedPattern(PHRASE, tuple(numbers[part] for part in text.parts), text.gaps)


def forms_of(
    part: str, rows: Sequence[Sequence[int]], spelled: Sequence[bytes], special: frozenset[int], case: str
) -> set[tuple[int, ...]]:
    """Return the runs of ids that spell a part, with white space before it or without."""

    def read(data: bytes) -> str:
        text = data.decode("utf-8", "surrogateescape").lstrip()
        return text.casefold() if case == "fold" else text

    return {
        tuple(row[first:stop])
        for row in rows
        for first in range(len(row))
        for stop in range(first + 1, len(row) + 1)
        if not special.intersection(row[first:stop])
        and read(b"".join(spelled[token] for token in row[first:stop])) == read(part.encode())
        and spelled[row[first]].strip()
        and spelled[row[stop - 1]].strip()
    }


def windows(places: Sequence[tuple[int, int, int, int]], n_rows: int) -> list[list[Window]]:
    return [
        [(offset, offset + n_tokens - 1) for row, offset, _, n_tokens in places if row == number]
        for number in range(n_rows)
    ]
