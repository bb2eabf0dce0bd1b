"""A split as a folder that ``datasets.load_dataset(folder)`` reads, offline or from the hub.

::

    README.md                                     data card; its YAML names the splits and their files
    data/proxy_train-0123456789abcdef.parquet     one file a split, named by its SHA-256
    croissant.json                                the same for machines, with the SHA-256 of each file
    provenance.json                               index, query and parameters

`datasets` keeps what it read by the name of the folder and the text of the card's YAML, without the path or
the bytes: of another split in a folder of the same name it gave the earlier pairs, and the harness scored
those. So the names of files hold a hash.
"""

from __future__ import annotations

import hashlib
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
        written = folder / DATA / f"{name}.parquet"
        pq.write_table(
            table.replace_schema_metadata(None), written, compression="zstd", write_page_checksum=True
        )
        digest = hashlib.sha256(written.read_bytes()).hexdigest()
        files[name] = f"{DATA}/{name}-{digest[:16]}.parquet"
        written.rename(folder / files[name])
    (folder / "README.md").write_text(data_card(split, files), encoding="utf-8")
    described = croissant(split, files, folder)
    (folder / "croissant.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
