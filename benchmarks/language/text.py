"""From ranks of words to a tokenizer and to paragraphs of its ids."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from benchmarks.language.words import ENDS_SENTENCE, is_sign

VOCABULARY = 40_000
"""Ids of the tokenizer."""
END_OF_DOCUMENT = "<|endoftext|>"
TRAINING_WORDS = 1_500_000
COMMON, SHARE_OF_UNKNOWN, SHARE_OF_UNKNOWN_IN_PHRASES = 600, 0.35, 0.15
"""Words beyond the rank `COMMON` that the tokenizer does not meet in training: it has read other texts."""
SHORTEST, LONGEST = 8, 120
"""Words after which a paragraph ends with its sentence."""

_INSIDE, _AFTER_SIGN, _FIRST = range(3)


def paragraph_starts(ranks: np.ndarray, lexicon: list[str], rng: np.random.Generator) -> np.ndarray:
    """Return where paragraphs begin, each behind the end of a sentence; the last element is the end."""
    signs = [k for k, word in enumerate(lexicon) if word in ENDS_SENTENCE]
    ends = np.flatnonzero(np.isin(ranks, signs)) + 1
    starts = [0]
    for drawn in rng.random(len(ranks) // SHORTEST).tolist():
        wanted = starts[-1] + SHORTEST + int((LONGEST - SHORTEST) * drawn * drawn)
        k = int(np.searchsorted(ends, wanted))
        if k >= len(ends):
            break
        starts.append(int(ends[k]))
    return np.array(starts)


def train(
    ranks: np.ndarray,
    starts: np.ndarray,
    lexicon: list[str],
    phrases: list[str],
    rng: np.random.Generator,
) -> Any:
    """Train a byte-level BPE of GPT-2's kind on the beginning of the text, and on phrases."""
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers, trainers

    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END_OF_DOCUMENT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    shapes, written = _shapes(ranks, starts, lexicon), np.array(_spellings(lexicon), object)
    n = int(np.searchsorted(starts, TRAINING_WORDS))
    drawn = rng.random(len(lexicon))
    drawn[:COMMON] = 1.0
    written[np.repeat(drawn < SHARE_OF_UNKNOWN, 3)] = ""
    texts = ("".join(written[shapes[a:b]]) + "\n" for a, b in _ranges(starts[: n + 1]))
    unknown = {lexicon[k] for k in np.flatnonzero(drawn < SHARE_OF_UNKNOWN_IN_PHRASES).tolist()}
    more = (" " + " ".join(word for word in phrase.split() if word not in unknown) for phrase in phrases)
    tokenizer.train_from_iterator(chain(texts, more), trainer)
    return tokenizer


def encoded(
    ranks: np.ndarray, starts: np.ndarray, lexicon: list[str], tokenizer: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids of the text and where its paragraphs begin; the last element is the end.

    A byte-level BPE cuts no token over two words, so each spelling is encoded once.
    """
    stops = starts[1:]
    written = [*_spellings(lexicon), "\n"]
    shapes = np.insert(_shapes(ranks, starts, lexicon)[: stops[-1]], stops, len(written) - 1)
    used, shapes = np.unique(shapes, return_inverse=True)
    encodings = tokenizer.encode_batch([written[k] for k in used.tolist()], add_special_tokens=False)
    ids = np.array([i for e in encodings for i in e.ids], np.uint16)
    lengths = np.array([len(e.ids) for e in encodings])
    first = np.cumsum(lengths) - lengths
    n_ids = lengths[shapes]
    ends = np.cumsum(n_ids)
    places = np.repeat(first[shapes] - (ends - n_ids), n_ids) + np.arange(ends[-1])
    return ids[places], np.append(0, ends[stops + np.arange(len(stops))])


def _shapes(ranks: np.ndarray, starts: np.ndarray, lexicon: list[str]) -> np.ndarray:
    """Return which spelling stands for each word: inside a sentence, at its beginning, at a paragraph's."""
    signs = [k for k, word in enumerate(lexicon) if word in ENDS_SENTENCE]
    place = np.full(len(ranks), _INSIDE)
    place[np.flatnonzero(np.isin(ranks[:-1], signs)) + 1] = _AFTER_SIGN
    place[starts[:-1]] = _FIRST
    return ranks * 3 + place


def _spellings(lexicon: list[str]) -> list[str]:
    """Return three for each word."""
    spellings = []
    for word in lexicon:
        capital = word[0].upper() + word[1:]
        if is_sign(word):
            spellings += [" (" if word == "(" else word] * 3
        else:
            spellings += [" " + word, " " + capital, capital]
    return spellings


def _ranges(starts: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
