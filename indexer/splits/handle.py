"""An index as an object in Python: read-only, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import ConfigError
from indexer.exposure.query_door import UNHURRIED, QueryLimits
from indexer.index_dir import IndexDir
from indexer.near_names import did_you_mean
from indexer.splits.ask import Answer, ask
from indexer.splits.item_history import item_history
from indexer.splits.named_values import find_phrase, is_item
from indexer.splits.query_file import find_query_file

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Index:
    """A merged index, opened for asking.

    Parameters
    ----------
    root : str or Path
        The index directory.
    limits : QueryLimits, optional
        What one question may take; default: 60 s for a statement of yours, half of the machine's memory, ten
        million rows.
    attach : mapping of str to str or Path, optional
        Further index directories, by the name that questions call their tables by.

    Raises
    ------
    ConfigError
        There is no index.
    StateError
        It is not merged, or of another schema version.

    Examples
    --------
    >>> import indexer
    >>> index = indexer.open_index("sample/index")  # doctest: +SKIP
    >>> index.split(checkpoint=500).group_by("split").aggregate([("pair_id", "count")])  # doctest: +SKIP
    """

    def __init__(
        self,
        root: str | Path,
        limits: QueryLimits | None = None,
        attach: Mapping[str, str | Path] | None = None,
    ) -> None:
        self.root = Path(root)
        self.attached = dict(attach or {})
        self.limits = limits or QueryLimits()
        facts = ask(root, "SELECT key, value FROM provenance").rows
        self.provenance: dict[str, str] = dict(
            zip(facts["key"].to_pylist(), facts["value"].to_pylist(), strict=True)
        )

    def __repr__(self) -> str:
        """Return where the index is and which plan it was built from."""
        state = "" if self.complete else ", incomplete"
        return f"<exposure index {self.root}, plan {self.fingerprint}{state}>"

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the plan."""
        return self.provenance["plan_fingerprint"]

    @property
    def complete(self) -> bool:
        """Whether a count of 0 means never, of phrases that the ids can spell."""
        facts = self.provenance
        return facts["complete"] == "true" and facts.get("zeros_weakened_by", "[]") == "[]"

    def ask(self, question: str, /, **parameters: Any) -> Answer:
        """Ask by the name of a question, a query file or one SELECT; parameters by name.

        Returns
        -------
        Answer
            The rows with their provenance.
        """
        spelled = {name: _spell(value) for name, value in parameters.items()}
        file = find_query_file(question)
        attach = {
            name: other for name, other in self.attached.items() if file is None or name in file.attached
        }
        return ask(self.root, question, spelled, self.limits, attach)

    def sql(self, question: str, /, **parameters: Any) -> pa.Table:
        """Return the rows of a question as an Arrow table; see `ask`."""
        return self.ask(question, **parameters).rows

    def to_arrow(self, table: str = "exposures") -> pa.Table:
        """Return a whole table or view of the index.

        Raises
        ------
        ConfigError
            The index has no table of that name.
        """
        answer = ask(
            self.root,
            "SELECT table_name AS name FROM duckdb_tables()"
            " UNION SELECT view_name FROM duckdb_views() WHERE NOT internal",
        )
        names = answer.rows["name"].to_pylist()
        if table not in names:
            raise ConfigError(
                f"no table is called {table!r}",
                path=self.root,
                expected=", ".join(sorted(names)),
                fix=did_you_mean(table, names),
            )
        # As many rows as there are: it is a table of ours.
        return ask(self.root, f"SELECT * FROM {table}", limits=UNHURRIED).rows

    def to_pandas(self, table: str = "exposures") -> pd.DataFrame:
        """Return a whole table or view of the index as a data frame."""
        return self.to_arrow(table).to_pandas()

    def split(self, checkpoint: int | None = None, min_count: int = 1, side: str = "either") -> pa.Table:
        """Return the split of the pairs.

        Parameters
        ----------
        checkpoint : int, optional
            Steps taken, one of the grid; default: the whole window.
        min_count : int
            Fewest exposures that make a phrase exposed.
        side : {"good", "bad", "either", "both"}
            Whose phrase must be exposed.
        """
        return self.sql("splits/at_checkpoint", checkpoint=checkpoint, min_count=min_count, side=side)

    def exposures(self, phrase: str) -> dict[str, Any] | None:
        """Return what the model saw of one phrase, or None where the index does not hold the phrase."""
        found = find_phrase(IndexDir(self.root), phrase)
        if found is None:
            return None
        rows: list[dict[str, Any]] = self.sql("explore/phrase", phrase=found).to_pylist()
        return rows[0]

    def item(self, item: str) -> dict[str, Any] | None:
        """Return what the model saw of one item, or None where the index does not hold it.

        Returns
        -------
        dict or None
            The row of the table ``items``; under ``roles``, by name: the text of the field, its verdict,
            its windows, where its longest verbatim span stands, and the text around that.
        """
        if not is_item(IndexDir(self.root), item):
            return None
        history = item_history(self.root, item)
        roles = {role.role: asdict(role) for role in history.roles}
        for role in history.roles:
            roles[role.role]["context"] = role.context and role.context._asdict()
        return {**history.facts, "roles": roles, "contexts_missing": history.contexts_missing}


def _spell(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)
