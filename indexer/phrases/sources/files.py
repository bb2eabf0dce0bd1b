"""Rows of one file: JSON lines, CSV, TSV, Parquet, Arrow or plain lines; plain, gzip or Zstandard."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.errors import ConfigError
from indexer.phrases.sources.record import Record

TEXT_COLUMN = "text"
"""The field a line of a plain text file becomes."""

KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "text",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
COMPRESSIONS = (".zst", ".gz")

_MAX_ZSTD_WINDOW = 2**27
_LARGEST_FIELD_BYTES = 1 << 24


def kind_of(name: str) -> str | None:
    """Return the kind of a file by its name, None where the name does not tell."""
    lowered = name.lower()
    for suffix in COMPRESSIONS:
        lowered = lowered.removesuffix(suffix)
    dot = lowered.rfind(".")
    return KINDS.get(lowered[dot:]) if dot >= 0 else None


def read_stream(stream: BinaryIO, path: str, kind: str | None = None) -> Iterator[Record]:
    """Yield the rows of an open file.

    Parameters
    ----------
    stream : binary file
        The bytes, compressed or not; the first bytes tell.
    path : str
        Name for messages.
    kind : str, optional
        ``jsonl``, ``json``, ``csv``, ``tsv``, ``text``, ``parquet`` or ``arrow``; None: the first bytes tell.

    Raises
    ------
    ConfigError
        The file is corrupt, no UTF-8, or a row cannot be read; file and line are named.
    """
    buffered: Any = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    try:
        opened = _decompressed(buffered)
        kind = kind or _sniff(opened)
        if kind in ("parquet", "arrow"):
            yield from _columnar_rows(opened, path, kind)
        else:
            yield from _TEXT_KINDS[kind](_lines(opened, path), path)
    except (zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise ConfigError(f"cannot be decompressed ({error})", path=path) from None
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror or error})", path=path) from None


def _peek(stream: Any, size: int) -> bytes:
    return bytes(stream.peek(size)[:size])


def _decompressed(stream: Any) -> Any:
    start = _peek(stream, 4)
    if start[:2] == b"\x1f\x8b":
        return io.BufferedReader(gzip.GzipFile(fileobj=stream))
    if start == b"\x28\xb5\x2f\xfd":
        return io.BufferedReader(_ZstdReader(stream))
    return stream


class _ZstdReader(io.RawIOBase):
    """Reads every frame of a Zstandard file and refuses one that is cut short."""

    def __init__(self, stream: Any) -> None:
        import zstandard

        self._stream = stream
        self._zstandard = zstandard
        self._frame: Any = None
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = b""
            if self._frame is not None and self._frame.eof:
                chunk, self._frame = self._frame.unused_data, None
            chunk = chunk or self._stream.read(1 << 16)
            if not chunk:
                if self._frame is not None:
                    raise EOFError("the last Zstandard frame is cut short")
                return 0
            if self._frame is None:
                reader = self._zstandard.ZstdDecompressor(max_window_size=_MAX_ZSTD_WINDOW)
                self._frame = reader.decompressobj()
            try:
                self._ready = self._frame.decompress(chunk)
            except self._zstandard.ZstdError as error:
                raise EOFError(str(error)) from None
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _sniff(stream: Any) -> str:
    start = _peek(stream, 1 << 12)
    if start[:4] == b"PAR1":
        return "parquet"
    if start[:6] == b"ARROW1":
        return "arrow"
    line = start.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].strip()
    if line.startswith(b"{"):
        return "jsonl"
    if line.startswith(b"["):
        return "json"
    if b"\t" in line:
        return "tsv"
    return "csv" if b"," in line else "text"


def _lines(stream: Any, path: str) -> Iterator[str]:
    """Yield lines with their ends; a byte order mark is dropped."""
    for number, raw in enumerate(stream, 1):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"is not UTF-8 (byte {error.start} of the line)", path=path, offset=f"line {number}"
            ) from None
        yield line.removeprefix("\ufeff") if number == 1 else line


def _json_rows(lines: Iterator[str], path: str) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise ConfigError(f"is not a JSON object ({what})", path=path, offset=f"line {number}") from None
        if not isinstance(values, dict):
            raise ConfigError(
                "is not a JSON object", path=path, offset=f"line {number}", expected='{"field": ...} a line'
            )
        yield Record(path, "line", number, values)


def _delimited_rows(lines: Iterator[str], path: str, delimiter: str) -> Iterator[Record]:
    csv.field_size_limit(_LARGEST_FIELD_BYTES)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    names: list[str] = []
    number = 1
    try:
        for cells in reader:
            if not names:
                names = [name.strip() for name in cells]
                twice = {name for name in names if names.count(name) > 1}
                if twice:
                    raise ConfigError(f"column {min(twice)!r} stands twice", path=path, offset="line 1")
            elif cells:
                if len(cells) != len(names):
                    raise ConfigError(
                        f"{len(cells)} cells", path=path, offset=f"line {number}", expected=f"{len(names)}"
                    )
                yield Record(path, "line", number, dict(zip(names, cells, strict=True)), typed=False)
            elif len(names) == 1:
                yield Record(path, "line", number, {names[0]: ""}, typed=False)
            number = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(f"is not CSV ({error})", path=path, offset=f"line {reader.line_num}") from None


def _csv_rows(lines: Iterator[str], path: str) -> Iterator[Record]:
    return _delimited_rows(lines, path, ",")


def _tsv_rows(lines: Iterator[str], path: str) -> Iterator[Record]:
    return _delimited_rows(lines, path, "\t")


def _text_rows(lines: Iterator[str], path: str) -> Iterator[Record]:
    blank: list[int] = []
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not text.strip():
            blank.append(number)
            continue
        # Blank lines are an error only where text follows: editors leave some at the end.
        for empty in blank:
            yield Record(path, "line", empty, {TEXT_COLUMN: ""})
        blank.clear()
        yield Record(path, "line", number, {TEXT_COLUMN: text})


def _json_array_rows(lines: Iterator[str], path: str) -> Iterator[Record]:
    text = "".join(lines)
    if not text.lstrip().startswith("["):
        yield from _json_rows(iter(text.splitlines(keepends=True)), path)
        return
    try:
        rows = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else None
        raise ConfigError("is not a JSON array", path=path, offset=where) from None
    for number, values in enumerate(rows, 1):
        record = Record(path, "row", number, values)
        if not isinstance(values, dict):
            raise record.wrong("is not a JSON object")
        yield record


_TEXT_KINDS = {
    "json": _json_array_rows,
    "jsonl": _json_rows,
    "csv": _csv_rows,
    "tsv": _tsv_rows,
    "text": _text_rows,
}


def _columnar_rows(stream: Any, path: str, kind: str) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import ipc

    # Both formats are read from their end, which a pipe or a decompressor cannot seek to.
    source = pa.BufferReader(stream.read())
    try:
        if kind == "parquet":
            batches = pq.ParquetFile(source).iter_batches()
        else:
            file = ipc.open_file(source)
            batches = (file.get_batch(each) for each in range(file.num_record_batches))
        number = 0
        for batch in batches:
            for values in batch.to_pylist():
                number += 1
                yield Record(path, "row", number, values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ConfigError(f"is not {kind} ({error})", path=path) from None
