"""``index.json`` of MosaicML Streaming: the shards it lists, each as it lies there, unpacked or packed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexer.corpus.formats.columns import COLUMNS, column_of_ids, refuse_mask
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
            _require_columns(entry)
            found.append((file, {**entry, "hashes": hashes}))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"is no MDS index ({error!r})", path=index.name) from None
    return found


def _require_columns(entry: dict[str, Any]) -> None:
    """Raise a KeyError or ValueError where a listed shard does not say what it holds, as MDS does."""
    columns = [entry[f"column_{of_each}"] for of_each in ("names", "encodings", "sizes")]
    counts = [
        entry["samples"],
        entry["raw_data"]["bytes"],
        *(size for size in columns[2] if size is not None),
    ]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError(f"counts {counts}")
    if not all(isinstance(one, str) for one in (*columns[0], *columns[1], entry["compression"] or "")):
        raise ValueError(f"columns {columns}")
    if len({len(of_each) for of_each in columns}) != 1:
        raise ValueError(f"columns {columns}, not as many of each")


def array_column(entry: dict[str, Any], wanted: str | None, wanted_mask: str | None, *, path: str) -> int:
    """Return the place of the column that holds the ids of a shard.

    Parameters
    ----------
    entry : dict
        The shard, as the index lists it.
    wanted, wanted_mask : str or None
        Columns of the ids and of a mask, as the configuration names them.
    path : str
        The shard's file, for messages.

    Raises
    ------
    ConfigError
        Several columns may hold the ids, or there is a mask, which is not read of MDS.
    InputError
        No column holds arrays of ids.
    """
    names, encodings = entry["column_names"], entry["column_encodings"]
    refuse_mask(names, wanted_mask, path=path, form="MDS")
    arrays = [name for name, encoding in zip(names, encodings, strict=True) if _is_array(encoding)]
    name = column_of_ids(names if wanted else arrays, wanted, path=path)
    name = name or next((one for one in COLUMNS if not wanted and one in names), None)
    if name is None:
        raise InputError(
            f"has no column {wanted or ' or '.join(COLUMNS)}",
            path=path,
            fix=f"set [corpus] column; its columns are {', '.join(names)}",
        )
    column: int = names.index(name)
    if not _is_array(encodings[column]):
        raise InputError(
            f"has {name!r} as {encodings[column]}, which is no array of ids",
            path=path,
            fix="tokenize raw text with `exposure tokenize` first" if encodings[column] == "str" else None,
        )
    return column


def _is_array(encoding: str) -> bool:
    return encoding == "bytes" or encoding.startswith("ndarray")
