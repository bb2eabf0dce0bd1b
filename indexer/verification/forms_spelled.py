"""Checks that the id forms of phrases spell the phrases they stand for."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from indexer.verification.findings import Check, Finding
from indexer.verification.searches import PhraseBook


def check_forms(book: PhraseBook, numbers: Collection[int]) -> Check:
    """Compare the letters and digits of every form of some phrases with those of the phrase.

    Marks, case, apostrophes and white space may differ: tokenizers normalize, and forms come in several.
    """
    check = Check("id forms of phrases against what they spell", "forms")
    if "tokens" not in book.units or book.spelling is None:
        return check
    spelling = book.spelling
    for number, ids in book.forms_of_texts(numbers):
        check.n_looked_at += 1
        text = book.text(number) or ""
        inside = [token for token in ids if not spelling.is_separator(token)]
        spelled = b"".join(spelling.of_id[token] for token in inside).decode("utf-8", "replace")
        if len(inside) < len(ids) or _letters(spelled) != _letters(text):
            check.fail(Finding("a form spells another phrase", text, spelled, f"ids {ids}", text))
    return check


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold().replace("ı", "i")
    return "".join(character for character in plain if character.isalnum())
