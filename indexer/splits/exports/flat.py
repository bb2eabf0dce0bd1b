"""A split as plain files: the manifest of the split, and its pairs for pandas, polars and minicons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexer.splits.exports.exported_split import ExportedSplit
from indexer.splits.manifest import write_manifest


def write_flat(split: ExportedSplit, folder: Path, format: str) -> None:
    """Write ``split.FORMAT``, the rows of the split query, and ``pairs.FORMAT``, a row for each pair.

    ``sentence_good`` and ``sentence_bad`` are the columns minicons scores; ``split`` says where each pair is.
    """
    write_manifest(split.answer, folder / f"split.{format}", format)
    write_manifest(replace(split.answer, rows=split.rows), folder / f"pairs.{format}", format)
