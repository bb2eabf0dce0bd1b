"""Spans a source brings along: character offsets, or the words themselves. They win over rules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from indexer.errors import ConfigError
from indexer.phrases.rules.rule import RuleDoesNotApplyError
from indexer.phrases.sentence import CharRange, Sentence, WordRange
from indexer.phrases.sources.record import Record
from indexer.phrases.spans import CharSpans, PairCharSpans, checked

SPANS = ("critical", "context", "phrase")
SIDES = ("good", "bad")
OFFSET_COLUMNS = tuple(
    f"{side}_{span}_{edge}" for side in SIDES for span in SPANS for edge in ("start", "stop")
)
"""Columns of character offsets, half-open, in code points of the sentence."""

WORD_COLUMNS = (
    "critical",
    "context",
    *(f"{side}_{span}" for side in SIDES for span in ("critical", "context")),
)
"""Columns that name words of the sentences; without a side they stand in both."""


class NamedWords(NamedTuple):
    """Words a row names for one side; None where it names none."""

    critical: str | None
    context: str | None


def offsets_of(row: Record, columns: Mapping[str, str], sentences: tuple[str, str]) -> PairCharSpans | None:
    """Return the spans a row gives as offsets; None where it gives none.

    Raises
    ------
    ConfigError
        An offset is no whole number or outside the sentence, or a side has no critical span.
    """
    if row.values.keys().isdisjoint(columns.values()):
        return None
    given = [_ranges(row, columns, side) for side in SIDES]
    if not any(ranges for ranges in given):
        return None
    found: list[CharSpans] = []
    for side, sentence, ranges in zip(SIDES, sentences, given, strict=True):
        if "critical" not in ranges:
            raise row.wrong(f"spans are given, but no {side}_critical_start and {side}_critical_stop")
        try:
            found.append(checked(sentence, ranges["critical"], ranges.get("context"), ranges.get("phrase")))
        except ValueError as error:
            raise row.wrong(f"{side}: {error}") from None
    return PairCharSpans(*found)


def _ranges(row: Record, columns: Mapping[str, str], side: str) -> dict[str, CharRange]:
    ranges = {}
    for span in SPANS:
        edges = [_offset(row, columns.get(f"{side}_{span}_{edge}")) for edge in ("start", "stop")]
        if edges == [None, None]:
            continue
        start, stop = edges
        if start is None or stop is None:
            raise row.wrong(f"{side} {span} span has a start or a stop alone")
        ranges[span] = CharRange(start, stop)
    return ranges


def _offset(row: Record, column: str | None) -> int | None:
    value: Any = row.values.get(column) if column is not None else None
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise row.wrong(f"{value!r} is no offset (column {column!r})", expected="a whole number") from None
    if isinstance(value, bool) or number != float(value):
        raise row.wrong(f"{value!r} is no offset (column {column!r})", expected="a whole number")
    return number


def named_words(row: Record, columns: Mapping[str, str]) -> tuple[NamedWords, NamedWords] | None:
    """Return the words a row names; None where it names none."""
    if columns.keys().isdisjoint(WORD_COLUMNS):
        return None
    found = tuple(
        NamedWords(
            *(
                _text(row, columns.get(f"{side}_{span}", columns.get(span)))
                for span in ("critical", "context")
            )
        )
        for side in SIDES
    )
    good, bad = found
    return None if good == bad == (None, None) else (good, bad)


def _text(row: Record, column: str | None) -> str | None:
    value = row.values.get(column) if column is not None else None
    return value if isinstance(value, str) and value.strip() else None


def find_words(side: Sentence, text: str, near: WordRange) -> WordRange:
    """Return the words of a sentence that are `text`, those nearest to `near` where there are several.

    Raises
    ------
    RuleDoesNotApplyError
        The sentence does not hold them, or only where `near` is.
    """
    wanted = [each.lower() for each in text.split()]
    n_words = len(wanted)
    places = [
        WordRange(at, at + n_words)
        for at in range(len(side) - n_words + 1)
        if side.lower[at : at + n_words] == wanted and (at + n_words <= near.start or at >= near.stop)
    ]
    if not places:
        raise RuleDoesNotApplyError(f"the named words {text!r} are not in the sentence")
    return min(places, key=lambda place: max(near.start - place.stop, place.start - near.stop))


def column_roles(spelled: list[str], first: Record) -> dict[str, str]:
    """Read ``role=column`` words; columns of offsets under our own names need none.

    Raises
    ------
    ConfigError
        A word cannot be read, the role is unknown or the column is missing.
    """
    roles = (*OFFSET_COLUMNS, *WORD_COLUMNS)
    # Rows of JSON lines need not all have the same fields: a later row may bring offsets.
    found = {name: name for name in OFFSET_COLUMNS}
    for role, column in _read(spelled):
        if role not in roles:
            raise ConfigError(
                f"{role!r} is no role of a column", path="[phrases] columns", expected=" or ".join(roles)
            )
        if column not in first.values:
            raise ConfigError(
                f"no column {column!r}, which [phrases] columns names (columns: {', '.join(first.values)})",
                path=first.path,
            )
        found[role] = column
    return found


def _read(spelled: list[str]) -> Iterator[tuple[str, str]]:
    for each in spelled:
        role, equals, column = (part.strip() for part in each.partition("="))
        if not (role and equals and column):
            raise ConfigError(f"{each!r} cannot be read", path="[phrases] columns", expected="role=column")
        yield role, column
