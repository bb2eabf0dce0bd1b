"""Is this the tokenizer of the corpus: its ids are decoded, and the text is encoded again.

The ids that a tokenizer makes are those it makes again of the text they spell. Under another tokenizer, a
permuted vocabulary or a wrong dtype they spell pieces that happened to come together, and encoding joins and
cuts these elsewhere. Only *stretches* count: the ids between two places where both ways have a border, inside
a run, with a letter or digit in their text.

A corpus that was tokenized by lot (BPE dropout, unigram sampling) is cut elsewhere too. But there the ids
that the tokenizer would make are the usual ones: of most odd stretches, the sample holds the usual ids more
often. Of pieces that came together by chance it does not.

Rare ids are few in a sample, and what is wrong with them alone is lost among the others. So ids are looked at
from some number on, too: of a corpus that was not tokenized by lot none of them is odd. How far that tells is
said (`TokenizerFit.told_below`).

Where whole words are ids, any ids come back from their text, whosever they are. That is seen by trying the
same ids under a vocabulary in another order. What is left then is Zipf's law of abbreviation: frequent pieces
are short, in any language and in code, and in a wrong order they are not.

Measured over kinds of English text, with GPT-2, GPT-NeoX, OLMo, T5, Llama and BPE, unigram, WordPiece and
WordLevel models of 800 to 8,000 pieces: the right one has no odd id; by lot (dropout 0.1) 12 to 25 %
are odd, with 0.74 to 0.98 of the stretches usual otherwise; another one of the same size has 0.5 to 99 % odd
ids with 0 to 0.41, whole words apart (up to 0.71).
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from indexer.tokenizers.tokenizer import Tokenizer
from indexer.vocabulary import TokenBytes

MOST_ODD = 0.01
"""Share of ids that other programs of the same tokenizer, and lost document borders, may cut otherwise."""
MOST_ODD_OF_WORDS = 0.002
"""The same where ids are mostly words, so that even another vocabulary has few."""
LEAST_SHUFFLED = 0.03
"""Share of ids that are odd in another order, below which a sample cannot tell."""
MOST_BROKEN = 0.02
"""Share of ids in bytes that are no UTF-8, which no tokenizer makes of text."""
MOST_ODD_OF_RARE = 0.03
"""Share of stretches with a rare id that may be odd."""
FEWEST_ODD_OF_RARE = 10
FEWEST_ODD = 20
FEWEST_IDS = 400
LEAST_USUAL = 0.6
LEAST_ABBREVIATION = 2.0
"""Standard deviations by which frequent pieces are shorter than by chance; 9 and more in the right order."""
LEAST_LAWFUL = 240_000
"""Ids of a corpus below which that law proves nothing: its text may be invented, or of one kind alone."""
MOST_LENGTHENED = -4.0
"""Further below no random order leads: text that says long words over and over, and tells nothing."""
LEAST_SPREAD = 0.5
"""Of logarithms of counts, from the lower quartile to the upper: less where all words are as frequent."""
_WHOLE_WORDS = "its ids are mostly whole words, which come back whosever ids they are"
_LONGEST = 4
_PIECE = 32

_Stretch = tuple[tuple[int, ...], tuple[int, ...]]
"""Ids of the corpus, and those that encoding their text has made."""


class Verdict(Enum):
    """What the sample says of the tokenizer."""

    FITS = "fits"
    ANOTHER = "another"
    UNTOLD = "untold"


class TokenizerFit(NamedTuple):
    """What encoding a sample again has shown.

    Attributes
    ----------
    verdict : Verdict
        Whether it is the tokenizer of the ids; untold where the sample cannot tell.
    n_ids : int
        Ids that were compared.
    odd : float
        Share of them that come back otherwise.
    usual : float
        Share of the odd stretches whose other ids are the usual ones in the sample.
    odd_shuffled : float
        Share of odd ids under a vocabulary in another order: with all pieces moved, or all but single bytes,
        whichever is smaller.
    why : str
        A sentence.
    told_below : int
        Of ids from here on the sample holds too few to tell.
    """

    verdict: Verdict
    n_ids: int
    odd: float
    usual: float
    odd_shuffled: float
    why: str
    told_below: int = 0


class _Compared(NamedTuple):
    n_ids: int
    n_odd: int
    n_broken: int
    n_lost: int
    stretches: list[_Stretch]
    largest: list[int]

    @property
    def odd(self) -> float:
        return self.n_odd / self.n_ids if self.n_ids else 0.0


def tokenizer_fit(
    tokenizer: Tokenizer, runs: Sequence[list[int]], n_in_corpus: int | None = None
) -> TokenizerFit:
    """Tell whether ids are of a tokenizer.

    Parameters
    ----------
    tokenizer : Tokenizer
        The tokenizer; its ids must tell the words of a text.
    runs : sequence of list of int
        A sample of the ids, cut where documents end.
    n_in_corpus : int, optional
        Ids that the corpus holds, in and out of the sample; where it is not given, many.
    """
    vocabulary = tokenizer.token_bytes()
    runs = _without_special(runs, vocabulary)
    found = _compared(tokenizer, vocabulary, runs)
    if found.n_ids < FEWEST_IDS:
        return TokenizerFit(
            Verdict.UNTOLD, found.n_ids, found.odd, 1.0, 0.0, "the sample is too small to tell"
        )
    usual = _usual_share(runs, found.stretches)
    shuffled = _odd_in_another_order(tokenizer, vocabulary, runs)
    of_words = shuffled < LEAST_SHUFFLED
    limit = min(MOST_ODD, max(MOST_ODD_OF_WORDS, shuffled / 5))
    told_below = _told_below(runs, shuffled)

    def verdict(said: Verdict, why: str) -> TokenizerFit:
        return TokenizerFit(said, found.n_ids, found.odd, usual, shuffled, why, told_below)

    is_broken = found.n_broken >= MOST_BROKEN * found.n_ids
    if found.odd >= limit and len(found.stretches) >= FEWEST_ODD and (usual < LEAST_USUAL or is_broken):
        return verdict(
            Verdict.ANOTHER,
            f"{found.odd:.1%} of {found.n_ids:,} ids are not what this tokenizer makes of their text",
        )
    if found.odd < limit and (rare := _odd_from(found, vocabulary)):
        return verdict(Verdict.ANOTHER, rare)
    if not of_words:
        return verdict(
            Verdict.FITS, f"{1 - found.odd:.1%} of {found.n_ids:,} ids are what it makes of their text"
        )
    if n_in_corpus is not None and n_in_corpus < LEAST_LAWFUL:
        return verdict(Verdict.UNTOLD, f"{_WHOLE_WORDS}, and the corpus is too small to tell")
    shorter = _abbreviation(runs, vocabulary)
    if shorter is not None and MOST_LENGTHENED < shorter < LEAST_ABBREVIATION:
        return verdict(
            Verdict.ANOTHER,
            "the pieces that are frequent in a sample are no shorter than others, as they are in any text",
        )
    return verdict(Verdict.UNTOLD, _WHOLE_WORDS)


def _without_special(runs: Sequence[list[int]], vocabulary: TokenBytes) -> list[list[int]]:
    """Cut runs at ids that stand for no text, and leave out ids that are repeated over and over."""
    special, n_ids = vocabulary.special, len(vocabulary.special)
    cut: list[list[int]] = []
    for run in runs:
        for is_separator, part in itertools.groupby(
            run, key=lambda token: token >= n_ids or bool(special[token])
        ):
            if not is_separator:
                cut.append([each for token, same in itertools.groupby(part) for each in _few(token, same)])
    return cut


def _few(token: int, same: Iterator[int]) -> list[int]:
    n = sum(1 for _ in same)
    return [token] * (n if n < 8 else 1)


def _compared(tokenizer: Tokenizer, vocabulary: TokenBytes, runs: Sequence[list[int]]) -> _Compared:
    data, places = vocabulary.data.tobytes(), vocabulary.offsets.tolist()
    spelled = [data[start:stop] for start, stop in itertools.pairwise(places)]
    pieces = [piece for run in runs for piece in _pieces(run, spelled)]
    texts = [b"".join(spelled[token] for token in piece) for piece in pieces]
    again = tokenizer.encode_batch([text.decode("utf-8", errors="replace") for text in texts])
    n_ids = n_odd = n_broken = n_lost = 0
    odd: list[_Stretch] = []
    largest: list[int] = []
    for piece, text, made in zip(pieces, texts, again, strict=True):
        if "\ufffd" in text.decode("utf-8", errors="replace"):
            n_ids, n_odd, n_broken = n_ids + len(piece), n_odd + len(piece), n_broken + len(piece)
            odd.append((tuple(piece), tuple(made)))
            continue
        if b"".join(spelled[token] for token in made).strip(b" ") != text.strip(b" "):
            n_lost += len(piece)
            continue  # a normalizer changes the text, or a letter is lost: nothing can be compared
        for mine, other in _stretches(piece, made, spelled):
            n_ids += len(mine)
            largest.append(max(mine))
            said = b"".join(spelled[token] for token in mine).decode("utf-8", errors="replace")
            if mine != other and any(map(str.isalnum, said)):
                n_odd += len(mine)
                odd.append((mine, other))
    return _Compared(n_ids, n_odd, n_broken, n_lost, odd, largest)


def _odd_from(found: _Compared, vocabulary: TokenBytes) -> str | None:
    """Return what is wrong with ids from some number on; None where nothing is."""
    largest = np.array(found.largest)
    odd = np.array([max(mine) for mine, _ in found.stretches])
    n_ids = len(vocabulary.special)
    for first in np.unique(np.geomspace(256, max(257, n_ids), 20).astype(np.int64)).tolist():
        n_odd, n_all = int((odd >= first).sum()), int((largest >= first).sum())
        if n_odd >= FEWEST_ODD_OF_RARE and n_odd >= MOST_ODD_OF_RARE * n_all:
            return (
                f"{n_odd / n_all:.1%} of the ids from {first:,} on are not what this tokenizer makes of them"
            )
    return None


def _told_below(runs: Sequence[list[int]], shuffled: float) -> int:
    """Return the id from which on a sample holds too few to show that they are in another order."""
    ids = np.sort(np.array([token for run in runs for token in run], np.int64))
    # rare ids are often whole words, which come back: an eighth as many as of all are odd (measured)
    n_needed = int(8 * FEWEST_ODD_OF_RARE / max(shuffled, 1e-6))
    return int(ids[-n_needed]) if n_needed < len(ids) else 0


def _pieces(run: list[int], spelled: Sequence[bytes]) -> Iterator[list[int]]:
    """Cut a run before spaces, about every `_PIECE` ids; where it has none, halves of letters at its ends go.

    What stands before the first space and behind the last one may be half a word, whose ids are others.
    """
    spaces = [at for at, token in enumerate(run) if spelled[token][:1].isspace()]
    if len(spaces) * _PIECE < len(run):
        first, last = 0, len(run)
        while first < last and spelled[run[first]][:1] and 0x80 <= spelled[run[first]][0] < 0xC0:
            first += 1
        for _ in range(4):
            if first < last and _ends_inside_a_letter(b"".join(spelled[token] for token in run[first:last])):
                last -= 1
        yield run[first:last]
        return
    begin = spaces[0]
    for at in spaces[1:]:
        if at - begin >= _PIECE or at == spaces[-1]:
            yield run[begin:at]
            begin = at


def _ends_inside_a_letter(text: bytes) -> bool:
    """Return whether the last letter lacks bytes; of one before it the last four bytes may hold the end."""
    try:
        text[-4:].lstrip(bytes(range(0x80, 0xC0))).decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def _stretches(piece: list[int], made: list[int], spelled: Sequence[bytes]) -> Iterator[_Stretch]:
    """Yield the ids of both between two borders that both have, but for those at the ends."""
    mine = np.cumsum([0, *(len(spelled[token]) for token in piece)])
    theirs = np.cumsum([0, *(len(spelled[token]) for token in made)])
    # a space that is added to the first word, or taken from it
    theirs -= _leading_spaces(made, spelled) - _leading_spaces(piece, spelled)
    both, at, other_at = np.intersect1d(mine, theirs, return_indices=True)
    for number in range(1, len(both) - 2):
        yield (
            tuple(piece[at[number] : at[number + 1]]),
            tuple(made[other_at[number] : other_at[number + 1]]),
        )


def _leading_spaces(ids: list[int], spelled: Sequence[bytes]) -> int:
    text = b"".join(spelled[token] for token in ids[:8])
    return len(text) - len(text.lstrip(b" "))


def _usual_share(runs: Sequence[list[int]], odd: Sequence[_Stretch]) -> float:
    """Return the share of odd stretches whose other ids the sample holds more often."""
    short = [(mine, other) for mine, other in odd if max(len(mine), len(other)) <= _LONGEST]
    if not short:
        return 0.0
    wanted = {ids for pair in short for ids in pair}
    counts: Counter[tuple[int, ...]] = Counter()
    for run in runs:
        for length in range(1, _LONGEST + 1):
            counts.update(
                ids for ids in zip(*(run[k:] for k in range(length)), strict=False) if ids in wanted
            )
    return sum(counts[other] > counts[mine] for mine, other in short) / len(short)


def _odd_in_another_order(tokenizer: Tokenizer, vocabulary: TokenBytes, runs: Sequence[list[int]]) -> float:
    """Return how many ids would be odd in another order; single bytes in their place are the harder case.

    Another tokenizer often has the same bytes first. With all pieces in another order, bytes alone break
    words, and the sample seems to tell more than it does.
    """
    half = len(runs) // 2
    shares = []
    for part, fewest_bytes in ((runs[:half] or runs, 1), (runs[half:], 2)):
        control = _compared(tokenizer, vocabulary, _shuffled(part, vocabulary, fewest_bytes))
        shares.append((control.n_odd + control.n_lost) / max(1, control.n_ids + control.n_lost))
    return min(shares)


def _shuffled(runs: Sequence[list[int]], vocabulary: TokenBytes, fewest_bytes: int) -> list[list[int]]:
    """Return the same ids under a vocabulary whose pieces of so many bytes and more are in another order."""
    texts = np.flatnonzero(~vocabulary.special & (np.diff(vocabulary.offsets) >= fewest_bytes)).tolist()
    others = random.Random(0).sample(texts, len(texts))
    other = dict(zip(texts, others, strict=True))
    return [[other.get(token, token) for token in run] for run in runs]


def _abbreviation(runs: Sequence[list[int]], vocabulary: TokenBytes) -> float | None:
    """Return by how many standard deviations frequent pieces are shorter than in a random order.

    None where there are too few pieces, or most are equally long or equally frequent.
    """
    ids = np.array([token for run in runs for token in run], np.int64)
    used, counts = np.unique(ids, return_counts=True)
    lengths = np.diff(vocabulary.offsets)[used].astype(float)
    if (
        len(used) < 300
        or len(ids) < 5_000
        or np.unique(lengths, return_counts=True)[1].max() > 0.8 * len(used)
    ):
        return None
    weights = np.log(counts)
    if np.subtract(*np.percentile(weights, [75, 25])) < LEAST_SPREAD:
        return None
    draw = np.random.default_rng(0)
    chance = [float(weights @ draw.permutation(lengths)) for _ in range(50)]
    return float((np.mean(chance) - weights @ lengths) / np.std(chance))
