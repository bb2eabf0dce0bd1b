"""Looks up what a parameter names: a phrase as the index spells it, a paradigm, model or measure of it.

A name that the index does not hold would give no rows or only zeros, which look like an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from indexer.errors import ConfigError
from indexer.exposure.query_door import UNHURRIED, ask_in_process
from indexer.folding import fold
from indexer.near_names import near_names
from indexer.phrases.gap_notation import NotationError, parse
from indexer.phrases.normalization import respelled
from indexer.plan.plan_file import read_plan
from indexer.plan.store import load_tokenizer_of

if TYPE_CHECKING:
    from indexer.index_dir import IndexDir
    from indexer.splits.query_file import QueryFile

_ROLES = "SELECT DISTINCT role FROM item_phrases JOIN items USING (item_id) WHERE kind = 'item' ORDER BY ALL"
_HELD = {
    "PHRASE": "SELECT phrase FROM phrases WHERE phrase = $name LIMIT 1",
    "PARADIGM": "SELECT DISTINCT paradigm FROM pairs ORDER BY ALL",
    "MODEL": "SELECT model FROM results UNION SELECT model FROM model_measures ORDER BY ALL",
    "MEASURE": "SELECT DISTINCT measure FROM results ORDER BY ALL",
    "DATASET": "SELECT DISTINCT dataset FROM items WHERE kind = 'item' ORDER BY ALL",
    "ROLE": _ROLES,
    "ROLES": _ROLES,
    "ANYROLE": "SELECT DISTINCT role FROM item_phrases ORDER BY ALL",
    "ATTRIBUTE": "SELECT DISTINCT unnest(map_keys(attributes)) FROM items WHERE kind = 'item' ORDER BY 1",
    "ITEM": "SELECT item_id FROM items WHERE item_id = $name",
    "match_case": "SELECT value FROM provenance WHERE key = 'match_case'",
}
_OF_TEXT = "SELECT phrase_id::VARCHAR FROM phrases WHERE phrase = $name ORDER BY phrase_id"
_NEAREST_ITEMS = """SELECT item_id FROM items
WHERE split_part(item_id, '/', -1) = split_part($name, '/', -1)
    OR jaro_winkler_similarity(item_id, $name) > 0.85
ORDER BY jaro_winkler_similarity(item_id, $name) DESC, item_id LIMIT 3"""
_ITEMS_CALLED = "SELECT item_id FROM items WHERE ends_with(item_id, '/' || $name) ORDER BY item_id LIMIT 3"
_HOLDERS = {
    "PARADIGM": "pairs",
    "MODEL": "results",
    "MEASURE": "results",
    "DATASET": "items",
    "ROLE": "items",
    "ROLES": "items",
    "ANYROLE": "items",
    "ATTRIBUTE": "items",
}
_WORDS = {"DATASET": "data set", "ANYROLE": "role", "ROLES": "role"}
_FEW = 10
"""Names that are all named where another one was given."""
_MOST_LETTERS = 200
"""Of a text whose nearest phrases are sought: the time grows with its length."""


def look_up(index: IndexDir, file: QueryFile, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a query with what they name spelled as the index spells it.

    Raises
    ------
    ConfigError
        The index does not hold a name of that kind; near ones are named.
    """
    found = dict(values)
    for parameter in file.parameters:
        value = values[parameter.name]
        if value is None:
            continue
        if parameter.type == "PHRASE":
            found[parameter.name] = phrase_of_index(index, value)
        elif parameter.type == "WORDS":
            found[parameter.name] = _held_spelling(index, value) or _folded(index, value)
        elif parameter.type == "ITEM":
            refuse_unknown_item(index, value)
        elif parameter.type in _HOLDERS:
            _refuse_unknown(index, parameter.type, value)
    return found


def phrase_of_index(index: IndexDir, phrase: str) -> str:
    """Return a phrase as the index spells it.

    Raises
    ------
    ConfigError
        The index does not hold the phrase, and the message names the nearest that it does; or it holds
        several of that text.
    """
    found = find_phrase(index, phrase)
    if found is not None:
        return found
    folded = _folded(index, phrase)
    nearest = files("indexer.splits").joinpath("nearest_phrases.sql").read_text(encoding="utf-8")
    near = _first_column(index, nearest, words=folded[:_MOST_LETTERS])
    items = _first_column(index, _ITEMS_CALLED, name=phrase.strip()) if phrase.strip() else []
    offered = [f"near ones: {', '.join(map(repr, near))}"] if near else []
    if items:
        offered.append(f"items of that name: {', '.join(map(repr, items))}")
    raise ConfigError(
        f"phrase {folded!r} is not in this index",
        path=index.root,
        fix="; ".join(offered) or _no_phrase_near(index),
    )


def _no_phrase_near(index: IndexDir) -> str:
    if not _first_column(index, "SELECT phrase FROM phrases WHERE phrase IS NOT NULL LIMIT 1"):
        return "it holds no phrase as text"
    return f'none is near; `exposure query {index.typed} "SELECT phrase FROM phrases"` lists what it holds'


