"""One row of a source, and where it stands, for messages that name file and line."""

from __future__ import annotations

from typing import Any, NamedTuple

from indexer.errors import ConfigError


class Record(NamedTuple):
    """One row of a source.

    Attributes
    ----------
    path : str
        The file as the user knows it, or the name of a hub data set.
    unit : str
        What `number` counts: ``line`` (from 1) or ``row`` (from 1).
    number : int
        Where the row stands.
    values : dict
        Its fields.
    typed : bool
        False where the format spells every value as text (CSV, TSV).
    """

    path: str
    unit: str
    number: int
    values: dict[str, Any]
    typed: bool = True

    def wrong(self, what: str, *, expected: str | None = None, fix: str | None = None) -> ConfigError:
        """Return the error that names this row."""
        return ConfigError(
            what, path=self.path, offset=f"{self.unit} {self.number}", expected=expected, fix=fix
        )
