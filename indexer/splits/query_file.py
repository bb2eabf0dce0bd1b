"""A question as a file: SQL with a title, a sentence and declared parameters.

The head of a query file is a block of comment lines::

    -- title: Most exposed phrases
    -- The phrases the model met most often, with their first and last step.
    -- example: exposure query index most_exposed -p n_rows=5
    -- attach other: an index of another corpus
    -- param at_least: COUNT = 1 -- fewest exposures of a phrase that is listed
    -- param n_rows: NATURAL = 20 -- how many are listed

A type is one of DuckDB (BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN) or says what is meant: COUNT (1 or more),
NATURAL (0 or more), SHARE (0 to 1), one of a few words (SIDE, DIRECTION, RANGE, GROUP), or what
`indexer.splits.named_values` looks up in the index: PHRASE, WORDS, PARADIGM, MODEL, MEASURE, DATASET, ROLE,
ROLES (a role, or all that have a name before the dot: `choices` of `choices.0`), ANYROLE (the same, and the
roles of minimal pairs), ATTRIBUTE, ITEM.

A question of several indexes names the others (``attach``), whose tables it calls ``other.exposures``; most
have no such line.

A parameter without ``= value`` must be given; ``= NULL`` makes it optional. In the SQL it is ``$at_least``.
Whoever gives ``NULL`` gives no value, but for a text that must be given: that is the text ``NULL``. A
parameter that is used but not declared, or declared but not used, fails when the file is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError
from indexer.near_names import did_you_mean
from indexer.storage.opening import read_text

_PARAMETER = re.compile(r"param\s+(\w+)\s*:\s*([A-Z]+)\s*(?:=\s*(.*?)\s*)?--\s*(.+)$")
_ATTACHED = re.compile(r"attach\s+(\w+)\s*:\s*(.+)")
_NUMBER = re.compile(r"(?:(?:step|checkpoint|ckpt)[-_ ]?)?(\d[\d,_ ]*)", re.IGNORECASE)
_USED = re.compile(r"\$(\w+)")
_LITERALS_AND_COMMENTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    Attributes
    ----------
    name : str
        As in ``$name``.
    type : str
        BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, COUNT, NATURAL, SHARE, SIDE, DIRECTION, RANGE, GROUP,
        PHRASE, WORDS, PARADIGM, MODEL, MEASURE, DATASET, ROLE, ROLES, ANYROLE, ATTRIBUTE or ITEM.
    default : str or None
        Its value as text where none is given; None: it must be given.
    help : str
        What it means.
    """

    name: str
    type: str
    default: str | None
    help: str

    def parse(self, text: str) -> Any:
        """Turn the text of a value into what DuckDB is given.

        Raises
        ------
        ConfigError
            The text is not of the declared type.
        """
        if text.upper() == "NULL" and self._may_be_null:
            return None
        try:
            return _TYPES[self.type](text)
        except (ValueError, KeyError):
            raise ConfigError(
                f"parameter {self.name} = {text!r} is {_wrong(self.type)}",
                expected=_RANGES.get(self.type) or " or ".join(_CHOICES.get(self.type, (self.type,))),
                fix=self._meant(text),
            ) from None

    def _meant(self, text: str) -> str | None:
        """Return the advice for a word that is nearly one, or a number as in step1000 and 143,000."""
        if self.type in _CHOICES:
            return did_you_mean(text, _CHOICES[self.type])
        number = _NUMBER.fullmatch(text.strip())
        if number is None or self.type not in ("BIGINT", "INTEGER", "COUNT", "NATURAL"):
            return None
        return f"did you mean {re.sub('[,_ ]', '', number[1])}?"

    @property
    def _may_be_null(self) -> bool:
        """Whether ``NULL`` is no value: a phrase may be ``null``, and nothing is compared with no count."""
        if self.type in _RANGES or self.type in _CHOICES:
            return self.default == "NULL"
        return self.type not in _TEXTS or self.default is not None


def _wrong(kind: str) -> str:
    return "no choice" if kind in _CHOICES else "not of its type"


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _at_least(least: int, text: str) -> int:
    if not least <= int(text) < 1 << 63:
        raise ValueError
    return int(text)


def _share(text: str) -> float:
    if not 0 <= float(text) <= 1:
        raise ValueError
    return float(text)


def _one_of(words: tuple[str, ...], text: str) -> str:
    if text not in words:
        raise ValueError
    return text


_CHOICES = {
    "SIDE": ("good", "bad", "either", "both"),
    "DIRECTION": ("high", "low"),
    "RANGE": ("sequence", "document"),
    "GROUP": ("paradigm", "dataset", "item"),
}
_RANGES = {
    "COUNT": "a whole number of 1 or more",
    "NATURAL": "a whole number of 0 or more",
    "SHARE": "a number from 0 to 1",
}
_NAMES = (
    "PHRASE",
    "WORDS",
    "PARADIGM",
    "MODEL",
    "MEASURE",
    "DATASET",
    "ROLE",
    "ROLES",
    "ANYROLE",
    "ATTRIBUTE",
    "ITEM",
)
_TEXTS = ("VARCHAR", *_CHOICES, *_NAMES)
_TYPES: dict[str, Any] = {
    "BIGINT": int,
    "INTEGER": int,
    "DOUBLE": float,
    "BOOLEAN": _boolean,
    "COUNT": partial(_at_least, 1),
    "NATURAL": partial(_at_least, 0),
    "SHARE": _share,
    **dict.fromkeys(("VARCHAR", *_NAMES), str),
    **{name: partial(_one_of, words) for name, words in _CHOICES.items()},
}


