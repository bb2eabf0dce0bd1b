"""Documents of raw text, in file order: JSON lines and arrays, Parquet and Arrow, plain or packed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from indexer.corpus.text.surrogates import LoneSurrogates
from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.compressed import Limits, compression_of, first_bytes, without_suffix
from indexer.storage.files import CorpusFile
from indexer.storage.json_array import array_objects
from indexer.storage.json_lines import objects_of, pieces_of
from indexer.storage.saved_datasets import DESCRIPTIONS, saved_files

TEXT_ENDINGS = (".jsonl", ".json", ".ndjson", ".parquet", ".arrow")
UNLIMITED = Limits(max_bytes=1 << 62)
"""Of text that a user names to be tokenized, any size is meant."""


class Document(NamedTuple):
    """One text and where it stands.

    Attributes
    ----------
    file : int
        Number of its file, from 0.
    number : int
        Its number in that file, from 0.
    text : str
        The text.
    """

    file: int
    number: int
    text: str


def is_text(name: str) -> bool:
    """Tell whether a file of a folder may hold documents, by its name."""
    return without_suffix(name).endswith(TEXT_ENDINGS) and files.base_name(name) not in DESCRIPTIONS


def find_text_files(sources: Sequence[str], *, base: Path) -> list[CorpusFile]:
    """Return the text files that paths, globs and folders stand for; those of a folder are sorted by name.

    Raises
    ------
    InputError
        A source is missing or a folder holds no text file.
    """
    names: list[str] = []
    for source in sources:
        if files.is_folder(source, base=base):
            texts = saved_files(source, base=base)
            if texts is None:
                inside = files.list_folder(source, base=base)
                texts = [name for name in inside if is_text(name)]
            if not texts:
                raise InputError("holds no text file", path=source, expected=", ".join(TEXT_ENDINGS))
            names += texts
        else:
            names += files.expand(source, base=base)
    return [files.file_at(name, base=base) for name in names]


def documents_of(
    sources: Sequence[CorpusFile],
    *,
    column: str,
    start: tuple[int, int] = (0, 0),
    limits: Limits = UNLIMITED,
    surrogates: LoneSurrogates | None = None,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[Document]:
    """Yield the documents of all files from `start` (file, document) on.

    Parameters
    ----------
    sources : sequence of CorpusFile
        JSON lines or arrays, Parquet or Arrow, plain or packed.
    column : str
        Key or column of the text.
    start : pair of int
        First document wanted: number of its file, its number there.
    limits : Limits, optional
        What unpacking may cost.
    surrogates : LoneSurrogates, optional
        What becomes of a text with half a surrogate pair; default: it is refused.
    on_read : callable, optional
        Called with the number of bytes of a file each time some are done.

    Raises
    ------
    InputError
        A document has no such key, or something other than text under it, or half a surrogate pair; or a
        file is damaged. The message names the line or row.
    """
    surrogates = surrogates or LoneSurrogates()
    first_file, first_document = start
    for file_number in range(first_file, len(sources)):
        file = sources[file_number]
        skip = first_document if file_number == first_file else 0
        for number, (where, text) in enumerate(_texts(file, column, limits, on_read)):
            if number >= skip:
                whole = surrogates.checked(text, path=file.name, where=f"{where}, {column!r}")
                if whole is not None:
                    yield Document(file_number, number, whole)


def is_array(file: CorpusFile, limits: Limits) -> bool:
    """Tell whether a file of JSON is one array, and not lines."""
    return _head(file, limits).startswith(b"[")


def _head(file: CorpusFile, limits: Limits) -> bytes:
    head = first_bytes(file, 4096, compression_of(file), limits)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _texts(
    file: CorpusFile, column: str, limits: Limits, on_read: Callable[[int], None] | None
) -> Iterator[tuple[str, str]]:
    """Yield where each text stands, and the text."""
    if without_suffix(file.name).endswith((".parquet", ".arrow")):
        yield from _column_texts(file, column, limits, on_read)
        return
    head = _head(file, limits)
    if head and not head.startswith((b"[", b"{")):
        raise InputError(
            "is not a JSON object, but plain text or something else",
            path=file.name,
            offset="line 1",
            expected=f"JSON lines or a JSON array with the text under {column!r}, Parquet or Arrow",
            fix=f"of plain text make one line a document, as in {json.dumps({column: '...'})}",
        )
    if head.startswith(b"["):
        pieces = pieces_of(file, limits, on_read=on_read)
        values, unit = array_objects(pieces, limits, name=file.name), "element"
    else:
        values, unit = objects_of(file, limits, on_read=on_read), "line"
    for number, value in values:
        where = f"{unit} {number:,}"
        if column not in value:
            raise InputError(
                f"has no text under {column!r}",
                path=file.name,
                offset=where,
                fix=f"set [corpus] column; its keys are {', '.join(value)}",
            )
        yield where, _text(value[column], column, file.name, where)


def _text(value: Any, column: str, name: str, where: str) -> str:
    if value is None:
        raise InputError(
            f"is null under {column!r}",
            path=name,
            offset=where,
            expected="text",
            fix='leave the document out, or give it the empty text ""',
        )
    if not isinstance(value, str):
        raise InputError(f"has no text under {column!r}", path=name, offset=where, expected="text")
    return value


def _column_texts(
    file: CorpusFile, column: str, limits: Limits, on_read: Callable[[int], None] | None
) -> Iterator[tuple[str, str]]:
    from indexer.storage.arrow_tables import open_arrow

    table = open_arrow(file, limits)
    names = table.names()
    if column not in names:
        raise InputError(
            f"has no column {column!r}",
            path=file.name,
            fix=f"set [corpus] column; its columns are {', '.join(names)}",
        )
    n_rows = table.n_rows()
    n_said = 0
    for number, row in enumerate(table.rows([column]), 1):
        where = f"row {number - 1:,}"
        yield where, _text(row[column], column, file.name, where)
        if on_read is not None and (number % 1024 == 0 or number == n_rows):
            on_read(file.n_bytes * number // n_rows - n_said)
            n_said = file.n_bytes * number // n_rows
