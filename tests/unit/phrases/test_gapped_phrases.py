"""Phrases with gaps in a user's table: read only where named, numbered and normalised like others."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.normalization import normalized


def load(folder: Path, text: str, *, case: str = "fold", **options: str) -> PhraseSet:
    (folder / "mine.csv").write_text(text, encoding="utf-8")
    return load_phrases(PhrasesConfig(source="mine.csv", **options), MatchConfig(case=case), base=folder)


def refusal(folder: Path, text: str, **options: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(folder, text, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_without_the_key_a_gap_is_text(tmp_path):
    for column in ("phrase", "text"):
        found = load(tmp_path, f"{column}\nno <0-8 words> ever\na < b\n")
        assert found.gapped is None
        assert found.phrases["phrase"].to_pylist() == ["no <0-8 words> ever", "a < b"]
    found = load(tmp_path, "phrase,pattern\nyes,no <0-8 words> ever\n")
    assert found.gapped is None and found.attributes["pattern"].to_pylist() == ["no <0-8 words> ever"]


def test_the_key_may_name_the_column_of_phrases(tmp_path):
    found = load(tmp_path, "phrase\nno <0-8 words> ever\na \\< b\n", pattern="phrase")
    assert found.phrases["phrase"].to_pylist() == ["no <0-8 words> ever", "a < b"]
    assert found.gapped.patterns["phrase_id"].to_pylist() == [0]
    assert found.phrases["n_words"].to_pylist() == [2, 3]


def test_parts_are_shared_and_keep_their_spellings(tmp_path):
    found = load(tmp_path, "p\nNo <1 word> ever\nnot <1 word> Ever\nno <1 word> EVER\n", pattern="p")
    assert found.phrases["phrase"].to_pylist() == ["no <1-1 words> ever", "not <1-1 words> ever"]
    assert found.gapped.parts["phrase"].to_pylist() == ["no", "ever", "not"]
    assert found.gapped.parts["spellings"].to_pylist() == [["No", "no"], ["EVER", "Ever", "ever"], ["not"]]
    assert found.gapped.patterns.to_pylist() == [
        {"phrase_id": 0, "part_ids": [0, 1], "least": [1], "most": [1], "units": ["words"]},
        {"phrase_id": 1, "part_ids": [2, 1], "least": [1], "most": [1], "units": ["words"]},
    ]
    assert found.attributes["phrase_id"].to_pylist() == [0, 1, 0]


def test_exact_case_tells_patterns_apart(tmp_path):
    found = load(tmp_path, "p\nNo <1 word> ever\nno <1 word> ever\n", pattern="p", case="exact")
    assert found.phrases["phrase"].to_pylist() == ["No <1-1 words> ever", "no <1-1 words> ever"]


def test_what_is_looked_for_are_phrases_then_parts(tmp_path):
    found = load(tmp_path, "p\nno <1 word> ever\nplain\n", pattern="p")
    looked_for = found.looked_for()
    assert looked_for["phrase"].to_pylist() == ["plain", "no", "ever"]
    assert looked_for["phrase_id"].to_pylist() == [1, 2, 3]


class Lowering:
    """A tokenizer whose normaliser spells ＜ as < and drops accents."""

    def normalize(self, text: str) -> str:
        return text.replace("＜", "<").replace("é", "e")


def test_parts_are_normalised_as_phrases_are(tmp_path):
    found = load(tmp_path, "p\nné <1 word> ever\nne <1 word> ever\nplain é\n", pattern="p")
    assert len(found.phrases) == 3
    new = normalized(found, Lowering(), MatchConfig())
    assert new.phrases["phrase"].to_pylist() == ["ne <1-1 words> ever", "plain e"]
    assert new.phrases["n_words"].to_pylist() == [2, 2]
    assert new.gapped.parts["phrase"].to_pylist() == ["ne", "ever"]
    assert new.gapped.patterns["part_ids"].to_pylist() == [[0, 1]]
    assert new.attributes["phrase_id"].to_pylist() == [0, 0, 1]


def test_a_phrase_that_the_normaliser_makes_a_pattern_is_refused(tmp_path):
    found = load(tmp_path, "p\nne <1-1 words> ever\nne ＜1-1 words> ever\n", pattern="p")
    with pytest.raises(ConfigError, match="a phrase without gaps is spelled 'ne <1-1 words> ever'"):
        normalized(found, Lowering(), MatchConfig())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "p\nfine\nno <0-8 wrods> ever\n",
            "mine.csv, line 3: '<0-8 wrods>' is no gap (column 'p'); expected a gap as in no <0-8",
        ),
        ("p\na < b\n", "mine.csv, line 2: '< b' is no gap (column 'p'); expected"),
        (
            "p\n<1 word> ever\n",
            "line 2: the pattern '<1 word> ever' has no text before its first gap (column 'p')",
        ),
        ("p,x\n,1\n", "line 2: neither a phrase nor a pattern (column 'p'); delete the row or fill it"),
        (
            "p,phrase\nno <1 word> ever,never\n",
            "line 2: a pattern (column 'p') and another phrase (column 'phrase'); expected one phrase a row",
        ),
        (
            "p,token_ids\nno <1 word> ever,3 5\n",
            "line 2: a pattern (column 'p') and another phrase (column 'token_ids')",
        ),
        (
            "p\nno <1 word> ever\nno \\<1-1 words> ever\n",
            "line 3: 'no <1-1 words> ever' is both a phrase with gaps and a phrase without; leave one",
        ),
        ("q\nno <1 word> ever\n", "no column 'p', which [phrases] pattern names (columns: q)"),
    ],
)
def test_rows_that_cannot_be_meant(tmp_path, text, message):
    assert message in refusal(tmp_path, text, pattern="p")
