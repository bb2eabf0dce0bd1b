"""What the corpus spells otherwise than the phrases do, though it looks the same: a sample of its text tells.

Nothing looks wrong with such a phrase, its ids can spell it, and it is not found: an apostrophe that is curly
in the corpus, lines that are broken between words, letters of full width, a soft hyphen or a joiner inside
words. Normal forms of phrases are looked for in the whole corpus (`indexer.phrases.normal_forms`); another
spelling of the corpus itself would cost a search for every way to spell every phrase. It is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from indexer.config.match import MatchConfig
from indexer.folding import fold
from indexer.phrases.decoded_sample import decoded_runs
from indexer.plurals import counted
from indexer.vocabulary import TokenBytes

SAMPLE_IDS = 96_000
"""Ids of a sample, 0.3 s to look at."""
MOST_TOKENS = 300_000
FEWEST = 3
"""What a sample holds less often is no way to spell."""
LEAST_SHARE = 0.01
"""Of the places where one of a group stands, or of the gaps between words."""
LEAST_SHARE_OF_LETTERS = 0.001

_ALIKE = ("'’ʼ‘＇", "-‐‑–−－", "يی", "كک", "·・･")
"""Characters that are taken for each other: apostrophes, hyphens, Arabic and Persian yeh and kaf, dots."""
_GAP = re.compile(r"(?<=\w)\s+(?=\w)")
_WORD = re.compile(r"\w+")
_DOTLESS = "ıİ"
_OPTIONAL = frozenset(
    map(chr, [0x640, *range(0x64B, 0x653), 0x670, *range(0x5B0, 0x5BE), 0x5BF, 0x5C1, 0x5C2])
)
"""Arabic's tatweel and vowel signs, Hebrew's points."""
_OPEN_SYLLABLES = [
    (unicodedata.normalize("NFC", first + tone + second), unicodedata.normalize("NFC", first + second + tone))
    for first, second in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0303\u0309\u0323"
]
"""Vietnamese at a word's end, the tone on the first vowel, on the second: both are taught."""
_TONE_PLACES = [
    (re.compile(rf"(?<!q)(?:{'|'.join(otherwise)})(?!\w)"), otherwise)
    for otherwise in (dict(_OPEN_SYLLABLES), {new: old for old, new in _OPEN_SYLLABLES})
]


def lookalike_notes(
    phrases: Iterable[str | None], runs: Iterable[Sequence[int]], vocabulary: TokenBytes, match: MatchConfig
) -> list[str]:
    """Return what a person should know of spellings of the corpus, one sentence each.

    Parameters
    ----------
    phrases : iterable of str or None
        Texts that are looked for; None is a phrase given as ids.
    runs : iterable of sequences of int
        A sample of the ids.
    vocabulary : TokenBytes
        What the ids spell.
    match : MatchConfig
        Unit, case and white space. Where ids are looked for, forms with each apostrophe are.
    """
    texts = [text for text in phrases if text is not None]
    sample = [run.text for run in decoded_runs(runs, vocabulary, MOST_TOKENS)]
    if not texts or not sample:
        return []
    letters = Counter("".join(sample))
    wanted = set("".join(texts))
    return [
        *(_of_groups(texts, sample, wanted) if match.unit != "tokens" else ()),
        *_of_gaps(texts, sample, wanted, match),
        *_of_what_is_left_out(texts, sample, wanted),
        *_of_wide_letters(letters, texts, match),
        *_of_dotless(letters, wanted, match),
        *_of_tone_places(texts, sample),
    ]


def _of_groups(texts: list[str], sample: list[str], wanted: set[str]) -> Iterator[str]:
    listed = set(texts)
    for group in _ALIKE:
        if not wanted.intersection(group):
            continue
        some = f"[{re.escape(group)}]"
        here = re.compile(some if group[0].isalpha() else rf"(?<=\w){some}(?=\w)")
        found = Counter(one for text in sample for one in here.findall(text))
        having = [text for text in texts if here.search(text)]
        for other, n in found.most_common():
            alone = [text for text in having if here.sub(other, text) not in listed]
            if not alone or n < max(FEWEST, LEAST_SHARE * found.total()):
                continue
            asked = Counter(one for text in alone for one in set(here.findall(text)) - {other})
            ((mine, n_phrases),) = asked.most_common(1)
            yield (
                f"inside words a sample of the corpus has {_named(other)} {n:,} times, {_named(mine)}"
                f" {found[mine]:,} times: {counted(n_phrases, 'phrase', 'has', 'have')} the latter alone, as"
                f" {_example(alone, mine)}, which is not found where the other stands; list both spellings"
            )


def _of_gaps(texts: list[str], sample: list[str], wanted: set[str], match: MatchConfig) -> Iterator[str]:
    if match.whitespace == "any":
        return
    gaps = Counter(gap for text in sample for gap in _GAP.findall(text))
    others = Counter({gap: n for gap, n in gaps.items() if gap != " "})
    if " " in wanted and others.total() >= max(FEWEST, LEAST_SHARE * gaps.total()):
        ((most, _),) = others.most_common(1)
        yield (
            f"{others.total() / gaps.total():.1%} of the gaps between words in a sample of the corpus are not"
            f" one space, but as {most[:4]!r}: phrases of several words are not found across such;"
            ' [match] whitespace = "any" finds them'
        )
    asked = Counter(gap for text in texts for gap in set(_GAP.findall(text)) if gap != " ")
    for gap, n in asked.most_common():
        if not gaps[gap]:
            yield (
                f"{counted(n, 'phrase', 'has', 'have')} {gap!r} between words, as {_example(texts, gap)}, and"
                ' a sample of the corpus has none; [match] whitespace = "any" takes any white space'
            )


