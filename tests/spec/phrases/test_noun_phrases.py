"""A noun phrase ends where its noun does; its head is the last word of that noun."""

import pytest

from indexer.phrases.noun_phrase import parse_noun_phrase, skip_auxiliaries
from indexer.phrases.rules.rule import RuleDoesNotApplyError

#   words                                           head        word after the phrase
TABLE = """
    noor sleeps                                   | noor      | sleeps
    the goose sleeps                              | goose     | sleeps
    a lot of geese sleep                          | geese     | sleep
    a few geese sleep                             | geese     | sleep
    more than six geese sleep                     | geese     | sleep
    at most two geese sleep                       | geese     | sleep
    fewer than noor sleep                         | noor      | sleep
    noor's goose sleeps                           | goose     | sleeps
    those plumbers' kettles leak                  | kettles   | leak
    the plumber's sister's goose sleeps           | goose     | sleeps
    noor's many geese sleep                       | geese     | sleep
    the sisters of noor sleep                     | sisters   | sleep
    a book about the plumber of noor sells        | book      | sells
    the art galleries open                        | galleries | open
    noor's best friend sleeps                     | friend    | sleeps
    the best friend's goose sleeps                | goose     | sleeps
    winston churchill's goose sleeps              | goose     | sleeps
    the sister of the great lakes' goose sleeps   | sister    | sleeps
    the goose who noor feeds sleeps               | goose     | who
    what sleeps                                   | what      | sleeps
"""


@pytest.mark.parametrize("row", [row for row in TABLE.splitlines() if row.strip()])
def test_head_and_end(row: str) -> None:
    text, head, after = (cell.strip() for cell in row.split("|"))
    words = text.split()
    found = parse_noun_phrase(words, 0)
    assert (words[found.head], words[found.stop]) == (head, after)


@pytest.mark.parametrize("text", ["", "the", "noor's", "the sisters of", "a lot of"])
def test_a_sentence_that_ends_before_its_noun_has_no_noun_phrase(text: str) -> None:
    with pytest.raises(RuleDoesNotApplyError):
        parse_noun_phrase(text.split(), 0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("had not been seen", "been"),
        ("sleeps", "sleeps"),
        ("wouldn't sleep", "sleep"),
        ("does not sleep", "sleep"),
    ],
)
def test_auxiliaries_and_not_are_skipped(text: str, word: str) -> None:
    words = text.split()
    assert words[skip_auxiliaries(words, 0)] == word
