"""Runs a phrase between two texts through every matcher of both units, in several cuts into tokens."""

from __future__ import annotations

from tests.support.id_cases import found as found_in_ids
from tests.support.text_cases import found as found_in_text


def stands_alone(before: str, phrase: str, after: str, *, possessive: str = "include") -> bool:
    """Return whether a phrase that stands once between two texts is bounded, the same for all.

    Tokens are the three texts, their characters, and their bytes.
    """
    texts = before, phrase, after
    cuts = (
        [[text] for text in texts],
        [list(text) for text in texts],
        [[bytes([value]) for value in text.encode()] for text in texts],
    )
    options = {"boundary": "word", "possessive": possessive}
    answers = set()
    for pieces in cuts:
        sequence = [piece for some in pieces for piece in some]
        answers.add(bool(found_in_ids([(0, pieces[1])], sequence, **options)))
        answers.add(bool(found_in_text([phrase], sequence, case="exact", **options)))
    assert len(answers) == 1, answers
    return answers.pop()
