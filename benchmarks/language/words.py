"""How the words of the language are spelled: frequent ones short, rare ones of stems and endings."""

from __future__ import annotations

import numpy as np

PUNCTUATION = {0: ",", 2: ".", 14: '"', 21: ";", 30: "?", 37: "!", 46: ":", 70: ")", 71: "("}
"""Ranks of the lexicon that are signs. They stand about where English has them."""
ENDS_SENTENCE = (".", "?", "!")

# The first of each are drawn most often.
_ONSETS = "t s w h b m f c d l p r n g k v th sh st br tr pr ch gr cl pl fl sp dr bl fr sl str qu sw j wh cr"
_VOWELS = "e a i o u ea ou ai oo ee io ie y"
_CODAS = "n r t s d l m ck nd st ng nt rd ll ss p g rt sh th lk mp ct"
_ENDINGS = "s ed ing er ly ion al ness ment able ous ful ity ive est"
_SHARE_OF_NAMES = 0.12


def lexicon(n_words: int, rng: np.random.Generator) -> list[str]:
    """Return distinct words and signs by rank, the most frequent first."""
    words: dict[str, None] = {}
    stems: list[str] = []
    while len(words) < n_words:
        rank = len(words)
        if rank in PUNCTUATION:
            words[PUNCTUATION[rank]] = None
            continue
        if rank > 1_500 and rng.random() < 0.6:
            word = _pick(stems, rng.random()) + _pick(_ENDINGS.split(), rng.random() ** 2)
        else:
            word = "".join(_syllable(rng, rank) for _ in range(_n_syllables(rank, rng)))
        if rank > 250 and rng.random() < _SHARE_OF_NAMES:
            word = word.capitalize()
        if word not in words:
            words[word] = None
            if 100 < rank < 12_000 and word.islower():
                stems.append(word)
    return list(words)


def is_sign(word: str) -> bool:
    return not word[0].isalpha()


def _n_syllables(rank: int, rng: np.random.Generator) -> int:
    if rank < 120:
        return 1
    return 1 + int(rng.integers(0, 2)) + (rank > 4_000) * int(rng.integers(0, 2)) + (rank > 20_000)


def _syllable(rng: np.random.Generator, rank: int) -> str:
    onset, vowel, coda = rng.random(3)
    text = _pick(_ONSETS.split(), onset**2) if onset < 0.9 else ""
    text += _pick(_VOWELS.split(), vowel**3)
    return text + (_pick(_CODAS.split(), coda**2) if coda < (0.35 if rank < 40 else 0.6) else "")


def _pick(things: list[str], share: float) -> str:
    return things[int(share * len(things))]
