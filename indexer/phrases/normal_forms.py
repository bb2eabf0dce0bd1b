"""The other normal forms of phrases: how else Unicode may spell what is looked for.

"é" is one code point in form NFC, a letter and a mark in NFD; they look the same and are different bytes. A
phrase in one form is not found in a corpus in another, and nothing would show why. So the other forms are
looked for as well, and told of.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal, cast

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.folding import fold
from indexer.phrases.gapped import patterns_of
from indexer.phrases.phrase_set import PhraseSet
from indexer.tokenizers.tokenizer import Tokenizer

AS_IS = "as-is"
NORMAL_FORMS = ("NFC", "NFD", "NFKC", "NFKD")

SCHEMA = pa.schema(
    [
        pa.field("phrase_id", pa.int32(), nullable=False),
        pa.field("normal_form", pa.string(), nullable=False),
        pa.field("spelled", pa.string(), nullable=False),
    ]
)
"""The phrase, a normal form it is not in, and its text in that form, folded as the match settings say."""


def in_normal_form(text: str, form: str) -> str:
    """Return a text in a normal form; with `AS_IS` as it is."""
    if form == AS_IS:
        return text
    return unicodedata.normalize(cast(Literal["NFC", "NFD", "NFKC", "NFKD"], form), text)


_AT_ONCE = 1 << 16
"""Rows that are Python's at once, of millions."""


def other_forms(found: PhraseSet, tokenizer: Tokenizer, match: MatchConfig) -> pa.Table:
    """Return the texts that are a phrase in another normal form, and that the corpus could hold.

    Parameters
    ----------
    found : PhraseSet
        Phrases as they are looked for.
    tokenizer : Tokenizer
        The tokenizer of the corpus. What its normaliser would change cannot stand there.
    match : MatchConfig
        Case and whitespace settings.

    Returns
    -------
    pyarrow.Table
        See `SCHEMA`; a text once for each phrase, under the first of the `NORMAL_FORMS` that it is. Of a
        phrase with gaps, the parts that differ.
    """
    owners = _owners_of_parts(found)
    rows = [
        {"phrase_id": owner, "normal_form": form, "spelled": spelled}
        for batch in found.looked_for().select(["phrase_id", "phrase", "spellings"]).to_batches(_AT_ONCE)
        for row in batch.to_pylist()
        for spelled, form in _others(row["phrase"], row["spellings"], tokenizer, match).items()
        for owner in owners.get(row["phrase_id"], (row["phrase_id"],))
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def written_texts(found: PhraseSet) -> dict[int, list[str]]:
    """Return the texts each phrase is looked for by: its own, or those of its parts where it has gaps."""
    table = found.looked_for().select(["phrase_id", "phrase"]).to_pylist()
    texts = {row["phrase_id"]: row["phrase"] for row in table if row["phrase"] is not None}
    written = {number: [text] for number, text in texts.items()}
    if found.gapped is not None:
        for pattern in patterns_of(found.gapped.patterns, found.phrases.num_rows):
            written[pattern.phrase] = [texts[part] for part in pattern.parts]
    return written


def _owners_of_parts(found: PhraseSet) -> dict[int, tuple[int, ...]]:
    """Return the phrases with gaps that have each part; such a phrase itself stands for no text."""
    owners: dict[int, tuple[int, ...]] = {}
    if found.gapped is not None:
        for pattern in patterns_of(found.gapped.patterns, found.phrases.num_rows):
            owners[pattern.phrase] = ()
            for part in set(pattern.parts):
                owners[part] = (*owners.get(part, ()), pattern.phrase)
    return owners


def _others(
    phrase: str | None, spellings: list[str], tokenizer: Tokenizer, match: MatchConfig
) -> dict[str, str]:
    if phrase is None or (phrase.isascii() and all(map(str.isascii, spellings))):
        return {}
    others: dict[str, str] = {}  # the form of each text
    for form, spelling in _in_all_forms(spellings or [phrase]):
        text = " ".join(spelling.split()) if match.whitespace == "any" else spelling
        folded = fold(text, match.case)
        if folded != phrase and folded not in others and tokenizer.normalize(text).strip() == text.strip():
            others[folded] = form
    return others


def _in_all_forms(spellings: list[str]) -> Iterator[tuple[str, str]]:
    for form in NORMAL_FORMS:
        for spelling in spellings:
            yield form, in_normal_form(spelling, form)


def told(form: str, n_phrases: int, example: str) -> str:
    """Return what a person is told of phrases that only their other form was found of."""
    phrases = f"{n_phrases:,} phrases are" if n_phrases > 1 else "1 phrase is"
    their = "their" if n_phrases > 1 else "its"
    return (
        f"{phrases} not found as written, but {their} {form} form is, as of “{example}”: "
        f'set [match] normal_form = "{form}" to look for that'
    )
