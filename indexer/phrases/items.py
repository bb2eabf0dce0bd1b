"""Items of a source: each named, its fields in roles, and what is looked for of each field."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from indexer.config.items import ItemsConfig
from indexer.errors import ConfigError
from indexer.near_names import did_you_mean
from indexer.phrases.fields import checked_text, id_of, name_of
from indexer.phrases.item_fields import column_of, fields_of, holds_column
from indexer.phrases.item_table import ItemRows
from indexer.phrases.phrase_table import MOST_PHRASE_BYTES, PhraseTable
from indexer.phrases.sources.record import Record
from indexer.phrases.sources.source import source_name
from indexer.phrases.windows import windows_of
from indexer.plurals import counted

ID_NAMES = ("item_id", "id", "idx")
WITHOUT_TEXT = "no text in any role"
_SPELLED_LIST = re.compile(r"\s*\[\s*(['\"]).*\1\s*\]\s*", re.DOTALL)
"""What Python and NumPy make of a list of texts that is written into a CSV file."""


class ItemReader:
    """Gives every item of one source its phrases.

    Parameters
    ----------
    config : ItemsConfig
        Columns, roles and windows.
    phrases : PhraseTable
        Takes the phrases.
    rows : ItemRows
        Takes the items.
    taken : dict of str to str
        Where each item stands that there is already, by its id; those that are read are added.
    """

    def __init__(
        self, config: ItemsConfig, phrases: PhraseTable, rows: ItemRows, taken: dict[str, str]
    ) -> None:
        self._config = config
        self._phrases = phrases
        self._rows = rows
        self._taken = taken
        self._dataset = config.dataset or source_name(config.source)
        self._empty = dict.fromkeys(config.roles, 0)
        self._with_text: set[str] = set()
        self._layout = 0
        self._spelled_lists: dict[str, int] = {}

    def read(self, records: Iterator[Record], *, whitespace: str) -> list[str]:
        """Read the rows of the source.

        Parameters
        ----------
        records : iterator of Record
            The rows.
        whitespace : str
            Of the match settings.

        Returns
        -------
        list of str
            What a user should know of them, one sentence each.

        Raises
        ------
        ConfigError
            The source is empty, a column is missing, two items have one id, or a field is no text or cannot
            be looked for; file and line are named.
        """
        first = next(records, None)
        if first is None:
            raise ConfigError("holds no items: it is empty", path=self._config.source)
        id_column = self._id_column(first)
        n_items = 0
        for record in itertools.chain([first], records):
            self._read(record, id_column, n_items)
            n_items += 1
        for role, column in self._config.roles.items():
            if column not in first.values and role not in self._with_text:
                raise ConfigError(
                    f"no row has text in {column!r}, which [items.roles] {role} names",
                    path=self._config.source,
                    fix=f"in the first row stands {first.values[column_of(first.values, column)]!r:.80}",
                )
        return [*self._notes(n_items), *self._notes_on_layout(whitespace)]

    def _id_column(self, first: Record) -> str | None:
        config = self._config
        columns = ", ".join(map(str, first.values)) or "none"
        if not config.roles:
            raise ConfigError(
                f"no roles are given (columns: {columns})",
                path=config.source,
                fix='name a column for each role, as in [items.roles] question = "question"',
            )
        for role, column in config.roles.items():
            if not holds_column(first.values, column):
                raise ConfigError(
                    f"no column {column!r}, which [items.roles] {role} names (columns: {columns})",
                    path=first.path,
                    fix=did_you_mean(column, map(str, first.values)),
                )
        for key in ("id", "paradigm"):
            named = getattr(config, key)
            if named is not None and named not in first.values:
                raise ConfigError(
                    f"no column {named!r}, which [items] {key} names (columns: {columns})", path=first.path
                )
        return config.id or next((name for name in ID_NAMES if name in first.values), None)

    def _read(self, record: Record, id_column: str | None, number: int) -> None:
        given = id_of(record, id_column, default=number)
        item_id = given if given.startswith(f"{self._dataset}/") else f"{self._dataset}/{given}"
        here = f"{record.path}, {record.unit} {record.number}"
        earlier = self._taken.setdefault(item_id, here)
        if earlier is not here:
            raise record.wrong(f"item {item_id} stands twice, first at {earlier}")
        n_phrases = 0
        for name, column in self._config.roles.items():
            of_role = sum(
                self._look_for(record, item_id, role, value)
                for role, value in self._fields(record, name, column)
            )
            if of_role:
                self._with_text.add(name)
            n_phrases += of_role
        self._rows.add_item(
            item_id,
            self._dataset,
            name_of(record, self._config.paradigm),
            self._attributes(record, id_column),
            None if n_phrases else WITHOUT_TEXT,
        )

    def _fields(self, record: Record, role: str, column: str) -> Iterator[tuple[str, Any]]:
        """Yield the roles that one of the configuration stands for, a list's elements each in its own."""
        n_fields = 0
        for name, value in fields_of(record.values, role, column):
            if name != role and name in self._config.roles:
                raise record.wrong(
                    f"an element of the list in column {column!r} would have the role {name}, which is taken",
                    fix=f"give the role {name} of [items.roles] another name",
                )
            n_fields += 1
            yield name, value
        if not n_fields:
            self._count_empty(role)

    def _count_empty(self, role: str) -> None:
        self._empty[role] = self._empty.get(role, 0) + 1

    def _look_for(self, record: Record, item_id: str, role: str, value: Any) -> int:
        """Give what is looked for of one field its numbers, and return how many phrases it is."""
        text = self._text(record, role, value)
        if text is None:
            self._count_empty(role)
            return 0
        if _SPELLED_LIST.fullmatch(text):
            self._spelled_lists[role] = self._spelled_lists.get(role, 0) + 1
        self._layout += text.strip() != " ".join(text.split())
        windows = windows_of(text, self._config.window)
        for place, (start, stop) in enumerate(windows):
            window = text[start:stop]
            size = len(window.encode("utf-8"))
            if size > MOST_PHRASE_BYTES:
                raise record.wrong(
                    f"the {role} of {item_id} has a phrase of {size:,} bytes",
                    expected=f"at most {MOST_PHRASE_BYTES:,}",
                    fix="set [items] window to a number of words"
                    if self._config.window == 0
                    else "set [items] window to fewer words, or delete the row",
                )
            self._rows.add_phrase(item_id, role, place, self._phrases.add(window), start, stop, text)
        return len(windows)

    def _text(self, record: Record, role: str, value: Any) -> str | None:
        """Return the text of a role; None where there is none.

        Raises
        ------
        ConfigError
            It is a list in a list, an object, a number with a fraction, or something else that is no text.
        """
        column = self._config.roles.get(role) or self._config.roles[role.rpartition(".")[0]]
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise record.wrong(
                f"the {role} is no text but {value!r:.80} (column {column!r})",
                fix=_field_to_name(role, column, value) or "put a text, or a list of texts, into the column",
            )
        if not value.strip():
            return None
        return checked_text(record, column, f"the {role}", value)

    def _attributes(self, record: Record, id_column: str | None) -> Mapping[str, str]:
        """Return every other column as text."""
        columns = (column_of(record.values, column) for column in self._config.roles.values())
        used = {id_column, self._config.paradigm, *columns}
        return {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            for name, value in record.values.items()
            if name not in used and value is not None
        }

    def _notes(self, n_items: int) -> Iterable[str]:
        for role, n_empty in self._empty.items():
            if n_empty:
                items = counted(n_items, "item")
                yield f"no text in the role {role}: {n_empty:,} of {items} of {self._dataset}"
        for role, n_lists in self._spelled_lists.items():
            yield (
                f"lists that are spelled as text stand in {counted(n_lists, 'field')} of the role {role} of "
                f"{self._dataset}, and are looked for with their brackets: JSON lines and Parquet have lists"
            )

    def _notes_on_layout(self, whitespace: str) -> Iterable[str]:
        if self._layout and whitespace == "exact":
            yield (
                f"line breaks or several spaces in a row stand in {counted(self._layout, 'field')} of "
                f'{self._dataset}: whitespace = "exact" finds them only so spelled, "any" in every layout'
            )


def _field_to_name(role: str, column: str, value: Any) -> str | None:
    """Return the advice for an object: which of its fields to name."""
    if not isinstance(value, dict) or not value:
        return None
    role = role.partition(".")[0]
    fields = " or ".join(map(str, value))
    return f'name a field of it, as in {role} = "{column}.{next(iter(value))}" (fields: {fields})'
