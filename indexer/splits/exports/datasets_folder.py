"""A split as a folder that ``datasets.load_dataset(folder)`` reads, offline or from the hub.

::

    README.md                                     data card; its YAML names the splits and their files
    data/proxy_train-00000-of-00001.parquet       one file a split
    croissant.json                                the same for machines, with the SHA-256 of each file
    provenance.json                               index, query and parameters
"""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from indexer.splits.exports.croissant import croissant
from indexer.splits.exports.data_card import data_card
from indexer.splits.exports.exported_split import ExportedSplit

DATA = "data"


def write_datasets_folder(split: ExportedSplit, folder: Path) -> None:
    """Fill a folder with the splits, a data card and Croissant metadata."""
    (folder / DATA).mkdir()
    files = {}
    for name, table in split.splits.items():
        files[name] = f"{DATA}/{name}-00000-of-00001.parquet"
        pq.write_table(
            table.replace_schema_metadata(None),
            folder / files[name],
            compression="zstd",
            write_page_checksum=True,
        )
    (folder / "README.md").write_text(data_card(split, files), encoding="utf-8")
    described = croissant(split, files, folder)
    (folder / "croissant.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
