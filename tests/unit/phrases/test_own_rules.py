"""A user's own rules: a TOML table, or a Python function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import PhraseSet, load_phrases

ROWS = [
    {"good": "The geese that Noor feeds honk.", "bad": "The geese that Noor feeds honks.", "UID": "far"},
    {"good": "These geese honk.", "bad": "This geese honk.", "UID": "near"},
    {"good": "Noor fed this goose.", "bad": "Noor fed this geese.", "UID": "determiner_noun_agreement_1"},
]


def load(folder: Path, rules: str, name: str = "rules.toml", **options: Any) -> PhraseSet:
    (folder / name).write_text(rules)
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    options = {"own_rules": name, **options}
    return load_phrases(PhrasesConfig(source="mine.jsonl", **options), MatchConfig(), base=folder)


def test_a_table_by_paradigm(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [far]
        context = ["geese", "goose"]
        phenomenon = "distance"
        grade = "A"
        end_boundary = true
        [near]
        side = "right"
        reach = 2
        """,
    )
    assert found.pairs["good_phrase"].to_pylist() == [
        "geese that Noor feeds honk",
        "These geese honk",
        "this goose",
    ]
    assert found.pairs["rule"].to_pylist() == ["far", "near", "determiner_noun_agreement_1"]
    assert found.pairs["phenomenon"].to_pylist() == ["distance", "near", "determiner-noun agreement"]
    assert found.pairs["grade"].to_pylist() == ["A", "C", "A"]
    assert found.pairs["end_boundary"].to_pylist() == [True, False, False]


def test_one_of_our_rules_by_name_and_a_phrase_that_grows(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        far = {rule = "subject_head_and_verb", phrase = "from-start"}
        near = {phrase = "to-end", side = "right"}
        """,
    )
    assert found.pairs["good_phrase"].to_pylist()[:2] == [
        "The geese that Noor feeds honk",
        "These geese honk",
    ]
    assert found.pairs["good_context_start"].to_pylist()[:2] == [4, 6]


def test_own_entries_win_over_ours(tmp_path: Path) -> None:
    found = load(tmp_path, '[determiner_noun_agreement_1]\ncontext = ["fed"]\n')
    assert found.pairs["good_phrase"].to_pylist()[2] == "fed this goose"


def test_a_context_that_is_not_there_falls_back(tmp_path: Path) -> None:
    found = load(tmp_path, '[near]\ncontext = ["ducks"]\nside = "both"\n')
    assert found.pairs["rule"].to_pylist()[1] == "generic"
    assert found.pairs["fallback"].to_pylist()[1] == "no ducks on the both"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("[far]\nsides = 'left'", "unknown key 'sides' in [far]"),
        ("[far]\nside = 'up'", "[far] side = 'up'"),
        ("[far]\nreach = 0", "[far] reach = 0"),
        ("[far]\nrule = 'no_such'", "[far] rule = 'no_such'"),
        ("[far]\ncontext = 'geese'", "[far] context = 'geese'; expected a list of words"),
        ("far = 3", "far is not a section"),
        ("[far", "is not TOML"),
    ],
)
def test_a_table_that_is_wrong_is_refused(rules: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, rules)
    assert message in error.value.line()
    assert error.value.line().startswith("rules.toml: ")


FUNCTION = """
def mark(good, bad, row):
    if row["UID"] != "far":
        return None
    sides = {}
    for name, sentence in (("good", good), ("bad", bad)):
        start = sentence.index("honk")
        sides[name] = {"critical": (start, len(sentence) - 1), "context": (4, 9)}
    return sides

def shout(good, bad, row):
    raise KeyError("no idea")

def nonsense(good, bad, row):
    return {"good": {"critical": (0, 3)}}
"""


def test_a_function_is_asked_first_and_may_leave_pairs_to_the_rules(tmp_path: Path) -> None:
    found = load(tmp_path, FUNCTION, "rules.py", own_rules="rules.py:mark")
    assert found.pairs["good_phrase"].to_pylist()[0] == "geese that Noor feeds honk"
    assert found.pairs["bad_phrase"].to_pylist()[0] == "geese that Noor feeds honks"
    assert found.pairs["rule"].to_pylist() == ["mark", "generic", "determiner_noun_agreement_1"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("shout", "mine.jsonl, line 1: the own rule raised KeyError"),
        ("nonsense", "mine.jsonl, line 1: the own rule returned"),
        ("nothing", "rules.py: has no function 'nothing'; expected mark or shout or nonsense"),
    ],
)
def test_a_function_that_fails_is_named(function: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, FUNCTION, "rules.py", own_rules=f"rules.py:{function}")
    assert message in error.value.line()


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="names no function"):
        load(tmp_path, FUNCTION, "rules.py", own_rules="rules.py")
    with pytest.raises(ConfigError, match=r"other\.py: no such file"):
        load(tmp_path, FUNCTION, "rules.py", own_rules="other.py:mark")
    with pytest.raises(ConfigError, match=r"rules\.py: does not run: ZeroDivisionError"):
        load(tmp_path, "1 / 0", "rules.py", own_rules="rules.py:mark")
    with pytest.raises(ConfigError, match=r"other\.toml: no such file"):
        load(tmp_path, "", own_rules="other.toml")
