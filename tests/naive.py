"""The slow truth: plain loops that anyone can check. Fast code must equal it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Occurrence = tuple[int, int, int, int]
"""(row, token_offset, phrase, n_tokens)"""


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
    """Return the bytes before, inside and after the tokens [first, stop), up to the next walls."""

    def wall(i: int) -> bool:
        return i in special or i >= len(spelled)

    begin = first
    while begin > 0 and not wall(sequence[begin - 1]):
        begin -= 1
    end = stop
    while end < len(sequence) and not wall(sequence[end]):
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

    White space at the beginning of the inside is a border of its own.
    """
    data = before + inside + after
    left = character_with_byte(data, len(before) - 1)
    right = character_with_byte(data, len(before) + len(inside))
    own_left_border = inside.decode("utf-8", "surrogateescape")[:1].isspace()
    return (own_left_border or not left.isalnum()) and not right.isalnum()


def possessive_follows(before: bytes, inside: bytes, after: bytes) -> bool:
    """Return whether an apostrophe and an s follow, and then neither letter nor digit."""
    for possessive in ("'s", "'S", "’s", "’S"):
        form = possessive.encode()
        if after.startswith(form):
            data = before + inside + after
            if not character_with_byte(data, len(before) + len(inside) + len(form)).isalnum():
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

    The text is decoded between walls, every character folded by itself, and searched at every place. Two
    places in one token are two occurrences.
    """
    read = [(phrase, text_as_read(text, case, whitespace)) for phrase, text in phrases]
    found: list[Occurrence] = []
    for row, sequence in enumerate(sequences):
        for run in runs_between_walls(sequence, spelled, special):
            characters = folded_characters(sequence, run, spelled, case, whitespace)
            text = "".join(character for character, _, _ in characters)
            for phrase, wanted in read:
                for first in range(len(text)):
                    stop = first + len(wanted)
                    if text[first:stop] != wanted:
                        continue
                    before, after = text[max(first - 1, 0) : first], text[stop:]
                    if boundary == "word" and (before.isalnum() or after[:1].isalnum()):
                        continue
                    possessive_s = after[:2] in ("'s", "'S", "’s", "’S") and not after[2:3].isalnum()
                    if possessive == "exclude" and possessive_s:
                        continue
                    first_token, last_token = characters[first][1], characters[stop - 1][2]
                    found.append((row, first_token, phrase, last_token - first_token + 1))
    return sorted(found)


def text_as_read(text: str, case: str, whitespace: str) -> str:
    """Return a phrase as it is looked for: folded; with ``whitespace = "any"`` each run of it is a space."""
    if case == "fold":
        text = "".join(character.casefold() for character in text)
    if whitespace == "any":
        for character in set(text):
            if character.isspace():
                text = text.replace(character, " ")
        while "  " in text:
            text = text.replace("  ", " ")
    return text


def runs_between_walls(
    sequence: Sequence[int], spelled: Sequence[bytes], special: frozenset[int]
) -> list[range]:
    """Return the runs of tokens that spell text together."""
    walls = [i for i, token in enumerate(sequence) if token in special or token >= len(spelled)]
    borders = [-1, *walls, len(sequence)]
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
        for folded in character.casefold() if case == "fold" else character:
            characters.append((folded, first, last))
    return characters


def naive_gapped_matches(
    parts: Sequence[Occurrence],
    patterns: Sequence[tuple[int, Sequence[int], Sequence[tuple[int, int]]]],
    sequences: Sequence[Sequence[int]],
    *,
    walls: frozenset[int] = frozenset(),
) -> list[Occurrence]:
    """Return where gapped patterns, given as (phrase, parts, gaps), stand, from the occurrences of all parts.

    Every pair of a first and a last part counts once, if the parts between can be placed at all.
    """

    def may_follow(earlier: Occurrence, later: Occurrence, gap: tuple[int, int]) -> bool:
        row, end, begin = earlier[0], earlier[1] + earlier[3], later[1]
        least, most = gap
        between = sequences[row][end:begin]
        return row == later[0] and least <= begin - end <= most and not walls.intersection(between)

    pairs: set[Occurrence] = set()
    for phrase, numbers, gaps in patterns:
        chains = [(first, first) for first in parts if first[2] == numbers[0]]
        for number, gap in zip(numbers[1:], gaps, strict=True):
            chains = [
                (first, later)
                for first, earlier in chains
                for later in parts
                if later[2] == number and may_follow(earlier, later, gap)
            ]
        for first, last in chains:
            pairs.add((first[0], first[1], phrase, last[1] + last[3] - first[1]))
    return sorted(pairs)
