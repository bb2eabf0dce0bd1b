"""The spellings under which a phrase is looked for in token ids: case, apostrophes, white space."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from indexer.config.match import MatchConfig
from indexer.folding import fold, lower, upper

STRAIGHT, CURLY = "'", "’"
MOST_WORDS_FOR_LINE_WRAPS = 4
GAPS = (" ", "\n", "  ")
"""What may stand between two words where any white space may: a space, a line end, two spaces."""


def spellings_of(phrase: str, met: Iterable[str], match: MatchConfig) -> list[str]:
    """Return the spellings of a phrase, without doubles, those met in the source first.

    With ``case = "exact"`` these are the given spellings alone. Otherwise each also comes with its first
    letter in the other case, in lower case, in capitals, with every word capitalised and with the first word
    alone capitalised; and with straight and curly apostrophes exchanged in all of these.
    With ``whitespace = "any"`` phrases of two to four words also come with line ends and double spaces
    between their words.

    Parameters
    ----------
    phrase : str
        The phrase, folded as the match settings say.
    met : iterable of str
        The spellings met in the source.
    match : MatchConfig
        Case and whitespace settings.
    """
    found = dict.fromkeys(met) or {phrase: None}
    if match.case != "exact":
        found.setdefault(phrase)
        found = dict.fromkeys(form for text in found for form in _case_forms(text, match.case))
        found = dict.fromkeys(form for text in found for form in _apostrophe_forms(text))
    if match.whitespace == "any":
        found = dict.fromkeys(form for text in found for form in _line_wraps(text))
    return list(found)


def _case_forms(text: str, case: str) -> Iterator[str]:
    """Yield a text in the usual cases; ı has the capital I, which is another letter's too: it is left out."""
    yield text
    for form in _forms_of_text(text, case):
        if (text.isascii() and form.isascii()) or fold(form, case) == fold(text, case):
            yield form


def _forms_of_text(text: str, case: str) -> Iterator[str]:
    first, *others = text.split(" ")
    flipped, small, capitals, capitalised = zip(
        *(recased(word, case) for word in (first, *others)), strict=True
    )
    yield " ".join([flipped[0], *others])
    yield " ".join(small)
    yield " ".join(capitals)
    yield " ".join(capitalised)
    yield " ".join([capitalised[0], *small[1:]])


def recased(word: str, case: str) -> tuple[str, str, str, str]:
    """Return a word with its first letter in the other case, in small letters, in capitals, capitalised."""
    first, small = word[:1], lower(word, case)
    flipped = (lower(first, case) if first.isupper() else upper(first, case)) + word[1:]
    return flipped, small, upper(word, case), _capitalised(small, case)


def _capitalised(word: str, case: str) -> str:
    # str.title would also capitalise after an apostrophe.
    return upper(word[:1], case) + word[1:]


def _apostrophe_forms(text: str) -> Iterator[str]:
    yield text
    if STRAIGHT in text:
        yield text.replace(STRAIGHT, CURLY)
    if CURLY in text:
        yield text.replace(CURLY, STRAIGHT)


def _line_wraps(text: str) -> Iterator[str]:
    words = text.split(" ")
    if not 2 <= len(words) <= MOST_WORDS_FOR_LINE_WRAPS:
        yield text
        return
    for gaps in itertools.product(GAPS, repeat=len(words) - 1):
        yield words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))
