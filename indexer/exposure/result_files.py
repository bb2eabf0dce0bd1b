"""Reads evaluation results: the harness's ``samples_*.jsonl``, CSV, Parquet and JSON Lines.

The harness (EleutherAI/lm-evaluation-harness, ``--log_samples``) writes one line a document with the document
itself, its SHA-256 as ``doc_hash``, and the log-likelihood of each choice, the good sentence first. Documents
are joined by their hash, never by ``doc_id``: a subset of a task numbers its documents anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from indexer.errors import ConfigError, InputError
from indexer.exposure.results import COLUMNS
from indexer.storage.opening import status_of

_STEP_IN_NAME = re.compile(r"(?:step|checkpoint|ckpt)[-_]?(\d+)", re.IGNORECASE)


def read_results(path: Path, model: str | None = None, checkpoint: int | None = None) -> pa.Table:
    """Read one file of results.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.parquet``, ``.jsonl``; a harness file is told by ``doc_hash`` in its first line.
    model : str, optional
        Name of the model where the file does not say; default for harness files: the folder's name.
    checkpoint : int, optional
        Steps taken where the file does not say; default: a number after ``step`` in the path.

    Returns
    -------
    pyarrow.Table
        Columns as in `indexer.exposure.results.COLUMNS`.

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
        table = _read(pacsv.read_csv, path)
    elif path.suffix == ".jsonl":
        rows = list(_json_lines(path))
        if rows and "doc_hash" in rows[0][1]:
            table = pa.Table.from_pylist([_sample(path, number, row) for number, row in rows])
            model = model or path.parent.name
        else:
            table = pa.Table.from_pylist([row for _, row in rows])
    else:
        raise ConfigError("unknown kind of results", path=path, expected=".csv, .parquet or .jsonl")
    return _complete(table, path, model, checkpoint)


def _read(reader: Any, path: Path) -> pa.Table:
    try:
        return reader(path)
    except (pa.ArrowInvalid, OSError) as error:
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


def _sample(path: Path, number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return one line of the harness as a row of results."""
    try:
        document = row["doc"]
        scores = [float(response[0]) for response in row["filtered_resps"][:2]]
        correct = row.get("acc")
        pair_id = document.get("pair_id") or f"{document['UID']}/{document['pairID']}"
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            f"is no sample of a minimal pair ({error!r})",
            path=path,
            offset=f"line {number}",
            expected="doc with pair_id, or UID and pairID, and two filtered_resps",
        ) from None
    if doc_hash(document) != row["doc_hash"]:
        raise InputError(
            "the document is not the one its doc_hash was taken of", path=path, offset=f"line {number}"
        )
    return {
        "pair_id": pair_id,
        "score_good": scores[0],
        "score_bad": scores[1],
        "correct": None if correct is None else bool(correct),
    }


def doc_hash(document: dict[str, Any]) -> str:
    """Return the hash the harness takes of a document (``lm_eval/evaluator.py``)."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _complete(table: pa.Table, path: Path, model: str | None, checkpoint: int | None) -> pa.Table:
    """Add what the file does not say and bring the columns into order."""
    n_rows = table.num_rows
    columns: dict[str, Any] = {}
    for field in COLUMNS:
        if field.name in table.column_names:
            columns[field.name] = table[field.name]
        elif field.name == "model":
            columns["model"] = pa.repeat(pa.scalar(_required(model, "model", path)), n_rows)
        elif field.name == "checkpoint":
            found = _STEP_IN_NAME.findall(str(path))
            step = checkpoint if checkpoint is not None else int(found[-1]) if found else None
            columns["checkpoint"] = pa.repeat(pa.scalar(_required(step, "checkpoint", path)), n_rows)
        elif field.name == "pair_id":
            raise InputError("has no column pair_id", path=path, expected=", ".join(COLUMNS.names))
        else:
            columns[field.name] = pa.nulls(n_rows, field.type)
    if not {"correct", "score_good"} & set(table.column_names):
        raise InputError("has neither correct nor score_good and score_bad", path=path)
    try:
        return pa.table(columns).cast(COLUMNS)
    except (pa.ArrowInvalid, ValueError) as error:
        raise InputError(f"has a value of the wrong type ({str(error).splitlines()[0]})", path=path) from None


def _required(value: Any, name: str, path: Path) -> Any:
    if value is None:
        raise ConfigError(f"does not say the {name}", path=path, fix=f"add --{name}")
    return value
