"""The process that questions are asked in: reads questions from standard input, answers on standard output.

A question is one line of JSON. An answer is frames: a letter, the length as eight bytes little-endian, and
the payload. ``R`` holds rows as an Arrow stream of their own, ``E`` ends the answer with facts as JSON, ``X``
ends it with an error as JSON. Whoever asks kills this process when it takes too long; it ends by itself when
its standard input does.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa

from indexer.engines.memory import limit_memory
from indexer.errors import ExposureError, ResourceError
from indexer.exposure.attached import refuse_macros_of_attached
from indexer.exposure.database import open_read_only
from indexer.exposure.statements import error_of_query, missing_table, refuse_other_statements
from indexer.forks import leave_signals_to_parent

HEAD = struct.Struct("<cQ")
_ROWS_AT_ONCE = 16_384
_SHARE_OF_DUCKDB = 0.8
"""Of the memory allowed; the rest is for the rows on their way."""

_SIGNED = frozenset({"tinyint", "smallint", "integer", "bigint", "hugeint"})
_UNSIGNED = frozenset({"utinyint", "usmallint", "uinteger", "ubigint"})
_PLAIN_TYPES = (
    _SIGNED | _UNSIGNED | {"boolean", "float", "double", "decimal", "varchar", "uuid", "enum", "blob"}
)


def main() -> None:
    """Answer questions of standard input until it ends."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever a library prints must not stand between the frames
        serve(sys.stdin.buffer, answers)


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer questions until they end; then this process ends, in the middle of an answer too."""
    leave_signals_to_parent()  # Ctrl-C is for who asked
    waiting: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(questions, waiting), daemon=True).start()
    while True:
        _answer(json.loads(waiting.get()), answers)


def _read(questions: BinaryIO, waiting: queue.Queue[bytes]) -> None:
    for line in questions:
        waiting.put(line)
    os._exit(0)


def _answer(question: dict[str, Any], answers: BinaryIO) -> None:
    try:
        limit_memory(question["memory_bytes"])
        facts = _send_rows(question, answers)
    except BaseException as error:
        known = error_of_query(error, question["name"])
        if known is None:
            facts = {"error": "bug", "what": traceback.format_exc()}
        else:
            facts = {**known.as_dict(), "missing_table": missing_table(known.what)}
        _send(answers, b"X", json.dumps(facts).encode())
    else:
        _send(answers, b"E", json.dumps(facts).encode())


def _send_rows(question: dict[str, Any], answers: BinaryIO) -> dict[str, Any]:
    """Send the rows as they come and return the facts of the index."""
    duckdb_bytes = int(question["memory_bytes"] * _SHARE_OF_DUCKDB)
    attached = {name: Path(path) for name, path in question["attached"].items()}
    with open_read_only(
        Path(question["database"]), memory_bytes=duckdb_bytes, attached=attached
    ) as connection:
        refuse_other_statements(connection, question["sql"])
        if attached:
            refuse_macros_of_attached(connection, question["sql"], attached)
        relation = connection.sql(question["sql"], params=question["parameters"] or None)
        # While rows are still to come, a connection closes only when its question is done.
        with _with_plain_types(relation).to_arrow_reader(_ROWS_AT_ONCE) as reader:
            more = _send_batches(reader, question, answers)
        del relation, reader
        facts = _facts_of(connection, "")
        of_attached = {name: _facts_of(connection, f'"{name}".') for name in attached}
    return {**facts, "more": more, "attached": of_attached}


def _facts_of(connection: duckdb.DuckDBPyConnection, qualifier: str) -> dict[str, Any]:
    """Return what an index says of itself."""
    facts = dict(connection.execute(f"SELECT key, value FROM {qualifier}provenance").fetchall())
    unverified = f"SELECT count(*) FROM {qualifier}shards WHERE NOT verified"
    ((n_unverified,),) = connection.execute(unverified).fetchall()
    return {
        "fingerprint": facts["plan_fingerprint"],
        "complete": facts["complete"] == "true" and facts.get("zeros_weakened_by", "[]") == "[]",
        "taken_on_purpose": json.loads(facts.get("taken_on_purpose", "{}")),
        "n_unverified_shards": n_unverified,
    }


def _send_batches(reader: pa.RecordBatchReader, question: dict[str, Any], answers: BinaryIO) -> bool:
    """Send batches up to the limit and tell whether there are more."""
    limit, max_rows, max_bytes = question["limit"], question["max_rows"], question["memory_bytes"]
    _send(answers, b"R", _stream_of(reader.schema, []))
    n_rows = n_bytes = 0
    for whole in reader:
        more = limit is not None and n_rows + whole.num_rows > limit
        batch = whole.slice(0, limit - n_rows) if more else whole
        n_rows += batch.num_rows
        if max_rows is not None and n_rows > max_rows:
            raise _too_many(question["name"], max_rows)
        rows = _stream_of(reader.schema, [batch])
        n_bytes += len(rows)
        if n_bytes > max_bytes:
            raise _too_large(question["name"], max_bytes)
        _send(answers, b"R", rows)
        if more:
            return True
    return False


def _with_plain_types(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Have types that Arrow, Python or JSON cannot hold delivered as text, as DuckDB spells them.

    Dates beyond the year 9999, whole numbers beyond 38 digits, bits, unions and the like.
    """
    if all(map(_is_plain, relation.types)):
        return relation
    columns = []
    for number, (name, kind) in enumerate(zip(relation.columns, relation.types, strict=True), 1):
        quoted = '"' + name.replace('"', '""') + '"'
        columns.append(f"#{number} AS {quoted}" if _is_plain(kind) else f"#{number}::VARCHAR AS {quoted}")
    return relation.project(", ".join(columns))


def _is_plain(kind: Any) -> bool:
    if kind.id in ("list", "array", "struct", "map"):
        parts = [part for _, part in kind.children]
        if kind.id == "array":
            parts = parts[:1]  # the other is its length
        return bool(parts) and all(map(_is_plain, parts))
    return kind.id in _PLAIN_TYPES


def _stream_of(schema: pa.Schema, batches: list[pa.RecordBatch]) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue()


def _send(answers: BinaryIO, letter: bytes, payload: Any) -> None:
    answers.write(HEAD.pack(letter, len(payload)))
    answers.write(payload)
    answers.flush()


def _too_many(name: str, max_rows: int) -> ExposureError:
    return ResourceError(
        f"gives more than {max_rows:,} rows",
        path=name,
        fix="count them in SQL, see the first with --limit, or take more with --max-rows",
    )


def _too_large(name: str, max_bytes: int) -> ExposureError:
    return ResourceError(
        f"gives rows of more than {max_bytes:,} bytes",
        path=name,
        fix="see the first with --limit, or give it more with --max-memory",
    )


if __name__ == "__main__":
    main()
