"""The list of documents that dolma writes beside an array of OLMo: ``part-0-00000.csv.gz``.

A line a document: ``start,end,id,source,line``, ids from `start` to before `end`, without a header. Source:
allenai/dolma python/dolma/tokenizer/memmap_writer.py.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.compressed import Limits, read_unpacked, without_suffix
from indexer.storage.files import CorpusFile
from indexer.units import Int64Array

ENDING = ".csv.gz"


class OlmoDocuments(NamedTuple):
    """Where the documents of an array begin, and what they are called."""

    starts: Int64Array
    names: list[str]


def beside(file: CorpusFile, *, base: Path) -> CorpusFile | None:
    """Return the list beside an array; None where there is none."""
    url = without_suffix(file.url)
    path = (url[: -len(".npy")] if url.endswith(".npy") else url) + ENDING
    return files.file_at(path, base=base) if files.exists(path, base=base) else None


def read_documents(file: CorpusFile, n_ids: int, limits: Limits) -> OlmoDocuments:
    """Read a list of documents.

    Raises
    ------
    InputError
        A line cannot be read, or the documents do not follow each other up to the end of the array.
    """
    text = read_unpacked(file, limits).decode("utf-8", "replace")
    starts, names, end = [], [], 0
    for number, row in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
        try:
            start, stop, name = int(row[0]), int(row[1]), row[2]
        except (ValueError, IndexError):
            raise InputError(
                "lists no document", path=file.name, offset=f"line {number:,}", expected="start,end,id,..."
            ) from None
        if start != end or stop < start:
            raise InputError(
                f"lists a document of ids {start:,} to {stop:,}",
                path=file.name,
                offset=f"line {number:,}",
                expected=f"one that begins at {end:,}",
            )
        starts.append(start)
        names.append(name)
        end = stop
    if end != n_ids:
        raise InputError(
            f"lists documents up to id {end:,}",
            path=file.name,
            expected=f"{n_ids:,}, as the array holds",
            fix='it belongs to another array: take it away, or set [index] occurrences = "none"',
        )
    return OlmoDocuments(np.array(starts, np.int64), names)
