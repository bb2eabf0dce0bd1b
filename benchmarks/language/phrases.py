"""Phrases of the language that are to its text what BLiMP's critical phrases are to English.

They have a vocabulary of their own: a few frequent words, many of all ranks. Each word has few words that
stand behind it. Most pairs of ids stand nowhere in the text; one phrase in thirty has only pairs that do.
"""

from __future__ import annotations

import numpy as np

from benchmarks.language.words import is_sign

N_FREQUENT, N_OTHERS = 100, 1_800
RANKS_OF_FREQUENT, RANKS_OF_OTHERS = (8, 700), (500, 100_000)
"""Where the words of phrases lie in the text: spread as 1 / rank, the others as 1 / rank ** 0.75."""
SHARE_OF_FREQUENT = 0.35
"""Of the first words of phrases."""
FREQUENT_BEHIND_FREQUENT, FREQUENT_BEHIND_OTHERS = 0.05, 0.7
SHARE_OF_WORDS = {2: 0.055, 3: 0.190, 4: 0.535, 5: 0.089, 6: 0.068, 7: 0.038, 8: 0.025}
"""Of phrases, by their number of words."""
N_FOLLOWERS = 17
"""Different words behind each word of phrases; behind a frequent one ten times as many."""
SHARE_FROM_TEXT = 0.2
"""Of these, how many stand there in the text too."""
SHARE_OF_BEGINNINGS = 0.6
"""Of phrases with a frequent first word: so many begin a sentence."""


def phrase_texts(
    ranks: np.ndarray,
    lexicon: list[str],
    vocabulary: np.ndarray,
    n_phrases: int,
    rng: np.random.Generator,
    n_words: int | None = None,
) -> list[str]:
    """Return texts of distinct phrases, of `n_words` words or of as many as BLiMP's have."""
    followers = _followers(ranks, vocabulary, len(lexicon), rng)
    texts: dict[str, None] = {}
    while len(texts) < n_phrases:
        n = n_phrases - len(texts) + 1000
        if n_words:
            lengths = np.full(n, n_words)
        else:
            lengths = rng.choice(list(SHARE_OF_WORDS), n, p=list(SHARE_OF_WORDS.values()))
        columns = [np.where(lengths == 2, _others(n, rng), _drawn(n, rng, SHARE_OF_FREQUENT))]
        for _ in range(1, lengths.max()):
            n_followers = np.where(columns[-1] < N_FREQUENT, 10, 1) * N_FOLLOWERS
            columns.append(followers[columns[-1], (n_followers * rng.random(n) ** 2).astype(np.int64)])
        begins = (columns[0] < N_FREQUENT) & (rng.random(n) < SHARE_OF_BEGINNINGS)
        rows = vocabulary[np.array(columns).T].tolist()
        for row, length, begin in zip(rows, lengths.tolist(), begins.tolist(), strict=True):
            text = " ".join(lexicon[rank] for rank in row[:length])
            texts[text[0].upper() + text[1:] if begin else text] = None
    return list(texts)[:n_phrases]


def vocabulary_of_phrases(lexicon: list[str], rng: np.random.Generator) -> np.ndarray:
    """Return the ranks of the words of phrases: frequent ones, then others, those used most first."""
    words = np.flatnonzero([not is_sign(word) for word in lexicon])
    low, high = RANKS_OF_FREQUENT
    ranks = words[(words >= low) & (words < high)]
    share = 1.0 / ranks
    frequent = rng.choice(ranks, N_FREQUENT, replace=False, p=share / share.sum())
    low, high = RANKS_OF_OTHERS
    ranks = np.setdiff1d(words[(words >= low) & (words < high)], frequent)
    share = 1.0 / np.sqrt(ranks * np.sqrt(ranks))  # roots are exact everywhere, powers are not
    others = rng.choice(ranks, N_OTHERS, replace=False, p=share / share.sum())
    return np.concatenate([frequent, others])


def _others(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw words that are not frequent, as numbers of the vocabulary."""
    return N_FREQUENT + (N_OTHERS * rng.random(n) ** 2).astype(np.int64)


def _drawn(shape: int | tuple[int, int], rng: np.random.Generator, share: float | np.ndarray) -> np.ndarray:
    """Draw words of phrases; a share of them are frequent."""
    frequent = (N_FREQUENT * rng.random(shape) ** 2).astype(np.int64)
    return np.where(rng.random(shape) < share, frequent, _others(shape, rng))


def _followers(
    ranks: np.ndarray, vocabulary: np.ndarray, n_words: int, rng: np.random.Generator
) -> np.ndarray:
    """Return what stands behind each word in phrases: words of the text, drawn by their count, and any."""
    number = np.full(n_words, -1)
    number[vocabulary] = np.arange(len(vocabulary))
    first, second = number[ranks[:-1]], number[ranks[1:]]
    both = (first >= 0) & (second >= 0)
    order = np.argsort(first[both], kind="stable")
    first, second = first[both][order], second[both][order]
    begin = np.searchsorted(first, np.arange(len(vocabulary) + 1))
    n_known = np.diff(begin)[:, None]

    shape = len(vocabulary), 10 * N_FOLLOWERS
    drawn = second[
        np.minimum(begin[:-1, None] + (n_known * rng.random(shape)).astype(np.int64), len(second) - 1)
    ]
    share = np.where(
        np.arange(len(vocabulary)) < N_FREQUENT, FREQUENT_BEHIND_FREQUENT, FREQUENT_BEHIND_OTHERS
    )
    any_word = _drawn(shape, rng, share[:, None])
    return np.where((rng.random(shape) < SHARE_FROM_TEXT) & (n_known > 0), drawn, any_word)