def _of_what_is_left_out(texts: list[str], sample: list[str], wanted: set[str]) -> Iterator[str]:
    """Tell of characters that nobody sees, or that a writer may set or leave out, on one side alone."""
    found: Counter[str] = Counter()
    scripts: set[str] = set()
    n_words = 0
    for text in sample:
        n_words += len(_WORD.findall(text))
        for at, one in enumerate(text) if not text.isascii() else ():
            if _may_be_left_out(one):
                around = [
                    near for near in text[max(0, at - 1) : at] + text[at + 1 : at + 2] if near.isalnum()
                ]
                scripts.update(map(_script, around))
                found[one] += bool(around)
    if found.total() >= max(FEWEST, LEAST_SHARE_OF_LETTERS * n_words):
        marks = {one for one in wanted if _may_be_left_out(one)}
        listed = {_without(marks, text) for text in texts if not marks.isdisjoint(text)}
        letters = {one for one in wanted if _script(one) in scripts}
        alone = [
            text
            for text in texts
            if marks.isdisjoint(text) and text not in listed and not letters.isdisjoint(text)
        ]
        named = ", ".join(_named(one) for one, _ in found.most_common(3))
        if alone:
            yield (
                f"a sample of the corpus has {named} {found.total():,} times beside letters: it is often"
                f" unseen or left out, and {counted(len(alone), 'phrase', 'is', 'are')} listed without it"
                f" alone, as {alone[0]!r:.60}; a phrase is not found where one stands inside it"
            )
    for one in sorted(wanted):
        if _may_be_left_out(one) and not found[one]:
            n = sum(one in text for text in texts)
            yield (
                f"{counted(n, 'phrase', 'has', 'have')} {_named(one)}, as {_example(texts, one)}, and a"
                " sample of the corpus has none: it is often unseen or left out; list it without"
            )


def _without(marks: set[str], text: str) -> str:
    return "".join(one for one in text if one not in marks)


def _script(letter: str) -> str:
    """Return the first word of a letter's name, as LATIN; nothing for what has no name."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _may_be_left_out(one: str) -> bool:
    return one > "\x7f" and (unicodedata.category(one) == "Cf" or one in _OPTIONAL)


def _example(texts: list[str], part: str) -> str:
    return f"{next(text for text in texts if part in text)!r:.60}"


def _of_wide_letters(letters: Counter[str], texts: list[str], match: MatchConfig) -> Iterator[str]:
    n_letters = sum(n for one, n in letters.items() if one.isalnum())
    forms = Counter({one: n for one, n in letters.items() if one.isalnum() and _is_form(one, match)})
    if forms.total() < max(FEWEST, LEAST_SHARE_OF_LETTERS * n_letters):
        return
    plain = {text: _plain(text, match) for text in set(texts)}
    n_spellings = Counter(plain.values())
    wanted = {
        one for text, of_it in plain.items() if text == of_it and n_spellings[of_it] == 1 for one in of_it
    }
    others = Counter({one: n for one, n in forms.items() if wanted.issuperset(_plain(one, match))})
    if others.total() >= max(FEWEST, LEAST_SHARE_OF_LETTERS * n_letters):
        shown = "".join(one for one, _ in others.most_common(5))
        yield (
            f"{counted(others.total(), 'letter')} in a sample of the corpus are forms that phrases spell"
            f" otherwise, as {shown}: a phrase is not found where they stand; list it in these forms too"
        )


def _is_form(one: str, match: MatchConfig) -> bool:
    return not one.isascii() and _plain(one, match) != fold(one, match.case)


def _plain(text: str, match: MatchConfig) -> str:
    return text if text.isascii() else fold(unicodedata.normalize("NFKC", text), match.case)


def _of_dotless(letters: Counter[str], wanted: set[str], match: MatchConfig) -> Iterator[str]:
    n = sum(letters[one] for one in _DOTLESS)
    if match.case == "fold" and n >= FEWEST and wanted & {"i", *_DOTLESS}:
        yield (
            f"a sample of the corpus has ı or İ {n:,} times, whose other case is I or i in Turkish and Azeri"
            ' alone: [match] case = "turkish" folds them so'
        )


def _of_tone_places(texts: list[str], sample: list[str]) -> Iterator[str]:
    asked = {unicodedata.normalize("NFC", text.lower()): text for text in texts}
    written = [unicodedata.normalize("NFC", text.lower()) for text in sample]
    found = [sum(len(here.findall(text)) for text in written) for here, _ in _TONE_PLACES]
    for (here, otherwise), n_here, n_other in zip(_TONE_PLACES, found, reversed(found), strict=True):
        alone = [
            text
            for lower, text in asked.items()
            if here.search(lower) and _spelled(lower, here, otherwise) not in asked
        ]
        if alone and n_other >= max(FEWEST, LEAST_SHARE * sum(found)):
            yield (
                f"a sample of the corpus places the tone in Vietnamese oa, oe and uy {n_here:,} times as"
                f" {counted(len(alone), 'phrase', 'does', 'do')}, otherwise {n_other:,} times:"
                f" {alone[0]!r:.60} is not found where it is placed otherwise; list both spellings"
            )


def _spelled(text: str, here: re.Pattern[str], otherwise: dict[str, str]) -> str:
    return here.sub(lambda one: otherwise[one[0]], text)


def _named(character: str) -> str:
    name = unicodedata.name(character, "").lower() or f"U+{ord(character):04X}"
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"{shown} ({name})"
