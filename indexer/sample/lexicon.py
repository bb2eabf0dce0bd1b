"""The words of the sample's small language, from ``lexicon.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))

NAMES: list[str] = _WORDS["names"]
PEOPLE: list[str] = _WORDS["people"]
THINGS: list[str] = _WORDS["things"]
ADJECTIVES: list[str] = _WORDS["adjectives"]
PLACES: list[str] = _WORDS["places"]
DAYS: list[str] = _WORDS["days"]
PAST: list[str] = _WORDS["past"]
"""Verbs in a past tense that agrees with anything."""
PRESENT: list[str] = _WORDS["present"]
"""Verbs that take an s."""
IRREGULAR_NOUNS: list[list[str]] = _WORDS["irregular_nouns"]
"""One, and many."""
AGREEING: list[list[str]] = _WORDS["agreeing"]
"""Auxiliaries: for one, for many, and a word that may follow both."""
IRREGULAR: list[list[str]] = _WORDS["irregular"]
"""Past tense and participle."""
RAISING: dict[str, list[str]] = _WORDS["raising"]
"""Predicates that let "there" be their subject, by the auxiliary before them."""
CONTROL: dict[str, list[str]] = _WORDS["control"]
"""Predicates that do not, by the same auxiliaries."""
