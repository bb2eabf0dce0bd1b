"""Which phrases a tokenizer cannot spell, and what of a text it does not tell."""

from __future__ import annotations

import pyarrow as pa

from indexer.tokenizers.tokenizer import Tokenizer

_WHY = {
    "unknown": "the vocabulary lacks a piece for some letter, which becomes the unknown id",
    "dropped": "the tokenizer drops or changes some letter of them",
    "changed": "the tokenizer spells them otherwise beside other words",
}


def spelling_notes(phrases: pa.Table, tokenizer: Tokenizer) -> tuple[list[str], list[int]]:
    """Ask a tokenizer for every phrase whether its ids can spell it.

    Parameters
    ----------
    phrases : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them, normalised.
    tokenizer : Tokenizer
        The tokenizer of the corpus.

    Returns
    -------
    list of str
        Sentences for a person, each with a count and an example.
    list of int
        The ids of the phrases some letter of which is dropped or changed: what is left is another phrase.
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
                f"{len(found):,} phrases cannot be found as they are spelled, as {example!r}: {reason}"
            )
        if why == "dropped":
            dropped = list(found)
    return [*notes, *tokenizer.remarks()], dropped
