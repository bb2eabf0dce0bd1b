"""A key of [phrases] that has no effect on what the source holds is refused by name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import load_phrases
from indexer.phrases.idle_keys import OF_PAIRS, OF_PLAIN_PHRASES

OTHERS = {
    "rules": "study",
    "good": "phrase",
    "bad": "phrase",
    "paradigm": "phrase",
    "phenomenon": "phrase",
    "dataset": "mine",
    "paradigms": ["a"],
    "context": "phrase",
    "columns": ["good_critical_start=phrase"],
    "side": "both",
    "reach": 2,
    "segmenter": "file.py:cut",
    "own_rules": "rules.toml",
    "equal_length_only": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.jsonl").write_text('{"phrase": "the kettle"}\n')
    (tmp_path / "pairs.jsonl").write_text(
        '{"good": "the kettle sings", "bad": "the kettle sing", "phrase": "a"}\n'
    )
    return tmp_path


def load(folder: Path, source: str, **options):
    given = options.pop("given", None)
    return load_phrases(PhrasesConfig(source=source, **options), MatchConfig(), base=folder, given=given)


def test_keys_are_of_pairs_of_plain_phrases_or_of_both():
    assert set(OTHERS) == OF_PAIRS
    assert {one.name for one in fields(PhrasesConfig)} >= OF_PAIRS | OF_PLAIN_PHRASES


@pytest.mark.parametrize("key", OTHERS)
def test_a_key_of_pairs_is_refused_for_plain_phrases(folder, key):
    with pytest.raises(ConfigError, match=rf"\[phrases\] {key} = .* has no effect on plain phrases"):
        load(folder, "words.jsonl", **{key: OTHERS[key]})
    with pytest.raises(ConfigError, match=f"leave .phrases. {key} out"):
        load(folder, "words.jsonl", given={"source", key})


def test_a_key_of_plain_phrases_beside_keys_of_pairs_is_refused(folder):
    with pytest.raises(ConfigError, match=r"which \[phrases\] text makes of the source"):
        load(folder, "pairs.jsonl", text="phrase", good="good")
    assert load(folder, "pairs.jsonl", text="phrase").attributes is not None


def test_keys_of_the_generic_rule_need_a_pair_that_it_marks(folder):
    assert load(folder, "pairs.jsonl", side="both", reach=2).pairs.num_rows == 1
    (folder / "marked.jsonl").write_text(
        '{"good": "it sings", "bad": "it sing", "good_critical_start": 3, "good_critical_stop": 8,'
        ' "bad_critical_start": 3, "bad_critical_stop": 7}\n'
    )
    with pytest.raises(ConfigError, match=r"side = .* has no effect: the generic rule marks none"):
        load(folder, "marked.jsonl", side="both")
    assert load(folder, "marked.jsonl").pairs.num_rows == 1


@pytest.mark.parametrize(
    ("name", "text"), [("a.jsonl", '{"phrase": "x"}\n'), ("a.json", '[{"phrase": "x"}]'), ("a.txt", "x\n")]
)
def test_a_delimiter_is_refused_where_nothing_is_delimited(folder, name, text):
    (folder / name).write_text(text)
    assert load(folder, name).phrases.num_rows == 1
    with pytest.raises(ConfigError, match=r"\[phrases\] delimiter = \";\" has no effect on a file of kind"):
        load(folder, name, delimiter=";")
    (folder / "a.csv").write_text("phrase;n\nx, y;1\n")
    assert load(folder, "a.csv", delimiter=";").phrases["phrase"].to_pylist() == ["x, y"]
