"""A split manifest: the rows of an answer and where they come from, for tools that know nothing of the index.

Parquet files carry the provenance in their metadata; beside CSV and JSON Lines stands
``NAME.provenance.json``. Both begin with the version of the manifest.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from indexer.errors import ConfigError, StateError
from indexer.index_dir import commit_file
from indexer.splits.ask import Answer
from indexer.splits.flat_columns import flat_columns
from indexer.splits.json_values import as_json

MANIFEST_VERSION = 1
"""History. 1: first version."""

FORMATS = ("parquet", "csv", "jsonl")


def manifest_format(path: Path, format: str | None = None) -> str:
    """Return the format of a manifest: the one that is named, or what the ending of its file says.

    Raises
    ------
    ConfigError
        The format is unknown.
    """
    format = format or path.suffix.lstrip(".")
    if not format:
        endings = " or ".join(f".{one}" for one in FORMATS)
        raise ConfigError("the name tells no format", path=path, expected=f"one that ends in {endings}")
    if format not in FORMATS:
        raise ConfigError(f"unknown manifest format {format!r}", path=path, expected=" or ".join(FORMATS))
    return format


def write_manifest(answer: Answer, path: Path, format: str | None = None) -> list[Path]:
    """Write an answer as a manifest.

    Parameters
    ----------
    answer : Answer
        Its rows and provenance.
    path : Path
        The file to write.
    format : str, optional
        parquet, csv or jsonl; default: the ending of `path`.

    Returns
    -------
    list of Path
        What was written: the file, and the one beside it where the format holds no provenance.

    Raises
    ------
    ConfigError
        The format is unknown.
    StateError
        There are no rows: an empty manifest makes other tools take everything.
    """
    format = manifest_format(path, format)
    if not answer.rows.num_rows:
        raise StateError(
            f"query {answer.query} gives no rows; other tools take an empty manifest for everything",
            path=path,
        )
    origin = provenance(answer)
    if format == "parquet":
        metadata = {b"exposure_manifest": json.dumps(origin).encode()}
        rows = answer.rows.replace_schema_metadata(metadata)
        commit_file(path, lambda aside: pq.write_table(rows, aside, compression="zstd"))
        return [path]
    write = _write_csv if format == "csv" else _write_json_lines
    commit_file(path, lambda aside: write(answer.rows, aside))
    beside = path.with_name(path.name + ".provenance.json")
    commit_file(
        beside,
        lambda aside: aside.write_text(json.dumps(origin, indent=1) + "\n", encoding="utf-8"),
    )
    return [path, beside]


def provenance(answer: Answer) -> dict[str, Any]:
    """Return where an answer comes from; free of dates and paths, so equal answers compare equal."""
    return {
        "manifest_version": MANIFEST_VERSION,
        "index_fingerprint": answer.fingerprint,
        "index_complete": answer.complete,
        "index_unverified_shards": answer.n_unverified_shards,
        "taken_on_purpose": answer.taken_on_purpose,
        **({"attached": answer.attached} if answer.attached else {}),
        "query": answer.query,
        "parameters": answer.parameters,
        "sql": answer.sql,
        "rows": answer.rows.num_rows,
        "software": f"exposure-indexer {version('exposure-indexer')}",
    }


def _write_csv(rows: pa.Table, path: Path) -> None:
    pacsv.write_csv(flat_columns(rows), path)


def _write_json_lines(rows: pa.Table, path: Path) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for batch in rows.to_batches():
            for row in batch.to_pylist():
                file.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
