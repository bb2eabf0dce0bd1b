"""Phrases as the tokenizer of the corpus normalises text."""

from __future__ import annotations

from pathlib import Path

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.normalization import normalized
from tests.support.tokenizer_families import tokenizer_named

MATCH = MatchConfig()


def load(folder: Path, name: str, content: str) -> PhraseSet:
    (folder / name).write_text(content, encoding="utf-8")
    return load_phrases(PhrasesConfig(source=name), MATCH, base=folder)


def test_phrases_that_become_one_are_merged_and_keep_their_ids(tmp_path: Path) -> None:
    tokenizer = tokenizer_named("t5-base")
    given = load(tmp_path, "w.txt", "a hen\ncafé ①\ncafe\u0301 1\na goose\n")
    found = normalized(given, tokenizer, MATCH)
    assert found.phrases["phrase"].to_pylist() == ["a hen", "café 1", "a goose"]
    assert found.phrases["phrase_id"].to_pylist() == [0, 1, 2]
    assert found.attributes["phrase_id"].to_pylist() == [0, 1, 1, 2]
    assert found.attributes["id"].to_pylist() == ["0", "1", "2", "3"]


def test_pairs_point_to_the_merged_phrases_and_keep_their_sentences(tmp_path: Path) -> None:
    tokenizer = tokenizer_named("t5-base")
    rows = "good,bad\nThe ﬁsh swims.,The ﬁsh swim.\nA fish swims.,A fish swim.\n"
    given = load(tmp_path, "p.csv", rows)
    found = normalized(given, tokenizer, MATCH)
    assert found.phrases["phrase"].to_pylist() == ["fish swims", "fish swim"]
    assert found.pairs["good_phrase_id"].to_pylist() == [0, 0]
    assert found.pairs["good_phrase"].to_pylist() == ["ﬁsh swims", "fish swims"]
    assert found.pairs.schema == given.pairs.schema
    assert found.pairs["good_sentence"].to_pylist()[0] == "The ﬁsh swims."


def test_a_tokenizer_that_changes_nothing_changes_nothing(tmp_path: Path) -> None:
    tokenizer = tokenizer_named("gpt2")
    given = load(tmp_path, "w.txt", "a hen\ncafé ①\n")
    assert normalized(given, tokenizer, MATCH) is given


def test_phrases_of_ids_alone_stay(tmp_path: Path) -> None:
    tokenizer = tokenizer_named("t5-base")
    given = load(
        tmp_path,
        "w.jsonl",
        '{"token_ids": [3, 4]}\n{"token_ids": null, "text": "①"}\n'.replace(
            '{"token_ids": [3, 4]}', '{"token_ids": [3, 4], "text": null}'
        ),
    )
    found = normalized(given, tokenizer, MATCH)
    assert found.phrases["token_ids"].to_pylist() == [[3, 4], None]
    assert found.phrases["phrase"].to_pylist() == [None, "1"]
