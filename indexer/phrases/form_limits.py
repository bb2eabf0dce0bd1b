"""Which phrases a tokenizer cannot spell, and what of a text it does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from indexer.plurals import counted
from indexer.tokenizers.tokenizer import Tokenizer

_WHY = {
    "unknown": "the vocabulary lacks a piece for some letter, which becomes the unknown id",
    "dropped": "the tokenizer drops or changes some letter of them",
    "changed": "the tokenizer spells them otherwise beside other words",
}


REASONS = {"unknown": "unknown letter", "dropped": "dropped letter", "changed": "changed beside others"}
"""What the table ``unspelled_phrases`` calls them."""
NO_ID_FORM = "no id form"


class SpellingLimits(NamedTuple):
    """Which phrases the ids of a tokenizer do not spell.

    Attributes
    ----------
    notes : list of str
        Sentences for a person, each with a count and an example.
    dropped : list of int
        The ids of the phrases some letter of which is dropped or changed: what is left is another phrase.
    unspelled : dict of int to str
        The ids of the phrases of which some spelling cannot be found, and why: a count of 0 says nothing of
        that spelling.
    """

    notes: list[str]
    dropped: list[int]
    unspelled: dict[int, str]


def spelling_limits(phrases: pa.Table, tokenizer: Tokenizer) -> SpellingLimits:
    """Ask a tokenizer for every phrase whether its ids can spell it.

    Parameters
    ----------
    phrases : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them, normalised.
    tokenizer : Tokenizer
        The tokenizer of the corpus.
    """
    owners: list[int] = []
    spellings: list[str] = []
    columns = ("phrase_id", "phrase", "spellings", "token_ids")
    for row in phrases.select(columns).to_pylist():
        if row["token_ids"] is None:
            met = row["spellings"] or [row["phrase"]]
            owners += [row["phrase_id"]] * len(met)
            spellings += met
    lost = tokenizer.unspelled(spellings)
    spelled = {owner for number, owner in enumerate(owners) if number not in lost}
    notes = []
    dropped = []
    for why, reason in _WHY.items():
        found = {
            owners[number]: spellings[number]
            for number, each in lost.items()
            if each == why and owners[number] not in spelled
        }
        if found:
            example = next(iter(found.values()))
            notes.append(
                f"{counted(len(found), 'phrase')} cannot be found as spelled, as {example!r}: {reason}"
            )
        if why == "dropped":
            dropped = list(found)
    unspelled = {owners[number]: REASONS[why] for number, why in lost.items()}
    texts = {row["phrase"] for row in phrases.select(columns).to_pylist() if row["token_ids"] is None} - {""}
    open_ends = _notes_of_open_ends(sorted(texts), tokenizer)
    return SpellingLimits([*notes, *open_ends, *tokenizer.remarks()], dropped, unspelled)


def _notes_of_open_ends(texts: Sequence[str], tokenizer: Tokenizer) -> list[str]:
    """Tell of phrases that are found in longer words: the tokenizer sets a space where none stood.

    112 comes back as 1 1 2 where each digit is a piece with a space before it, and BERT's normaliser sets
    spaces around each Chinese character.
    """
    ends = {end for text in texts for end in (text[0], text[-1]) if end.isalnum()}
    apart = {end for end in ends if " " in tokenizer.normalize(end * 2).strip()}
    found = [text for text in texts if text[0] in apart or text[-1] in apart]
    if not found:
        return []
    return [
        f"{counted(len(found), 'phrase', 'counts', 'count')} inside longer words and numbers too, as"
        f" {found[0]!r}: the tokenizer"
        " sets spaces there, and its ids do not tell them from those of the text"
    ]
