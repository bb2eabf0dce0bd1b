"""Occurrences as those who edit a corpus need them: what to skip, what to mask, where everything stands.

::

    skip-list    skip-list.parquet   documents or sequences that hold an occurrence
    loss-mask    ranges.npy          int64 (n, 3): sequence, start, stop; half-open, ascending, none overlap
    places       places.parquet      every exposure, with its phrase, file and row
    provenance.json                  index, phrases and how many rows
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from indexer.errors import ConfigError
from indexer.exposure.corpus_edits import (
    PLACES,
    SKIP_DOCUMENTS,
    SKIP_SEQUENCES,
    write_ranges,
    write_rows,
)
from indexer.index_dir import IndexDir
from indexer.splits.ask import Answer, ask
from indexer.splits.exports.folder import commit_export

EDITS = ("skip-list", "loss-mask", "places")
UNITS = ("document", "sequence")

_ALL = "SELECT phrase_id FROM phrases ORDER BY phrase_id"


class Edits(NamedTuple):
    """What was written.

    Attributes
    ----------
    n_rows : int
        Documents, sequences, ranges or exposures.
    complete : bool
        Whether the index covers its whole corpus; else there may be more.
    """

    n_rows: int
    complete: bool


def write_edits(
    root: str | Path,
    target: str,
    out: Path,
    *,
    by: str = "document",
    question: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Edits:
    """Write an export of occurrences as a folder.

    Parameters
    ----------
    root : str or Path
        The index directory; it must hold its occurrences.
    target : str
        One of `EDITS`.
    out : Path
        The folder; an earlier export there is replaced, anything else is left alone.
    by : str
        What a skip-list lists; one of `UNITS`.
    question : str, optional
        A query with the column ``phrase_id``: of which phrases; default: of all.
    parameters : mapping of str to str, optional
        Its parameters.

    Returns
    -------
    Edits
        How many rows it has, and whether that is all of them.

    Raises
    ------
    ConfigError
        The target or the unit is unknown, or the query has no such column or names no phrase.
    StateError
        The index holds no occurrences, does not know its documents, or the folder holds something else.
    """
    if target not in EDITS or by not in UNITS:
        raise ConfigError(f"unknown export {target!r} by {by!r}", expected=" or ".join(EDITS))
    index = IndexDir(root)
    answer = ask(root, question or _ALL, parameters or {})
    phrase_ids = None if question is None else _phrases_of(answer)
    n_rows = 0

    def fill(folder: Path) -> None:
        nonlocal n_rows
        if target == "loss-mask":
            n_rows = write_ranges(index, phrase_ids, folder / "ranges.npy")
        else:
            lists = SKIP_DOCUMENTS if by == "document" else SKIP_SEQUENCES
            query = lists if target == "skip-list" else PLACES
            n_rows = write_rows(index, query, phrase_ids, folder / f"{target}.parquet")

    commit_export(out, _origin(answer, target, by, question, phrase_ids), fill)
    return Edits(n_rows, answer.complete)


def _phrases_of(answer: Answer) -> list[int]:
    if "phrase_id" not in answer.rows.column_names:
        raise ConfigError("names no phrases", path=answer.query, expected="a column phrase_id")
    numbers = sorted(set(answer.rows["phrase_id"].drop_null().to_pylist()))
    if not numbers:
        raise ConfigError("names no phrase", path=answer.query, expected="at least one row")
    return numbers


def _origin(
    answer: Answer, target: str, by: str, question: str | None, phrase_ids: list[int] | None
) -> dict[str, Any]:
    return {
        "export": target,
        **({"by": by} if target == "skip-list" else {}),
        "index_fingerprint": answer.fingerprint,
        "index_complete": answer.complete,
        "query": question,
        "parameters": answer.parameters,
        "phrases": "all" if phrase_ids is None else len(phrase_ids),
    }
