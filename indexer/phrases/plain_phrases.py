"""Plain phrases of a source: text or token ids, with every further column kept as an attribute."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from indexer.phrases.columns import PlainColumns
from indexer.phrases.fields import id_of, pattern_of, phrase_of, token_ids_of
from indexer.phrases.gap_notation import GappedText
from indexer.phrases.gapped import GappedPhraseTable
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.sources.record import Record

# "007" and "1_000" are names, not numbers.
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def read_plain_phrases(
    sources: Iterable[tuple[Iterable[Record], PlainColumns]],
    phrases: PhraseTable,
    gapped: GappedPhraseTable,
) -> pa.Table:
    """Give every phrase of some sources its number, source after source.

    Parameters
    ----------
    sources : iterable of (iterable of Record, PlainColumns)
        The rows of each source, and which of its fields hold what.
    phrases : PhraseTable
        Takes the phrases.
    gapped : GappedPhraseTable
        Takes parts and gaps of those that have gaps.

    Returns
    -------
    pyarrow.Table
        phrase_id int32, id string, then every other column of the sources; one row for each of their rows.

    Raises
    ------
    ConfigError
        A row has neither text nor ids, or both a text and a pattern, or its id is missing; file and line are
        named.
    """
    numbers: list[int] = []
    ids: list[str] = []
    others: dict[str, list[Any]] = {}
    typed = False
    for row, columns in ((row, columns) for rows, columns in sources for row in rows):
        taken = (columns.text, columns.pattern, columns.token_ids, columns.id)
        typed = typed or row.typed
        token_ids = None if columns.token_ids is None else token_ids_of(row, columns.token_ids)
        pattern = _pattern(row, columns, token_ids is not None)
        text = None
        if pattern is not None:
            text = pattern.notation() if pattern.gaps else pattern.parts[0]
        elif columns.text is not None and (token_ids is None or _is_filled(row, columns.text)):
            text = phrase_of(row, columns.text)
        if text is None and token_ids is None:
            raise row.wrong("neither a phrase nor token ids", fix="delete the row or fill it")
        for name, value in row.values.items():
            if name not in taken:
                # A column first met here was absent, hence NULL, in all rows before.
                others.setdefault(name, [None] * len(numbers)).append(value)
        ids.append(id_of(row, columns.id, default=len(ids)))
        numbers.append(_number(row, phrases, gapped, text, token_ids, pattern))
        for values in others.values():
            if len(values) < len(numbers):
                values.append(None)
    table = {"phrase_id": pa.array(numbers, pa.int32()), "id": pa.array(ids, pa.string())}
    for name, values in others.items():
        table[_free(name, table)] = _typed(values, from_text=not typed)
    return pa.table(table)


def _pattern(row: Record, columns: PlainColumns, has_ids: bool) -> GappedText | None:
    """Return the pattern of a row; None where it gives a phrase in another column."""
    if columns.pattern is None:
        return None
    has_text = columns.text is not None and _is_filled(row, columns.text)
    if not _is_filled(row, columns.pattern):
        if has_text or has_ids:
            return None
        raise row.wrong(
            f"neither a phrase nor a pattern (column {columns.pattern!r})", fix="delete the row or fill it"
        )
    if has_text or has_ids:
        other = columns.text if has_text else columns.token_ids
        raise row.wrong(
            f"a pattern (column {columns.pattern!r}) and another phrase (column {other!r})",
            expected="one phrase a row",
        )
    return pattern_of(row, columns.pattern)


def _is_filled(row: Record, column: str) -> bool:
    return row.values.get(column) not in (None, "")


def _number(
    row: Record,
    phrases: PhraseTable,
    gapped: GappedPhraseTable,
    text: str | None,
    token_ids: Sequence[int] | None,
    pattern: GappedText | None,
) -> int:
    """Return the number of a row's phrase, its gaps noted."""
    n_before = len(phrases)
    number = phrases.add(text, token_ids)
    has_gaps = pattern is not None and bool(pattern.gaps)
    if number < n_before and has_gaps != (number in gapped):
        raise row.wrong(
            f"{text!r:.200} is both a phrase with gaps and a phrase without", fix="leave one of them out"
        )
    if pattern is not None and has_gaps:
        gapped.add(number, pattern)
    return number


def _free(name: str, taken: dict[str, pa.Array]) -> str:
    while name.lower() in {each.lower() for each in taken}:
        name = f"{name}_"
    return name


def _typed(values: list[Any], *, from_text: bool) -> pa.Array:
    """Give a column the narrowest type that all its values have.

    A format without types spells numbers as text: a column of cells that are all numbers becomes numbers.
    """
    if from_text:
        return pa.array(_numbers(values), from_pandas=False)
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([_spelled(value) for value in values], pa.string())


def _numbers(cells: list[Any]) -> list[Any]:
    filled = [cell for cell in cells if cell not in (None, "")]
    for kind, spelled in ((int, _WHOLE), (float, _DECIMAL)):
        if filled and all(spelled.fullmatch(cell) for cell in filled):
            return [None if cell in (None, "") else kind(cell) for cell in cells]
    return cells


def _spelled(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
