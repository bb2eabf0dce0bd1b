"""``index.json`` of MosaicML Streaming: the shards it lists, each as it lies there, unpacked or packed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexer.errors import InputError
from indexer.storage import file_bytes, files
from indexer.storage.files import CorpusFile


def find_shards(folder: str, *, base: Path) -> list[tuple[CorpusFile, dict[str, Any]]]:
    """Return the shards of one ``index.json``, in its order, each as it lies there: unpacked or packed.

    Raises
    ------
    InputError
        The index or a shard is missing, broken, or of another size than the index says.
    """
    index = files.file_at(files.join(folder, "index.json"), base=base)
    found = []
    try:
        tables = json.loads(file_bytes.read_all(index))
        if tables["version"] != 2:
            raise InputError(f"is an index of version {tables['version']}", path=index.name, expected="2")
        for listed in tables["shards"]:
            entry = dict(listed)
            if entry["format"] != "mds":
                raise InputError(
                    f"lists a shard of format {entry['format']!r}", path=index.name, expected="mds"
                )
            raw, packed = entry["raw_data"], entry["zip_data"]
            chosen = raw
            if packed is not None and not files.exists(files.join(folder, raw["basename"]), base=base):
                chosen = packed
            else:
                entry["compression"] = None
            file = files.file_at(files.join(folder, chosen["basename"]), base=base)
            if file.n_bytes != chosen["bytes"]:
                raise InputError(
                    f"holds {file.n_bytes:,} bytes",
                    path=file.name,
                    expected=f"{chosen['bytes']:,}, as index.json says",
                )
            hashes = dict(chosen.get("hashes") or {})
            if not all(isinstance(digest, str) for digest in hashes.values()):
                raise ValueError(f"hashes {hashes}")
            found.append((file, {**entry, "hashes": hashes}))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"is no MDS index ({error!r})", path=index.name) from None
    return found
