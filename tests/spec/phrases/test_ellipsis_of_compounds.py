"""Of a compound noun the head alone is critical and context, in both conjuncts; a dangling "of" stays."""

import pytest

from indexer.phrases.difference import compare
from indexer.phrases.marking import MarkedSentence, mark
from indexer.phrases.rules.ellipsis import noun_or_stranded_adjective
from indexer.phrases.sentence import split_at_spaces
from indexer.phrases.spans import in_characters

#   good                                                              bad
CASES = {
    "one word": (
        "Noor fed one [*goose* and Ida fed three noisy **goose**].",
        "Noor fed one [muddy *goose* and Ida fed three **noisy**].",
    ),
    "a compound": (
        "Noor left one [art *gallery* and Ida left three dim art **gallery**].",
        "Noor left one [quiet art *gallery* and Ida left three **dim**].",
    ),
    "its capital": (
        "Noor met one [French *teacher* and Ida met three shy French **teacher**].",
        "Noor met one [loud French *teacher* and Ida met three **shy**].",
    ),
    "a dangling of": (
        "Noor met one [*niece* of and Ida met three shy **niece of**].",
        "Noor met one [loud *niece* of and Ida met three **shy**].",
    ),
    "both": (
        "Noor met one [best *friend* of and Ida met three shy best **friend of**].",
        "Noor met one [loud best *friend* of and Ida met three **shy**].",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rule(name: str) -> None:
    wanted = CASES[name]
    sides = [split_at_spaces(each.translate(str.maketrans("", "", "[]*"))) for each in wanted]
    found = noun_or_stranded_adjective(compare(*sides))
    shown = tuple(
        mark(MarkedSentence(side.text, *in_characters(side, marked)))
        for side, marked in zip(sides, found, strict=True)
    )
    assert shown == wanted
