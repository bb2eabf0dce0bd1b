"""A user's own rules: a TOML table by paradigm, or a Python function over each pair.

The function takes the two sentences and the row's fields. It returns None for a pair it leaves to the other
rules, or ``{"good": {"critical": (start, stop), "context": (start, stop)}, "bad": {...}}`` in code points;
each side may also hold a ``"phrase"``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from indexer.phrases.entry_point import load_function
from indexer.phrases.own_table import read_own_table
from indexer.phrases.rules.rule import Paradigm
from indexer.phrases.sentence import CharRange
from indexer.phrases.sources.record import Record
from indexer.phrases.spans import CharSpans, PairCharSpans, checked

OwnFunction: TypeAlias = Callable[[str, str, Mapping[str, Any]], Any]


class OwnRules(NamedTuple):
    """What a user brought along.

    Attributes
    ----------
    paradigms : dict
        Entries of a TOML table, by paradigm.
    function : callable or None
        A Python function asked first.
    name : str
        What the rule column calls the function.
    """

    paradigms: dict[str, Paradigm]
    function: OwnFunction | None = None
    name: str = ""


def load_own_rules(spelled: str | None, base: Path) -> OwnRules:
    """Load ``table.toml`` or ``file.py:function``; nothing where none is configured.

    Raises
    ------
    ConfigError
        The file is missing or cannot be read, or an entry of the table is wrong.
    """
    if spelled is None:
        return OwnRules({})
    if not spelled.endswith(".toml"):
        return OwnRules({}, load_function(spelled, base, "own_rules"), spelled.rpartition(":")[2])
    return OwnRules(read_own_table(spelled, base))


def ask(function: OwnFunction, pair: tuple[str, str], row: Record) -> PairCharSpans | None:
    """Return what a user's function marks in a pair, None where it leaves the pair to other rules.

    Raises
    ------
    ConfigError
        It raised, or returned something other than spans of the sentences; the row is named.
    """
    try:
        answer = function(*pair, row.values)
    except Exception as error:
        raise row.wrong(f"the own rule raised {type(error).__name__}: {error}") from error
    if answer is None:
        return None
    try:
        sides = [_side(text, answer[side]) for text, side in zip(pair, ("good", "bad"), strict=True)]
    except (KeyError, TypeError, ValueError) as error:
        raise row.wrong(
            f"the own rule returned {answer!r:.120} ({error})",
            expected='{"good": {"critical": (start, stop), "context": (start, stop)}, "bad": {...}} or None',
        ) from None
    return PairCharSpans(*sides)


def _side(text: str, given: Mapping[str, Any]) -> CharSpans:
    ranges = {
        name: None if given.get(name) is None else CharRange(*map(int, given[name]))
        for name in ("critical", "context", "phrase")
    }
    critical = ranges["critical"]
    if critical is None:
        raise ValueError("no critical span")
    return checked(text, critical, ranges["context"], ranges["phrase"])
