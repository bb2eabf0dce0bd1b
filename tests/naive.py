"""The slow truth: plain loops that anyone can check. Fast code must equal it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

Occurrence = tuple[int, int, int, int]
"""(row, token_offset, phrase, n_tokens)"""

Gap = tuple[int, int, str]
"""(least, most, "tokens" or "words")"""


class Place(NamedTuple):
    """An occurrence: the tokens it touches, and where it stands, both half-open.

    It stands at characters of its sequence where it was found in text, else at tokens.
    """

    row: int
    phrase: int
    begin: int
    end: int
    first: int
    stop: int


def naive_id_matches(
    patterns: Sequence[tuple[int, Sequence[int]]],
    sequences: Sequence[Sequence[int]],
    *,
    spelled: Sequence[bytes] | None = None,
    special: frozenset[int] = frozenset(),
    boundary: str = "none",
    possessive: str = "include",
) -> list[Occurrence]:
    """Return where patterns, given as (phrase, ids), stand in sequences of ids.

    Each place counts once a phrase; the shortest form there is told.
    """
    places: dict[tuple[int, int, int], int] = {}
    for row, sequence in enumerate(sequences):
        for first in range(len(sequence)):
            for phrase, ids in patterns:
                stop = first + len(ids)
                if list(sequence[first:stop]) != list(ids):
                    continue
                offset = first
                if spelled is not None:
                    if any(i in special or i >= len(spelled) for i in ids):
                        continue
                    before, inside, after = text_around(sequence, first, stop, spelled, special)
                    if boundary == "word" and not word_bounded(before, inside, after):
                        continue
                    if possessive == "exclude" and possessive_follows(before, inside, after):
                        continue
                    offset = first + tokens_of_leading_space([spelled[i] for i in ids])
                place = (row, offset, phrase)
                n_tokens = stop - offset
                places[place] = min(n_tokens, places.get(place, n_tokens))
    return sorted((*place, n_tokens) for place, n_tokens in places.items())


def text_around(
    sequence: Sequence[int], first: int, stop: int, spelled: Sequence[bytes], special: frozenset[int]
) -> tuple[bytes, bytes, bytes]:
    """Return the bytes before, inside and after the tokens [first, stop), up to the next separators."""

    def separator(i: int) -> bool:
        return i in special or i >= len(spelled)

    begin = first
    while begin > 0 and not separator(sequence[begin - 1]):
        begin -= 1
    end = stop
    while end < len(sequence) and not separator(sequence[end]):
        end += 1
    return (
        b"".join(spelled[i] for i in sequence[begin:first]),
        b"".join(spelled[i] for i in sequence[first:stop]),
        b"".join(spelled[i] for i in sequence[stop:end]),
    )


def character_with_byte(data: bytes, at: int) -> str:
    """Return the character one of whose bytes is ``data[at]``; nothing where there is no such byte.

    Bytes that are no UTF-8 become lone surrogates, which are neither letters, digits nor white space.
    """
    position = 0
    for character in data.decode("utf-8", "surrogateescape"):
        position += len(character.encode("utf-8", "surrogateescape"))
        if 0 <= at < position:
            return character
    return ""


def word_bounded(before: bytes, inside: bytes, after: bytes) -> bool:
    """Return whether neither the character before nor the one after is a letter or digit.

    A mark after the inside belongs to it, and so goes on with it. Of marks before the inside the character
    tells that they belong to. White space at the beginning of the inside is a border of its own.
    """
    data = before + inside + after
    at = len(before) - 1
    while is_mark(left := character_with_byte(data, at)):
        at -= 1
    right = character_with_byte(data, len(before) + len(inside))
    own_left_border = inside.decode("utf-8", "surrogateescape")[:1].isspace()
    return (own_left_border or not left.isalnum()) and not goes_on(right)


def is_mark(character: str) -> bool:
    """Return whether a character belongs to the one before it (UAX #29: Extend, Format, ZWJ)."""
    if character == "" or character == "\N{ZERO WIDTH SPACE}":
        return False
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") or "🏻" <= character <= "🏿"


def goes_on(character: str) -> bool:
    """Return whether a character goes on with what stands before it: no word ends between them."""
    return character.isalnum() or is_mark(character)


def possessive_follows(before: bytes, inside: bytes, after: bytes) -> bool:
    """Return whether an apostrophe and an s follow, and then neither letter nor digit nor mark."""
    for possessive in ("'s", "'S", "’s", "’S"):
        form = possessive.encode()
        if after.startswith(form):
            data = before + inside + after
            if not goes_on(character_with_byte(data, len(before) + len(inside) + len(form))):
                return True
    return False


def tokens_of_leading_space(tokens: Sequence[bytes]) -> int:
    """Return how many tokens at the beginning hold nothing but leading white space; 0 if all do."""
    text = b"".join(tokens).decode("utf-8", "surrogateescape")
    n_space_bytes = len(text) and len(text[: len(text) - len(text.lstrip())].encode())
    if not text.lstrip():
        return 0
    n = 0
    while sum(len(token) for token in tokens[: n + 1]) <= n_space_bytes:
        n += 1
    return n


def naive_text_matches(
    phrases: Sequence[tuple[int, str]],
    sequences: Sequence[Sequence[int]],
    *,
    spelled: Sequence[bytes],
    special: frozenset[int] = frozenset(),
    case: str = "fold",
    boundary: str = "none",
    possessive: str = "include",
    whitespace: str = "exact",
) -> list[Occurrence]:
    """Return where phrases, given as (phrase, text), stand in the text that sequences of ids spell.

    The text is decoded between separators, every character folded by itself, and searched at every place. Two
    places in one token are two occurrences.
    """
    places = naive_text_places(
        phrases,
        sequences,
        spelled=spelled,
        special=special,
        case=case,
        boundary=boundary,
        possessive=possessive,
        whitespace=whitespace,
    )
    return sorted((place.row, place.begin, place.phrase, place.end - place.begin) for place in places)


def naive_text_places(
    phrases: Sequence[tuple[int, str]],
    sequences: Sequence[Sequence[int]],
    *,
    spelled: Sequence[bytes],
    special: frozenset[int],
    case: str,
    boundary: str,
    possessive: str,
    whitespace: str,
) -> list[Place]:
    """Return where phrases stand, as `naive_text_matches` does, with the characters they take."""
    read = [(phrase, text_as_read(text, case, whitespace)) for phrase, text in phrases]
    found: list[Place] = []
    for row, sequence in enumerate(sequences):
        n_before = 0
        for run in runs_between_separators(sequence, spelled, special):
            characters = folded_characters(sequence, run, spelled, case, whitespace)
            text = "".join(character for character, _, _ in characters)
            for phrase, wanted in read:
                for first in range(len(text)):
                    stop = first + len(wanted)
                    if text[first:stop] != wanted:
                        continue
                    before, after = text[:first], text[stop:]
                    while is_mark(before[-1:]):
                        before = before[:-1]
                    if boundary == "word" and (before[-1:].isalnum() or goes_on(after[:1])):
                        continue
                    possessive_s = after[:2] in ("'s", "'S", "’s", "’S") and not goes_on(after[2:3])
                    if possessive == "exclude" and possessive_s:
                        continue
                    begin, end = characters[first][1], characters[stop - 1][2] + 1
                    found.append(Place(row, phrase, begin, end, n_before + first, n_before + stop))
            n_before += len(characters)
    return found


def text_as_read(text: str, case: str, whitespace: str) -> str:
    """Return a phrase as it is looked for: folded; with ``whitespace = "any"`` each run of it is a space."""
    text = "".join(folded(character, case) for character in text)
    if whitespace == "any":
        for character in set(text):
            if character.isspace():
                text = text.replace(character, " ")
        while "  " in text:
            text = text.replace("  ", " ")
    return text


def folded(character: str, case: str) -> str:
    """Return the fold of a character; Turkish and Azeri have two letters i, each with its own capital."""
    if case == "turkish" and character in "Iİ":
        return {"I": "ı", "İ": "i"}[character]
    return character if case == "exact" else character.casefold()


def runs_between_separators(
    sequence: Sequence[int], spelled: Sequence[bytes], special: frozenset[int]
) -> list[range]:
    """Return the runs of tokens that spell text together."""
    separators = [i for i, token in enumerate(sequence) if token in special or token >= len(spelled)]
    borders = [-1, *separators, len(sequence)]
    return [range(a + 1, b) for a, b in pairwise(borders)]


def folded_characters(
    sequence: Sequence[int], run: range, spelled: Sequence[bytes], case: str, whitespace: str
) -> list[tuple[str, int, int]]:
    """Return the folded characters of a run of tokens, each with the first and last token it touches.

    Bytes that are no UTF-8 become lone surrogates. A run of white space read as one space stands where its
    first character does.
    """
    token_of_byte = [token for token in run for _ in spelled[sequence[token]]]
    data = b"".join(spelled[sequence[token]] for token in run)
    characters: list[tuple[str, int, int]] = []
    position = 0
    for character in data.decode("utf-8", "surrogateescape"):
        n_bytes = len(character.encode("utf-8", "surrogateescape"))
        first, last = token_of_byte[position], token_of_byte[position + n_bytes - 1]
        position += n_bytes
        if whitespace == "any" and character.isspace():
            if not characters or characters[-1][0] != " ":
                characters.append((" ", first, last))
            continue
        for one in folded(character, case):
            characters.append((one, first, last))
    return characters


def naive_gapped_id_matches(
    parts: Sequence[Occurrence],
    patterns: Sequence[tuple[int, Sequence[int], Sequence[Gap]]],
    sequences: Sequence[Sequence[int]],
    *,
    spelled: Sequence[bytes] | None = None,
    special: frozenset[int] = frozenset(),
    case: str = "fold",
) -> list[Occurrence]:
    """Return where gapped patterns, given as (phrase, parts, gaps), stand, from the occurrences of all parts.

    Every pair of a first and a last part counts once, if the parts between can be placed at all; a window of
    a phrase counts once. A character that is split between a part and its neighbour belongs to the part.
    """
    places = [
        Place(row, phrase, offset, offset + n_tokens, offset, offset + n_tokens)
        for row, offset, phrase, n_tokens in parts
    ]
    characters = [
        [] if spelled is None else row_characters(sequence, spelled, special, case, "exact")
        for sequence in sequences
    ]

    def text_between(earlier: Place, later: Place) -> str:
        return "".join(
            character
            for character, first, last in characters[earlier.row]
            if first >= earlier.end and last < later.begin
        )

    windows = {
        (first.row, first.begin, phrase, last.end - first.begin)
        for phrase, first, last in joined_places(places, patterns, sequences, text_between, spelled, special)
    }
    return sorted(windows)


def naive_gapped_text_matches(
    parts: Sequence[tuple[int, str]],
    patterns: Sequence[tuple[int, Sequence[int], Sequence[Gap]]],
    sequences: Sequence[Sequence[int]],
    *,
    spelled: Sequence[bytes],
    special: frozenset[int] = frozenset(),
    case: str = "fold",
    boundary: str = "none",
    possessive: str = "include",
    whitespace: str = "exact",
) -> list[Occurrence]:
    """Return where gapped patterns stand in the text of sequences, their parts given as (part, text).

    Every pair of a first and a last part counts once, by the characters where it begins and ends: two that
    begin at different characters of one token are two.
    """
    places = naive_text_places(
        parts,
        sequences,
        spelled=spelled,
        special=special,
        case=case,
        boundary=boundary,
        possessive=possessive,
        whitespace=whitespace,
    )
    characters = [row_characters(sequence, spelled, special, case, whitespace) for sequence in sequences]

    def text_between(earlier: Place, later: Place) -> str:
        return "".join(character for character, _, _ in characters[earlier.row][earlier.stop : later.first])

    windows = {
        (first.row, first.begin, phrase, last.end - first.begin, first.first, last.stop)
        for phrase, first, last in joined_places(places, patterns, sequences, text_between, spelled, special)
    }
    return sorted(window[:4] for window in windows)


def joined_places(
    places: Sequence[Place],
    patterns: Sequence[tuple[int, Sequence[int], Sequence[Gap]]],
    sequences: Sequence[Sequence[int]],
    text_between: Callable[[Place, Place], str],
    spelled: Sequence[bytes] | None,
    special: frozenset[int],
) -> set[tuple[int, Place, Place]]:
    """Return (phrase, first part, last part) wherever the parts of a pattern follow each other."""

    def separator(token: int) -> bool:
        return token in special or (spelled is not None and token >= len(spelled))

    def may_follow(earlier: Place, later: Place, gap: Gap) -> bool:
        least, most, unit = gap
        if earlier.row != later.row or earlier.stop > later.first:
            return False
        between = sequences[earlier.row][earlier.end : later.begin]
        n_between = words_in(text_between(earlier, later)) if unit == "words" else len(between)
        return least <= n_between <= most and not any(separator(token) for token in between)

    pairs: set[tuple[int, Place, Place]] = set()
    for phrase, numbers, gaps in patterns:
        chains = [(place, place) for place in places if place.phrase == numbers[0]]
        for number, gap in zip(numbers[1:], gaps, strict=True):
            chains = [
                (first, later)
                for first, earlier in chains
                for later in places
                if later.phrase == number and may_follow(earlier, later, gap)
            ]
        pairs.update((phrase, first, last) for first, last in chains)
    return pairs


def words_in(text: str) -> int:
    """Return the number of longest runs of letters and digits, each with the marks behind it."""
    n_words = 0
    in_word = False
    for character in text:
        if is_mark(character):
            continue
        n_words += character.isalnum() and not in_word
        in_word = character.isalnum()
    return n_words


def row_characters(
    sequence: Sequence[int], spelled: Sequence[bytes], special: frozenset[int], case: str, whitespace: str
) -> list[tuple[str, int, int]]:
    """Return the folded characters of a sequence, one run between separators after another."""
    return [
        character
        for run in runs_between_separators(sequence, spelled, special)
        for character in folded_characters(sequence, run, spelled, case, whitespace)
    ]


def naive_exposures(
    sequences: Sequence[Sequence[int]],
    occurrences: Sequence[Occurrence],
    steps_of: Callable[[int], Sequence[int]],
    end_of_document: int | None = None,
    n_shared: int = 0,
) -> list[tuple[int, int, int, int, int, int | None]]:
    """Return every exposure: (phrase, step, sequence, token_offset, n_tokens, document).

    A document ends with its end-of-document id. Of the last `n_shared` ids of a sequence, which belong to
    another one too, none is counted twice.
    """
    exposures: list[tuple[int, int, int, int, int, int | None]] = []
    for row, offset, phrase, n_tokens in occurrences:
        for step in steps_of(row):
            document: int | None = None
            if end_of_document is not None:
                before = [list(one[: len(one) - n_shared]) for one in sequences[:row]]
                before.append(list(sequences[row][:offset]))
                document = sum(ids.count(end_of_document) for ids in before)
            exposures.append((phrase, step, row, offset, n_tokens, document))
    return exposures
