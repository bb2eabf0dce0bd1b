"""Names that only their author knew stay away; each has a word of the field in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import indexer

RETIRED = [
    "PartNeeds",
    "WindowNeeds",
    "Wanted",
    "Rooms",
    "Room",
    "_Kept",
    "Found",
    "Portions",
    "Intake",
    "VisitsAhead",
    "OnRows",
    "on_rows",
    "JoinedMatcher",
    "WalkingMatcher",
    "Walks",
    "set_apart",
    "one_behind_the_other",
    "settle",
    "settle_bounded",
    "stands_alone",
    "keep_exposing",
    "LiftedVocabulary",
    "lift_words",
    "plan_cut",
]


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_name_is_gone(word):
    package = Path(indexer.__file__).parent
    found = [path for path in package.rglob("*.py") if re.search(rf"\b{word}\b", path.read_text())]
    assert not found
