"""Writes a split for other tools, by the name of the tool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from indexer.errors import ConfigError
from indexer.splits.exports.datasets_folder import write_datasets_folder
from indexer.splits.exports.exported_split import ExportedSplit, exported_split
from indexer.splits.exports.flat import write_flat
from indexer.splits.exports.folder import commit_export
from indexer.splits.exports.lm_eval_folder import write_lm_eval_folder

EXPORTS = ("lm-eval", "datasets", "parquet", "csv", "jsonl")


def write_export(
    root: str | Path,
    target: str,
    out: Path,
    *,
    question: str = "splits/at_checkpoint",
    parameters: Mapping[str, str] | None = None,
) -> ExportedSplit:
    """Write a split as a folder for another tool.

    Parameters
    ----------
    root : str or Path
        The index directory.
    target : str
        One of `EXPORTS`.
    out : Path
        The folder; an earlier export there is replaced, anything else is left alone.
    question : str
        A query with the columns ``pair_id`` and ``split``.
    parameters : mapping of str to str, optional
        Its parameters.

    Raises
    ------
    ConfigError
        The target is unknown, or the query is no split.
    StateError
        A split is empty, or the folder holds something that is no export.
    """
    if target not in EXPORTS:
        raise ConfigError(f"unknown export {target!r}", expected=" or ".join(EXPORTS))
    split = exported_split(root, question, parameters or {})

    def fill(folder: Path) -> None:
        if target == "lm-eval":
            write_lm_eval_folder(split, folder, out)
        elif target == "datasets":
            write_datasets_folder(split, folder)
        else:
            write_flat(split, folder, target)

    commit_export(out, split.provenance(), fill)
    return split