@dataclass(frozen=True)
class QueryFile:
    """A loaded query file.

    Attributes
    ----------
    name : str
        Folder and stem, as in ``splits/by_window``.
    title, sentence : str
        What it is called and what it answers.
    example : str
        A command line that asks it; empty where the file gives none.
    parameters : tuple of Parameter
        In order of declaration.
    sql : str
        The whole text of the file.
    attached : dict of str to str
        Further indexes that it asks, by name, and what each is.
    """

    name: str
    title: str
    sentence: str
    example: str
    parameters: tuple[Parameter, ...]
    sql: str
    attached: dict[str, str] = field(default_factory=dict)

    def refuse_others(self, given: Collection[str]) -> None:
        """Refuse indexes that the question does not ask, and a question without those that it does.

        Raises
        ------
        ConfigError
            One is missing, or has no effect.
        """
        for name, what in self.attached.items():
            if name not in given:
                raise ConfigError(
                    f"asks two indexes, and none is attached as {name}",
                    path=self.name,
                    expected=what,
                    fix=f"add --attach {name}=INDEX2",
                )
        for name in given:
            if name not in self.attached:
                raise ConfigError(
                    f"asks no index that is attached as {name}",
                    path=self.name,
                    expected=" and ".join(self.attached) or "no further index",
                    fix=did_you_mean(name, self.attached),
                )

    def bind(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return a value for every parameter.

        Raises
        ------
        ConfigError
            A name is unknown, a value is missing or of the wrong type.
        """
        known = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in known:
                raise ConfigError(
                    f"unknown parameter {name!r}",
                    path=self.name,
                    expected=" or ".join(known) if known else "no parameter",
                    fix=did_you_mean(name, known),
                )
        values = {}
        for parameter in self.parameters:
            text = given.get(parameter.name, parameter.default)
            if text is None:
                raise ConfigError(
                    f"parameter {parameter.name} is not given",
                    path=self.name,
                    expected=f"{parameter.type}: {parameter.help}",
                    fix=f"add -p {parameter.name}=...",
                )
            values[parameter.name] = parameter.parse(text)
        return values


def load_query_file(path: Path, name: str | None = None) -> QueryFile:
    """Load and check a query file.

    Raises
    ------
    ConfigError
        It has no title or sentence, a parameter line cannot be read, or the parameters declared are not those
        used; the message names the line.
    """
    text = read_text(path, error=ConfigError, missing="no such query file")
    title, example, sentence, parameters, attached = "", "", [], [], {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("--"):
            break
        words = line[2:].strip()
        if words.startswith("title:"):
            title = words.removeprefix("title:").strip()
        elif words.startswith("example:"):
            example = words.removeprefix("example:").strip()
        elif match := _ATTACHED.fullmatch(words):
            attached[match[1]] = match[2]
        elif words.startswith("param "):
            parameters.append(_read_parameter(words, path, number))
        elif not parameters and not attached:
            sentence.append(words)
    if not title or not sentence:
        raise ConfigError(
            "has no title or no sentence",
            path=path,
            offset="line 1",
            expected="-- title: ..., then -- a sentence",
        )
    _check_use(text, parameters, path)
    return QueryFile(name or path.stem, title, " ".join(sentence), example, tuple(parameters), text, attached)


def _read_parameter(words: str, path: Path, number: int) -> Parameter:
    match = _PARAMETER.match(words)
    if match is None or match[2] not in _TYPES:
        raise ConfigError(
            "parameter line cannot be read",
            path=path,
            offset=f"line {number}",
            expected="-- param name: TYPE = default -- what it means, with TYPE " + ", ".join(_TYPES),
        )
    default = match[3].strip("'") if match[3] is not None else None
    parameter = Parameter(match[1], match[2], default, match[4].strip())
    if default is not None:
        parameter.parse(default)
    return parameter


def _check_use(text: str, parameters: list[Parameter], path: Path) -> None:
    declared = {parameter.name for parameter in parameters}
    bare = _LITERALS_AND_COMMENTS.sub(lambda match: " " * len(match[0]), text)
    for match in _USED.finditer(bare):
        if match[1] not in declared:
            line = bare.count("\n", 0, match.start()) + 1
            raise ConfigError(f"${match[1]} is used but not declared", path=path, offset=f"line {line}")
        parameters = [parameter for parameter in parameters if parameter.name != match[1]]
    if parameters:
        raise ConfigError(f"parameter {parameters[0].name} is declared but not used", path=path)


@cache
def shipped_queries() -> dict[str, Path]:
    """Return the query files that come with the package, by name as in ``splits/by_window``."""
    inside = Path(str(files("indexer"))) / "queries"
    folder = inside if inside.is_dir() else inside.parent.parent / "queries"
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.glob("*/*.sql"))
    }


def find_query_file(word: str) -> QueryFile | None:
    """Return the query a word names: a file, or a shipped query with or without its folder.

    Returns
    -------
    QueryFile or None
        None where the word names none, so it can only be SQL.
    """
    if word.endswith(".sql"):
        return load_query_file(Path(word))
    for name, path in shipped_queries().items():
        if word in (name, path.stem):
            return load_query_file(path, name)
    return None
