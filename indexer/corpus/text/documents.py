"""Documents of raw text, in file order: JSON lines (plain or packed) and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.compressed import Limits, without_suffix
from indexer.storage.files import CorpusFile
from indexer.storage.json_lines import objects_of

TEXT_ENDINGS = (".jsonl", ".json", ".ndjson", ".parquet")
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
            inside = files.list_folder(source, base=base)
            texts = [name for name in inside if without_suffix(name).endswith(TEXT_ENDINGS)]
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
    on_read: Callable[[int], None] | None = None,
) -> Iterator[Document]:
    """Yield the documents of all files from `start` (file, document) on.

    Parameters
    ----------
    sources : sequence of CorpusFile
        JSON lines, plain or packed, or Parquet.
    column : str
        Key or column of the text.
    start : pair of int
        First document wanted: number of its file, its number there.
    limits : Limits, optional
        What unpacking may cost.
    on_read : callable, optional
        Called with the number of bytes of a file each time some are done.

    Raises
    ------
    InputError
        A document has no such key, or something other than text under it, or half a surrogate pair; or a
        file is damaged. The message names the line or row.
    """
    first_file, first_document = start
    for file_number in range(first_file, len(sources)):
        file = sources[file_number]
        skip = first_document if file_number == first_file else 0
        if file.name.endswith(".parquet"):
            texts = _parquet_texts(file, column, on_read)
        else:
            texts = _json_texts(file, column, limits, on_read)
        for number, text in enumerate(texts):
            if number >= skip:
                yield Document(file_number, number, text)


def _json_texts(
    file: CorpusFile, column: str, limits: Limits, on_read: Callable[[int], None] | None
) -> Iterator[str]:
    for line, value in objects_of(file, limits, on_read=on_read):
        text = value.get(column)
        if not isinstance(text, str):
            raise InputError(
                f"has no text under {column!r}",
                path=file.name,
                offset=f"line {line:,}",
                fix=f"set [corpus] column; its keys are {', '.join(value)}",
            )
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise InputError(
                    f"holds half a surrogate pair under {column!r}, character {error.start:,}",
                    path=file.name,
                    offset=f"line {line:,}",
                ) from None
        yield text


def _parquet_texts(file: CorpusFile, column: str, on_read: Callable[[int], None] | None) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with files.open_binary(file) as handle:
        try:
            parquet = pq.ParquetFile(handle)
        except pa.ArrowInvalid as error:
            raise InputError(f"is no Parquet file ({error})", path=file.name) from None
        names = parquet.schema_arrow.names
        if column not in names:
            raise InputError(
                f"has no column {column!r}",
                path=file.name,
                fix=f"set [corpus] column; its columns are {', '.join(names)}",
            )
        n_done, n_rows = 0, max(1, parquet.metadata.num_rows)
        for batch in parquet.iter_batches(batch_size=1024, columns=[column]):
            values: Any = batch.column(0).to_pylist()
            for row, text in enumerate(values):
                if not isinstance(text, str):
                    raise InputError(
                        f"has no text under {column!r}", path=file.name, offset=f"row {n_done + row:,}"
                    )
                yield text
            if on_read is not None:
                before = file.n_bytes * n_done // n_rows
                n_done += len(values)
                on_read(file.n_bytes * n_done // n_rows - before)
            else:
                n_done += len(values)
