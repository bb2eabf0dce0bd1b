"""Plain phrases of a source: text or token ids, with every further column kept as an attribute."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from indexer.phrases.columns import PlainColumns
from indexer.phrases.fields import id_of, phrase_of, token_ids_of
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.sources.record import Record

# "007" and "1_000" are names, not numbers.
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def read_plain_phrases(rows: Iterable[Record], columns: PlainColumns, phrases: PhraseTable) -> pa.Table:
    """Give every phrase of a source its number.

    Parameters
    ----------
    rows : iterable of Record
        The source.
    columns : PlainColumns
        Which fields hold what.
    phrases : PhraseTable
        Takes the phrases.

    Returns
    -------
    pyarrow.Table
        phrase_id int32, id string, then every other column of the source; one row for each of its rows.

    Raises
    ------
    ConfigError
        A row has neither text nor ids, or its id is missing; file and line are named.
    """
    numbers: list[int] = []
    ids: list[str] = []
    taken = {columns.text, columns.token_ids, columns.id}
    others: dict[str, list[Any]] = {}
    typed = True
    for row in rows:
        typed = row.typed
        token_ids = None if columns.token_ids is None else token_ids_of(row, columns.token_ids)
        text = None
        if columns.text is not None and (token_ids is None or row.values.get(columns.text) not in (None, "")):
            text = phrase_of(row, columns.text)
        if text is None and token_ids is None:
            raise row.wrong("neither a phrase nor token ids", fix="delete the row or fill it")
        for name, value in row.values.items():
            if name not in taken:
                # A column first met here was absent, hence NULL, in all rows before.
                others.setdefault(name, [None] * len(numbers)).append(value)
        ids.append(id_of(row, columns.id, default=len(ids)))
        numbers.append(phrases.add(text, token_ids))
        for values in others.values():
            if len(values) < len(numbers):
                values.append(None)
    table = {"phrase_id": pa.array(numbers, pa.int32()), "id": pa.array(ids, pa.string())}
    for name, values in others.items():
        table[_free(name, table)] = _typed(values, from_text=not typed)
    return pa.table(table)


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
