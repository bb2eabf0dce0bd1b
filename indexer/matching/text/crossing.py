"""Which tokens can reach across a split point: they hold the bytes on both sides of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from indexer.matching.text.kernels.mandatory_pairs import Borders
from indexer.matching.text.kernels.tries import Spellings


def crossing_spellings(
    texts: Sequence[bytes], places: Sequence[int], spellings: Spellings, borders: Borders
) -> list[list[int]]:
    """Return for each text the spellings that can hold its bytes at ``place - 1`` and at `place`.

    The rest of such a spelling agrees with the text as far as they overlap; what it has before or behind the
    text keeps the borders. A byte of a character of several bytes counts as a border: one spelling too many
    costs time, one too few an occurrence.

    Parameters
    ----------
    texts : sequence of bytes
        Folded texts.
    places : sequence of int
        A place inside each, ``0 < place < len(text)``.
    """
    whole: dict[bytes, list[int]] = defaultdict(list)
    tails: dict[bytes, list[int]] = defaultdict(list)
    heads: dict[bytes, list[int]] = defaultdict(list)
    middles: dict[bytes, list[int]] = defaultdict(list)
    for number, (text, place) in enumerate(zip(texts, places, strict=True)):
        for stop in range(place + 1, len(text) + 1):
            tails[text[:stop]].append(number)
            for start in range(place):
                whole[text[start:stop]].append(number)
        for start in range(place):
            heads[text[start:]].append(number)
        middles[text].append(number)
    lengths = sorted({len(text) for text in texts})
    found: list[set[int]] = [set() for _ in texts]
    data = spellings.text.tobytes()
    for spelling in range(1, len(spellings.offsets) - 1):
        token = data[spellings.offsets[spelling] : spellings.offsets[spelling + 1]]
        meant = list(whole.get(token, ()))
        for border in range(1, len(token)):
            if _may_border(token[border - 1], borders.left_word):
                meant += tails.get(token[border:], ())
                for length in lengths:
                    if border + length >= len(token):
                        break
                    if _may_border(token[border + length], borders.right_word):
                        meant += middles.get(token[border : border + length], ())
            if _may_border(token[border], borders.right_word):
                meant += heads.get(token[:border], ())
        for number in meant:
            found[number].add(spelling)
    return [sorted(some) for some in found]


def ids_across_spaces(spellings: Spellings, across: list[tuple[bytes, bytes]]) -> list[int]:
    """Return the ids that can reach across a space: they hold it and the bytes beside it.

    Parameters
    ----------
    spellings : Spellings
        Of the vocabulary.
    across : list of (bytes, bytes)
        The byte before and the byte behind each split point; nothing at the end of a phrase.
    """
    both = set(across)
    left = {a for a, _ in across}
    left_of_end = {a for a, b in across if not b}
    data = spellings.text.tobytes()
    found: list[int] = []
    for number in range(1, len(spellings.offsets) - 1):
        begin, end = int(spellings.offsets[number]), int(spellings.offsets[number + 1])
        text = data[begin:end]
        at = text.find(b" ", 1)
        while at > 0:
            before, behind = text[at - 1 : at], text[at + 1 : at + 2]
            if (before, behind) in both or before in left_of_end or (not behind and before in left):
                found += spellings.ids[
                    spellings.ids_offsets[number] : spellings.ids_offsets[number + 1]
                ].tolist()
                break
            at = text.find(b" ", at + 1)
    return found


def _may_border(value: int, word: bool) -> bool:
    return not (word and (0x30 <= value <= 0x39 or 0x41 <= value <= 0x5A or 0x61 <= value <= 0x7A))
