"""The generic rule: what differs is critical, the word beside it is context, the phrase holds both."""

import pytest

from indexer.phrases.critical_phrase import by_generic_rule
from indexer.phrases.difference import compare
from indexer.phrases.generic import Neighbourhood
from indexer.phrases.marking import MarkedSentence, mark
from indexer.phrases.sentence import split_at_spaces

CASES = {
    "the word before the difference": (
        "The [*goose* **is**] here.",
        "The [*goose* **are**] here.",
    ),
    "the word after it where it starts the sentence": (
        "[**This** *goose*] is here.",
        "[**These** *goose*] is here.",
    ),
    "several words differ": (
        "The [*goose* **had been seen**] here.",
        "The [*goose* **saw**] here.",
    ),
    "a word was inserted: the word before joins the difference": (
        "[*The* **goose surely**] sleeps.",
        "[*The* **goose**] sleeps.",
    ),
    "a word was inserted at the start: the word after joins it": (
        "[**Surely geese** *sleep*].",
        "[**geese** *sleep*].",
    ),
    "the sentence start is compared without case": (
        "The geese [*surely* **sleep**].",
        "the geese [*surely* **sleeps**].",
    ),
    "final marks do not differ": (
        "Do geese [*really* **sleep**]?",
        "Do geese [*really* **sleeps**].",
    ),
    "a sentence of one word has no context": (
        "[**Sleep**]!",
        "[**Sleeps**]!",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rule(name: str) -> None:
    wanted = CASES[name]
    sides = [split_at_spaces(each.translate(str.maketrans("", "", "[]*"))) for each in wanted]
    found = by_generic_rule(compare(*sides), Neighbourhood())
    assert found.spans is not None
    shown = tuple(
        mark(MarkedSentence(side.text, *spans)) for side, spans in zip(sides, found.spans, strict=True)
    )
    assert shown == wanted


#   good                       bad                         flag
FLAGS = """
    The goose sees Noor here | Noor sees the goose here | order_contrast
    The goose sleeps         | The goose sleep          |
    It sleeps                | It sleep                 | sentence_wide
    The goose sleeps         | The goose sleeps         | identical
"""


@pytest.mark.parametrize("row", [row for row in FLAGS.splitlines() if row.strip()])
def test_the_flags(row: str) -> None:
    good, bad, flags = (cell.strip() for cell in row.split("|"))
    found = by_generic_rule(compare(split_at_spaces(good), split_at_spaces(bad)), Neighbourhood())
    raised = {name for name in ("order_contrast", "sentence_wide", "identical") if getattr(found, name)}
    assert raised - ({"sentence_wide"} if flags == "order_contrast" else set()) == set(flags.split())


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("The goose.", "The goose.", "the good and the bad sentence are the same"),
        ("The goose.", "The goose?", "the sentences differ in case or punctuation alone"),
        ("The goose.", "...", "one sentence has no words"),
    ],
)
def test_pairs_without_a_phrase_are_excluded(good: str, bad: str, reason: str) -> None:
    found = by_generic_rule(compare(split_at_spaces(good), split_at_spaces(bad)), Neighbourhood())
    assert found.spans is None
    assert found.excluded == reason