def find_phrase(index: IndexDir, phrase: str) -> str | None:
    """Return a phrase as the index spells it; None where it does not hold it.

    Raises
    ------
    ConfigError
        Several phrases have that text, each with token ids of its own: none of them is meant alone.
    """
    found = _held_spelling(index, phrase)
    if found is None:
        return None
    numbers = _first_column(index, _OF_TEXT, name=found)
    if len(numbers) > 1:
        raise ConfigError(
            f"{len(numbers)} phrases of this index have the text {found!r}, each with other token ids",
            path=index.root,
            expected="a text that is one phrase",
            fix=f'ask for one by its number, as in `exposure query {index.typed} "SELECT * FROM exposures '
            f'WHERE phrase_id = {numbers[0]}"`; of that text are {", ".join(numbers[:_FEW])}',
        )
    return found


def _held_spelling(index: IndexDir, phrase: str) -> str | None:
    tried: set[str] = set()
    for spelled in _spellings(index, phrase):
        if spelled not in tried and _first_column(index, _HELD["PHRASE"], name=spelled):
            return spelled
        tried.add(spelled)
    return None


def _spellings(index: IndexDir, phrase: str) -> Iterator[str]:
    """Yield how the index may spell a phrase, likely ones first; without its plan only the case is known."""
    folded = _folded(index, phrase)
    yield folded
    yield fold(phrase.strip(), _case(index))
    if index.plan_file.is_file():
        plan = read_plan(index.plan_file)
        match = plan.config.match
        spelled = respelled(" ".join(phrase.split()), load_tokenizer_of(index, plan), match)
        yield fold(spelled, match.case)
    if "<" in folded:
        try:
            yield parse(folded).notation()
        except NotationError:
            return


def _folded(index: IndexDir, phrase: str) -> str:
    return fold(" ".join(phrase.split()), _case(index))


def _case(index: IndexDir) -> Any:
    if index.plan_file.is_file():
        return read_plan(index.plan_file).config.match.case
    return _first_column(index, _HELD["match_case"])[0]


def _refuse_unknown(index: IndexDir, kind: str, name: str) -> None:
    held = _first_column(index, _HELD[kind])
    if kind in ("ROLES", "ANYROLE"):
        held += [group for group in _groups(held) if group not in held]
    if name in held:
        return
    near = held if len(held) <= _FEW else near_names(name, held, most=3) or held[:_FEW]
    where = _HOLDERS[kind]
    what = _WORDS.get(kind, kind.lower())
    raise ConfigError(
        f"no {what} of the {where} of this index is called {name!r}",
        path=index.root,
        expected=" or ".join(map(repr, near)) or None,
        fix=None if near else _none_held(index, where),
    )


def _groups(roles: list[str]) -> list[str]:
    """Return the names before the dot, as `choices` of `choices.0`: each stands for all of its elements."""
    return sorted({role.rpartition(".")[0] for role in roles if "." in role})


def _none_held(index: IndexDir, where: str) -> str:
    if where == "results":
        return f"it holds no results: add some with `exposure import {index.typed} FILES`"
    return "it holds none"


def is_item(index: IndexDir, item: str) -> bool:
    """Tell whether the index holds an item of that id."""
    return bool(_first_column(index, _HELD["ITEM"], name=item))


def holds_items(index: IndexDir) -> bool:
    """Tell whether the index holds any items."""
    return bool(_first_column(index, "SELECT item_id FROM items LIMIT 1"))


def require_pairs(index: IndexDir) -> None:
    """Refuse to split an index that holds no minimal pairs.

    Raises
    ------
    ConfigError
        It does not; the message names a question about what it does hold.
    """
    if _first_column(index, "SELECT pair_id FROM pairs LIMIT 1"):
        return
    what, question = "phrases", "first_exposures"
    if holds_items(index):
        what, question = "items", "contamination/by_item"
    raise ConfigError(
        f"holds no minimal pairs, only {what}, so there is nothing to split",
        path=index.root,
        fix=f"ask `exposure query {index.typed} {question}`, or index again with pairs in [phrases] source",
    )


def refuse_unknown_item(index: IndexDir, item: str) -> None:
    """Refuse an item that the index does not hold.

    Raises
    ------
    ConfigError
        It does not; the message names near ones.
    """
    if is_item(index, item):
        return
    near = _first_column(index, _NEAREST_ITEMS, name=item)
    raise ConfigError(
        f"no item of this index is called {item!r}",
        path=index.root,
        expected=" or ".join(map(repr, near)) or None,
        fix=None if near else _no_item_near(index),
    )


def _no_item_near(index: IndexDir) -> str:
    if not holds_items(index):
        return "it holds no items"
    return f'none is near; `exposure query {index.typed} "SELECT item_id FROM items"` lists what it holds'


def _first_column(index: IndexDir, sql: str, **parameters: str) -> list[str]:
    rows = ask_in_process(index.database_file, "named_values", sql, parameters, UNHURRIED).rows
    return [value for value in rows.column(0).to_pylist() if value is not None]
