"""A user's own table of rules: a TOML file with one section a paradigm.

Its keys, all optional:

``rule``
    Name of one of our rules, as in ``subject_head_and_verb``; it takes the place of the next three keys.
``context``
    Words, the nearest of which is the context.
``side``, ``reach``
    Where the context stands, as in ``[phrases]``.
``phrase``
    ``hull`` (default), ``from-start`` or ``to-end``: the phrase grows to the border of the sentence.
``phenomenon``, ``grade``, ``end_boundary``
    As in our own table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError
from indexer.near_names import did_you_mean
from indexer.phrases.difference import MinimalPair
from indexer.phrases.generic import Neighbourhood, generic_rule
from indexer.phrases.rules.rule import PairRule, PairSpans, Paradigm, RuleDoesNotApplyError, Spans
from indexer.phrases.rules.table import RULES
from indexer.phrases.sentence import Sentence, WordRange, hull, word
from indexer.storage.opening import read_text

KEYS = ("rule", "context", "side", "reach", "phrase", "phenomenon", "grade", "end_boundary")
_CHOICES = {
    "side": ("left", "right", "both"),
    "phrase": ("hull", "from-start", "to-end"),
    "grade": ("A", "B", "C"),
}


def read_own_table(spelled: str, base: Path) -> dict[str, Paradigm]:
    """Read the table; relative to `base`.

    Raises
    ------
    ConfigError
        The file is missing or no TOML, or an entry is wrong.
    """
    text = read_text(
        base / Path(spelled).expanduser(),
        shown=spelled,
        error=ConfigError,
        fix="[phrases] own_rules names it",
    )
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not TOML: {error}", path=spelled) from None
    return {uid: _paradigm(uid, entry, spelled) for uid, entry in table.items()}


def _no_choice(what: str, path: str, given: Any, choices: Collection[str]) -> ConfigError:
    return ConfigError(what, path=path, expected=" or ".join(choices), fix=did_you_mean(str(given), choices))


def _paradigm(uid: str, entry: Any, path: str) -> Paradigm:
    if not isinstance(entry, dict):
        raise ConfigError(f"{uid} is not a section", path=path, expected=f"[{uid}]")
    for key, value in entry.items():
        if key not in KEYS:
            raise _no_choice(f"unknown key {key!r} in [{uid}]", path, key, KEYS)
        if key in _CHOICES and value not in _CHOICES[key]:
            raise _no_choice(f"[{uid}] {key} = {value!r}", path, value, _CHOICES[key])
    if entry.get("rule", "generic") not in (*RULES, "generic"):
        raise _no_choice(f"[{uid}] rule = {entry['rule']!r}", path, entry["rule"], sorted(RULES))
    reach = entry.get("reach", 1)
    if not isinstance(reach, int) or reach < 1:
        raise ConfigError(f"[{uid}] reach = {reach!r}", path=path, expected="a whole number from 1")
    words = entry.get("context", [])
    if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
        raise ConfigError(f"[{uid}] context = {words!r}", path=path, expected="a list of words")
    rule = RULES.get(
        entry.get("rule", ""), OwnEntry(uid, words, Neighbourhood(entry.get("side", "left"), reach))
    )
    described = f"[{uid}] of {path}"
    return Paradigm(
        uid=uid,
        phenomenon=entry.get("phenomenon", uid),
        grade=entry.get("grade", "C"),
        rule=Grown(rule, entry.get("phrase", "hull")),
        critical=described,
        context=described,
        phrase=described,
        good="",
        bad="",
        end_boundary=bool(entry.get("end_boundary", False)),
    )


class OwnEntry:
    """The difference, and the nearest of some words or the words beside it."""

    def __init__(self, name: str, context: list[str], neighbourhood: Neighbourhood) -> None:
        self.__name__ = name
        self._context = frozenset(each.lower() for each in context)
        self._neighbourhood = neighbourhood

    def __call__(self, pair: MinimalPair, /) -> PairSpans:
        """Return the spans of both sentences."""
        found = generic_rule(pair, self._neighbourhood)
        if found is None:
            raise RuleDoesNotApplyError("the sentences do not differ")
        if not self._context:
            return found
        return PairSpans(self._nearest(pair.good, found.good), self._nearest(pair.bad, found.bad))

    def _nearest(self, side: Sentence, found: Spans) -> Spans:
        critical, taken = found.critical, self._neighbourhood.side
        places = [
            at
            for at, each in enumerate(side.lower)
            if each in self._context
            and ((at < critical.start and taken != "right") or (at >= critical.stop and taken != "left"))
        ]
        if not places:
            raise RuleDoesNotApplyError(f"no {' or '.join(sorted(self._context))} on the {taken}")
        nearest = min(places, key=lambda at: max(critical.start - at, at - critical.stop + 1))
        return Spans(critical, word(nearest), hull(critical, word(nearest)))


class Grown:
    """A rule whose phrase grows to a border of the sentence."""

    def __init__(self, rule: PairRule, phrase: str) -> None:
        self.__name__ = rule.__name__
        self._rule = rule
        self._phrase = phrase

    def __call__(self, pair: MinimalPair, /) -> PairSpans:
        """Return the spans of both sentences."""
        found = self._rule(pair)
        return PairSpans(self._one(pair.good, found.good), self._one(pair.bad, found.bad))

    def _one(self, side: Sentence, found: Spans) -> Spans:
        start = 0 if self._phrase == "from-start" else found.phrase.start
        stop = len(side) if self._phrase == "to-end" else found.phrase.stop
        return found._replace(phrase=WordRange(start, stop))
