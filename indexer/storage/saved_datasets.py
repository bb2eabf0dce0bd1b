"""Folders that `datasets.Dataset.save_to_disk` wrote: which files hold the rows, and in what order.

``state.json`` lists ``_data_files``; ``dataset_dict.json`` lists ``splits``, each a folder of its own.
Source: huggingface/datasets arrow_dataset.py, dataset_dict.py.
"""

from __future__ import annotations

import json
from pathlib import Path

from indexer.errors import InputError
from indexer.storage import file_bytes, files

STATE = "state.json"
SPLITS = "dataset_dict.json"
DESCRIPTIONS = frozenset({STATE, SPLITS, "dataset_info.json", "dataset_infos.json"})
"""Files beside the rows that hold none."""


def saved_files(folder: str, *, base: Path) -> list[str] | None:
    """Return the data files that ``state.json`` lists, None where the folder holds none.

    Raises
    ------
    InputError
        ``state.json`` lists no data files.
    """
    state = files.join(folder, STATE)
    if not files.exists(state, base=base):
        return None
    text = file_bytes.read_all(files.file_at(state, base=base))
    try:
        listed = [files.join(folder, entry["filename"]) for entry in json.loads(text)["_data_files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"lists no data files ({error!r})", path=state) from None
    return listed


def saved_splits(folder: str, *, base: Path) -> list[str] | None:
    """Return the folders that ``dataset_dict.json`` lists, None where the folder holds none.

    Raises
    ------
    InputError
        ``dataset_dict.json`` lists no splits.
    """
    described = files.join(folder, SPLITS)
    if not files.exists(described, base=base):
        return None
    text = file_bytes.read_all(files.file_at(described, base=base))
    try:
        return [files.join(folder, str(split)) for split in json.loads(text)["splits"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"lists no splits ({error!r})", path=described) from None
