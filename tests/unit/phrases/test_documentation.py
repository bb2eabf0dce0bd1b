"""The documentation shows the rules as they are, every key of ``[phrases]``, and our own sentences alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config.option import keys_of
from indexer.config.phrases import PhrasesConfig
from indexer.phrases import PhraseSet
from indexer.phrases.own_table import KEYS
from indexer.phrases.rules.listing import markdown_table
from indexer.phrases.rules.table import PARADIGMS, RULES
from indexer.phrases.study import SET_ASIDE

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "critical-phrases.md"


@pytest.fixture(scope="module")
def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def test_the_table_of_rules_is_the_one_that_runs(text: str) -> None:
    assert markdown_table() in text, "insert what `python -m indexer.phrases.rules.listing` prints"


def test_every_rule_is_used(text: str) -> None:
    assert {paradigm.rule.__name__ for paradigm in PARADIGMS.values()} == set(RULES)


@pytest.mark.parametrize(
    "key", sorted(set(keys_of(PhrasesConfig)) - {"text", "id", "good", "bad", "paradigms"})
)
def test_keys_are_mentioned(key: str, text: str) -> None:
    assert key in text


def test_keys_of_an_own_table_and_paradigms_set_aside_are_mentioned(text: str) -> None:
    for word in (*KEYS, *SET_ASIDE):
        assert word in text


def test_no_example_is_a_sentence_of_the_data(blimp: PhraseSet) -> None:
    theirs = {
        sentence.rstrip(".?").lower()
        for side in ("good", "bad")
        for sentence in blimp.pairs[f"{side}_sentence"].to_pylist()
    }
    for paradigm in PARADIGMS.values():
        for example in (paradigm.good, paradigm.bad):
            plain = example.translate(str.maketrans("", "", "[]*"))
            assert plain.rstrip(".?").lower() not in theirs
