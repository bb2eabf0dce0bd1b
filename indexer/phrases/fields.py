"""Takes text, ids and names out of a row, or says what is wrong with it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from indexer.phrases.gap_notation import EXAMPLE, GappedText, NotationError, parse
from indexer.phrases.phrase_table import MOST_PHRASE_BYTES
from indexer.phrases.sources.record import Record

_LARGEST_ID = 2**32 - 1


def text_of(row: Record, column: str, what: str) -> str:
    """Return a text that is neither missing nor blank.

    Raises
    ------
    ConfigError
        It is, or it is no text.
    """
    value = row.values.get(column)
    if isinstance(value, str):
        return checked_text(row, column, what, value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise row.wrong(f"{what} is missing (column {column!r} is NULL)", fix="delete the row or fill it")
    raise row.wrong(f"{what} {value!r:.80} is no text (column {column!r})")


def sentence_of(row: Record, column: str, what: str) -> str | list[str]:
    """Return a sentence: a text, or the list of its regions.

    Raises
    ------
    ConfigError
        It is missing, blank, or neither of these.
    """
    value = row.values.get(column)
    if not isinstance(value, list):
        return text_of(row, column, what)
    if not all(isinstance(each, str) for each in value):
        raise row.wrong(f"{what} is a list, but not of texts (column {column!r})")
    checked_text(row, column, what, " ".join(value))
    return value


def checked_text(row: Record, column: str, what: str, text: str) -> str:
    """Return a text that is one, and not blank.

    Raises
    ------
    ConfigError
        It is blank, or holds what no text does.
    """
    if not text or text.isspace():
        raise row.wrong(f"{what} is empty (column {column!r})", fix="delete the row or fill it")
    if "\0" in text:
        raise row.wrong(
            f"{what} holds the character NUL, which no text does (column {column!r})",
            fix="save the file as text in UTF-8",
        )
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise row.wrong(
                f"{what} holds half a surrogate pair, which no text can (column {column!r})"
            ) from None
    return text


def phrase_of(row: Record, column: str) -> str:
    """Return the text of a plain phrase, without white space at its ends.

    Raises
    ------
    ConfigError
        It is missing, blank, or longer than any phrase may be.
    """
    text = text_of(row, column, "phrase").strip()
    size = len(text.encode("utf-8"))
    if size > MOST_PHRASE_BYTES:
        raise row.wrong(f"phrase of {size:,} bytes", expected=f"at most {MOST_PHRASE_BYTES:,}")
    return text


def pattern_of(row: Record, column: str) -> GappedText:
    """Return the parts and gaps of a phrase in the notation of gaps; one part where it has none.

    Raises
    ------
    ConfigError
        It is missing, blank, too long, or not in the notation.
    """
    try:
        return parse(phrase_of(row, column))
    except NotationError as error:
        raise row.wrong(f"{error} (column {column!r})", expected=EXAMPLE) from None


def name_of(row: Record, column: str | None) -> str | None:
    """Return a name or number as text, None where there is no such field or it is NULL."""
    value = row.values.get(column) if column is not None else None
    return None if value is None else str(value)


def id_of(row: Record, column: str | None, default: int) -> str:
    """Return the id of a row: its id field, or `default` where the source has none.

    Raises
    ------
    ConfigError
        The id is missing, blank or not a number (NaN).
    """
    if column is None:
        return str(default)
    value = row.values.get(column)
    if isinstance(value, float) and value.is_integer():
        # A table library turned whole numbers beside a NULL into floats.
        return str(int(value))
    if value is None or (isinstance(value, float) and math.isnan(value)) or not str(value).strip():
        raise row.wrong(f"the id is missing (column {column!r})", fix="delete the row or give it an id")
    return str(value).strip()


def token_ids_of(row: Record, column: str) -> tuple[int, ...] | None:
    """Return token ids given as a list, or as text such as ``[3, 5]`` or ``3 5``; None where NULL.

    Raises
    ------
    ConfigError
        They are no list of whole numbers from 0 to 2**32 - 1, or the list is empty.
    """
    value: Any = row.values.get(column)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not all(map(_is_id, value)):
        raise row.wrong(
            f"{row.values[column]!r} are no token ids (column {column!r})", expected="whole numbers from 0"
        )
    if not value:
        raise row.wrong(
            f"the list of token ids is empty (column {column!r})", fix="delete the row or fill it"
        )
    return tuple(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip().startswith("[") else [int(part) for part in text.split()]
    except ValueError:
        return None


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_ID
