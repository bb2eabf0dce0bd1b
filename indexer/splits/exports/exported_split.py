"""The pairs of a split with everything other tools need of them, and where the split comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indexer.errors import ConfigError, StateError
from indexer.index_dir import IndexDir
from indexer.splits.ask import Answer, ask
from indexer.splits.manifest import provenance
from indexer.splits.named_values import require_pairs

STUDY_SPLITS = ("proxy_train", "proxy_validation")
UNKNOWN = "unknown"

_NAME = re.compile(r"\w+")
"""What ``datasets`` takes for the name of a split."""


@dataclass(frozen=True)
class ExportedSplit:
    """The pairs of a split, split by split.

    Attributes
    ----------
    splits : dict of str to pyarrow.Table
        For each split its pairs, ordered by ``pair_id``: the columns of the query ``explore/pairs`` without
        ``excluded``, then those of the split query it does not have.
    answer : Answer
        What the split query answered.
    n_unknown : int
        Pairs left out because it is not known where they belong.
    """

    splits: dict[str, pa.Table]
    answer: Answer
    n_unknown: int

    @property
    def rows(self) -> pa.Table:
        """All pairs, split after split."""
        return pa.concat_tables(self.splits.values())

    def provenance(self) -> dict[str, Any]:
        """Return where the split comes from, with the size of each part; free of dates and paths."""
        sizes = {name: table.num_rows for name, table in self.splits.items()}
        return {**provenance(self.answer), "splits": sizes, "unknown_left_out": self.n_unknown}


def exported_split(root: str | Path, question: str, parameters: Mapping[str, str]) -> ExportedSplit:
    """Ask for a split and join the pairs to it.

    Parameters
    ----------
    root : str or Path
        The index directory.
    question : str
        A query with the columns ``pair_id`` and ``split``.
    parameters : mapping of str to str
        Its parameters.

    Raises
    ------
    ConfigError
        The query has no such columns, names a pair twice or one that is not in the index, or a split is no
        plain word.
    StateError
        A split is empty: other tools take an empty list for everything.
    """
    answer = ask(root, question, parameters)
    missing = {"pair_id", "split"} - set(answer.rows.column_names)
    if missing:
        raise ConfigError(
            f"is no split: it has no column {' and no column '.join(sorted(missing))}",
            path=answer.query,
            expected="columns pair_id and split, as in splits/at_checkpoint",
        )
    require_pairs(IndexDir(root))
    pairs = ask(root, "explore/pairs").rows.drop_columns(["excluded"])
    pair_ids = answer.rows["pair_id"].to_pylist()
    if len(set(pair_ids)) < len(pair_ids):
        raise ConfigError("names a pair twice", path=answer.query, expected="one row a pair")
    unheard = set(pair_ids) - set(pairs["pair_id"].to_pylist())
    if unheard:
        raise ConfigError(f"names a pair that is not in the index: {min(unheard)!r}", path=answer.query)
    own = [name for name in answer.rows.column_names if name == "pair_id" or name not in pairs.column_names]
    joined = (
        pairs.join(answer.rows.select(own), "pair_id", join_type="inner").sort_by("pair_id").combine_chunks()
    )

    names = sorted(set(joined["split"].drop_null().to_pylist()) - {UNKNOWN})
    for name in names:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"split {name!r} is no plain word",
                path=answer.query,
                expected="letters, digits and underscores",
            )
    splits = {name: joined.filter(pc.equal(joined["split"], name)) for name in names}
    wanted = STUDY_SPLITS if not names or set(names) <= set(STUDY_SPLITS) else ()
    empty = [name for name in wanted if name not in splits]
    if empty:
        raise StateError(
            f"no pair is in {' or in '.join(empty)}; other tools take an empty split for everything",
            path=root,
            fix="choose another checkpoint, minimum count or side",
        )
    return ExportedSplit(splits, answer, joined.num_rows - sum(table.num_rows for table in splits.values()))
