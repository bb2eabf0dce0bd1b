"""Reads evaluation results: the harness's ``samples_*.jsonl``, BabyLM's ``surprisal.json``, and tables.

Tables (CSV, Parquet, JSON Lines) hold a row for each item with a column for each measure, or the name of the
measure in a column ``measure`` and its number in ``value``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from indexer.errors import ConfigError, InputError
from indexer.exposure.harness_samples import rows_of_sample
from indexer.exposure.item_names import ItemNames
from indexer.exposure.model_measures import COLUMNS as MODEL_COLUMNS
from indexer.exposure.results import COLUMNS
from indexer.exposure.surprisal_file import read_surprisal
from indexer.storage.opening import status_of

ID_COLUMNS = ("item_id", "pair_id")
_MEASURED = pa.schema(
    [pa.field("item_id", pa.string()), pa.field("measure", pa.string()), pa.field("value", pa.float64())]
)
_NUMBER = r"^\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*$"
_STEP_IN_NAME = re.compile(r"(?:step|checkpoint|ckpt)[-_]?(\d+)", re.IGNORECASE)

_STEP_AT_THE_END = re.compile(r"[-_]*(?:step|checkpoint|ckpt)[-_]?\d+$", re.IGNORECASE)


def read_results(
    path: Path, model: str | None = None, checkpoint: int | None = None, *, names: ItemNames | None = None
) -> pa.Table:
    """Read one file of results.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.parquet``, ``.jsonl``, of which a harness file is told by ``doc_hash`` in its first line;
        ``.json``: surprisals of BabyLM.
    model : str, optional
        Name of the model where the file does not say; default for harness files: the name of
        their folder without the step, or of the first folder above that is more than a step.
    checkpoint : int, optional
        Steps taken where the file does not say; default: a number after ``step`` in the path.
    names : ItemNames, optional
        The items of the index, for files that do not name them.

    Returns
    -------
    pyarrow.Table
        Columns as in `indexer.exposure.results.COLUMNS`, or of a file of measures of the model itself as in
        `indexer.exposure.model_measures.COLUMNS`: it has no items, and names the measures and their parts.

    Raises
    ------
    ConfigError
        The file does not say model or checkpoint, and no option does.
    InputError
        A line or column cannot be read; the message names it.
    """
    status_of(path, error=ConfigError, missing="no such file of results")
    if path.suffix == ".parquet":
        table = _read(pq.read_table, path)
    elif path.suffix == ".csv":
        table = _read(_read_csv, path)
    elif path.suffix == ".jsonl":
        rows = list(_json_lines(path))
        if rows and "doc_hash" in rows[0][1]:
            samples = [sample for number, row in rows for sample in rows_of_sample(path, number, row, names)]
            table = pa.Table.from_pylist(samples, _MEASURED)
            model = model or _model_of(path)
        else:
            table = _read(lambda _: _as_table([row for _, row in rows]), path)
    elif path.suffix == ".json":
        surprisals, model_named = read_surprisal(path, names)
        table = pa.Table.from_pylist(surprisals, pa.schema([pa.field("checkpoint", pa.int64()), *_MEASURED]))
        model = model or model_named
    else:
        raise ConfigError("unknown kind of results", path=path, expected=".csv, .parquet, .jsonl or .json")
    return _complete(table, path, model, checkpoint)


def _model_of(path: Path) -> str | None:
    """Return the model that a harness file lies under; its checkpoints are one model, not one each."""
    names = (_STEP_AT_THE_END.sub("", folder.name).strip("_") for folder in path.resolve().parents)
    return next(filter(None, names), None)


def _read_csv(path: Path) -> pa.Table:
    # "007" is a name, not a number.
    names = dict.fromkeys(("model", "paradigm", "measure", "part", *ID_COLUMNS), pa.string())
    return pacsv.read_csv(path, convert_options=pacsv.ConvertOptions(column_types=names))


def _as_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as a table with the columns of them all."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


def _read(reader: Any, path: Path) -> pa.Table:
    try:
        return reader(path)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
        raise InputError(f"cannot be read ({str(error).splitlines()[0]})", path=path) from None


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"is no JSON ({error})", path=path, offset=f"line {number}") from None
            if not isinstance(row, dict):
                raise InputError("is no JSON object", path=path, offset=f"line {number}")
            yield number, row


def _complete(table: pa.Table, path: Path, model: str | None, checkpoint: int | None) -> pa.Table:
    """Add what the file does not say and return its results by measure."""
    found = _STEP_IN_NAME.findall(str(path))
    step = checkpoint if checkpoint is not None else int(found[-1]) if found else None
    named = [name for name in ID_COLUMNS if name in table.column_names]
    origin = {
        "model": table["model"] if "model" in table.column_names else _required(model, "model", path),
        "checkpoint": table["checkpoint"]
        if "checkpoint" in table.column_names
        else _required(step, "checkpoint", path),
    }
    for name, column in origin.items():
        _refuse_blank(column, name, path)
    if not named and {"measure", "part", "value"} <= {*table.column_names}:
        return _of_model(table, origin, path)
    if len(named) != 1:
        what = "has both columns item_id and pair_id" if named else "has no column item_id or pair_id"
        raise InputError(
            what,
            path=path,
            expected="model, checkpoint, item_id or pair_id, and what was measured; of a model itself: "
            "measure, part and value",
        )
    keys = {**origin, "item_id": table[named[0]]}
    _refuse_blank(table[named[0]], named[0], path)
    try:
        parts = [
            _column(keys, measure, value, table.num_rows)
            for measure, value in _measures(table, path, named[0])
        ]
        return pa.concat_tables(parts)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise InputError(f"has a value of the wrong type ({str(error).splitlines()[0]})", path=path) from None


def _refuse_blank(column: Any, name: str, path: Path) -> None:
    """Refuse rows that name no model, item or checkpoint, or a checkpoint before the first."""
    values = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([[column]])
    wrong = pc.is_null(values, nan_is_null=True)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        wrong = pc.or_kleene(wrong, pc.equal(pc.utf8_trim_whitespace(values), ""))
    elif _holds_numbers(values.type) and name == "checkpoint":
        wrong = pc.or_kleene(wrong, pc.less(values, 0))
    if pc.any(wrong).as_py():
        at = pc.index(wrong, True).as_py()
        raise InputError(
            f"has {name} {values[at].as_py()!r}",
            path=path,
            offset=f"row {at + 1:,}",
            expected="steps taken, 0 or more" if name == "checkpoint" else "a name in each row",
        )


def _of_model(table: pa.Table, origin: dict[str, Any], path: Path) -> pa.Table:
    """Return measures of a model itself."""
    given = {name: table[name] for name in MODEL_COLUMNS.names if name in table.column_names}
    columns = {"paradigm": None, **given, **origin}
    try:
        return _filled(columns, table.num_rows).select(MODEL_COLUMNS.names).cast(MODEL_COLUMNS)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise InputError(f"has a value of the wrong type ({str(error).splitlines()[0]})", path=path) from None


def _column(keys: dict[str, Any], measure: Any, value: Any, n_rows: int) -> pa.Table:
    columns = {**keys, "measure": measure, "value": value}
    return _filled(columns, n_rows).select(COLUMNS.names).cast(COLUMNS)


def _filled(columns: dict[str, Any], n_rows: int) -> pa.Table:
    """Return a table of columns and of single values that stand in every row."""
    return pa.table(
        {
            name: column if isinstance(column, pa.ChunkedArray) else pa.repeat(pa.scalar(column), n_rows)
            for name, column in columns.items()
        }
    )


def _measures(table: pa.Table, path: Path, id_column: str) -> Iterator[tuple[Any, pa.ChunkedArray]]:
    """Yield the name of each measure, or the column of names, with the values."""
    names = table.column_names
    if "measure" in names:
        if "value" not in names:
            raise InputError("has a column measure, but none called value", path=path)
        yield table["measure"], table["value"]
        return
    others = [name for name in names if name not in ("model", "checkpoint", id_column)]
    found = [name for name in others if name in _OF_PAIRS or _holds_numbers(table[name].type)]
    for name in others:
        if name not in found:
            _refuse_mostly_numbers(table[name], name, path)
    if not found:
        raise InputError(
            f"measures nothing: no column beside {id_column} holds numbers",
            path=path,
            expected="correct, or score_good and score_bad, or measures of your own",
        )
    by_name = {name: _as_numbers(table[name], name, path) for name in found}
    if {"score_good", "score_bad"} <= by_name.keys():
        is_better = pc.greater(*(_without_nan(by_name[name]) for name in ("score_good", "score_bad")))
        better = pc.cast(is_better, pa.float64())
        by_name["correct"] = pc.coalesce(by_name["correct"], better) if "correct" in by_name else better
    yield from by_name.items()


def _refuse_mostly_numbers(column: pa.ChunkedArray, name: str, path: Path) -> None:
    """Refuse a column of text that was to be numbers: it would be left out as a whole without a word."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return
    is_number = pc.fill_null(pc.match_substring_regex(column, _NUMBER), False)
    is_other = pc.invert(pc.or_(is_number, pc.is_null(column)))
    told = bool(pc.any(is_other).as_py())
    # whole numbers as text alone are ids
    is_measured = told or bool(pc.any(pc.match_substring_regex(column, "[-.,]")).as_py())
    if is_measured and (pc.sum(is_number).as_py() or 0) > (pc.sum(is_other).as_py() or 0):
        at = pc.index(is_other if told else is_number, True).as_py()
        raise InputError(
            f"has {column[at].as_py()!r} in column {name}, which mostly holds numbers"
            if told
            else f"has numbers as text in column {name}",
            path=path,
            offset=f"row {at + 1:,}",
            expected="a number, or nothing where none was measured",
        )


def _holds_numbers(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _as_numbers(column: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    if name == "correct" and not _holds_numbers(column.type):
        column = column.cast(pa.bool_())
    numbers = column.cast(pa.float64())
    if name == "correct":
        told = _without_nan(numbers).drop_null()
        odd = told.filter(pc.invert(pc.is_in(told, pa.array([0.0, 1.0]))))
        if len(odd):
            raise InputError(
                f"has correct = {odd[0].as_py():g}",
                path=path,
                expected="true or false, 1 or 0",
                fix="give the column the name of what it measures, as accuracy",
            )
    return numbers


def _without_nan(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_nan(numbers), None, numbers)


_OF_PAIRS = ("correct", "score_good", "score_bad")
"""Measures that are read even where no number stands in the column."""


def _required(value: Any, name: str, path: Path) -> Any:
    if value is None:
        raise ConfigError(f"does not say the {name}", path=path, fix=f"add --{name}")
    return value
