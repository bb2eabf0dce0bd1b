"""Items of a table: what is looked for of each field, how items are called, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import ItemsConfig, MatchConfig, PhrasesConfig
from indexer.config.load import config_from_tables
from indexer.errors import ConfigError
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.inputs import hash_of_inputs
from indexer.phrases.normalization import normalized
from indexer.phrases.windows import windows_of


def spelled(text: str, n_words: int) -> list[str]:
    return [text[start:stop] for start, stop in windows_of(text, n_words)]


@pytest.mark.parametrize(
    ("text", "n_words", "windows"),
    [
        ("one two three", 2, ["one two", "two three"]),
        ("one two three", 3, ["one two three"]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 0, ["one two three"]),
        ("  one,\n two  three! ", 2, ["one,\n two", "two  three!"]),
        ("  one two ", 13, ["one two"]),
        ("Yes", 13, ["Yes"]),
        ("a - b", 2, ["a -", "- b"]),
        ("\u5317\u4eac\u57ce", 2, ["\u5317\u4eac", "\u4eac\u57ce"]),
        (" \t\n", 13, []),
    ],
)
def test_a_field_is_whole_or_all_its_windows(text: str, n_words: int, windows: list[str]) -> None:
    assert spelled(text, n_words) == windows


@given(st.lists(st.text("ab,.", min_size=1, max_size=3), min_size=1, max_size=20), st.integers(1, 8))
def test_every_run_of_as_many_words_is_a_window(words: list[str], n_words: int) -> None:
    text = "  ".join(words)
    whole = max(len(words) - n_words, 0) + 1
    assert spelled(text, n_words) == [
        "  ".join(words[start : start + max(n_words, len(words) - whole + 1)]) for start in range(whole)
    ]


def load(folder: Path, *tables: ItemsConfig, phrases: str = "", **match: str) -> PhraseSet:
    return load_phrases(PhrasesConfig(source=phrases), MatchConfig(**match), base=folder, items=tables)


QUIZ = ItemsConfig(source="quiz.csv", roles={"question": "q", "answer": "a"}, window=2)


def test_items_have_their_phrases_in_roles_and_their_other_columns_as_text(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text(
        "id,q,a,level\n007,Who saw it all?,Nobody saw,3\n008,It all?,,4\n009,,,5\n"
    )
    found = load(tmp_path, QUIZ)
    assert found.items is not None and found.item_phrases is not None
    assert [tuple(row.values()) for row in found.items.to_pylist()] == [
        ("quiz/007", "quiz", None, [{"key": "level", "value": "3"}], None),
        ("quiz/008", "quiz", None, [{"key": "level", "value": "4"}], None),
        ("quiz/009", "quiz", None, [{"key": "level", "value": "5"}], "no text in any role"),
    ]
    assert found.phrases["phrase"].to_pylist() == ["who saw", "saw it", "it all?", "nobody saw"]
    assert [tuple(row.values()) for row in found.item_phrases.to_pylist()] == [
        ("quiz/007", "question", 0, 0, 0, 7, "Who saw it all?"),
        ("quiz/007", "question", 1, 1, 4, 10, None),
        ("quiz/007", "question", 2, 2, 8, 15, None),
        ("quiz/007", "answer", 0, 3, 0, 10, "Nobody saw"),
        ("quiz/008", "question", 0, 2, 0, 7, "It all?"),
    ]
    assert found.notes == (
        "no text in the role question: 1 of 3 items of quiz",
        "no text in the role answer: 2 of 3 items of quiz",
    )


def test_items_stand_beside_pairs_and_each_other_and_share_phrases(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text("q,a\nSaw this,hat\n")
    pq.write_table(pa.table({"w": ["HAT", "coat"], "n": [1, 2]}), tmp_path / "words.parquet")
    (tmp_path / "pairs.jsonl").write_text(
        '{"good": "I saw this lamp.", "bad": "I saw these lamp.", "UID": "p"}\n'
    )
    words = ItemsConfig(source="words.parquet", roles={"word": "w"}, id="w", dataset="English", paradigm="n")
    found = load(tmp_path, QUIZ, words, phrases="pairs.jsonl")
    assert found.items is not None and found.item_phrases is not None
    assert found.items["item_id"].to_pylist() == ["quiz/0", "English/HAT", "English/coat"]
    assert found.items["paradigm"].to_pylist() == [None, "1", "2"]
    phrases = found.phrases["phrase"].to_pylist()
    assert found.pairs["good_phrase_id"].to_pylist() == [phrases.index("saw this")]
    assert found.item_phrases["phrase_id"].to_pylist() == [
        phrases.index(phrase) for phrase in ("saw this", "hat", "hat", "coat")
    ]


def test_white_space_inside_a_field_is_told_of_where_it_matters(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text('q,a\n"one\ntwo",three\n')
    assert [note for note in load(tmp_path, QUIZ).notes if "stand in 1 field of quiz" in note]
    folded = load(tmp_path, QUIZ, whitespace="any")
    assert folded.notes == ()
    assert folded.phrases["phrase"].to_pylist() == ["one two", "three"]


@pytest.mark.parametrize(
    ("text", "changes", "message"),
    [
        ("q,a\n", {}, "quiz.csv: holds no items"),
        ("q,a\nx,y\n", {"roles": {}}, r"no roles are given \(columns: q, a\)"),
        ("q,b\nx,y\n", {}, r"no column 'a', which \[items.roles\] answer names \(columns: q, b\)"),
        ("q,a\nx,y\n", {"id": "n"}, r"no column 'n', which \[items\] id names"),
        ("q,a\nx,y\n", {"paradigm": "n"}, r"no column 'n', which \[items\] paradigm names"),
        ("id,q,a\n1,x,y\n2,x,y\n1,z,y\n", {}, "line 4: item quiz/1 stands twice, first at quiz.csv, line 2"),
        ("id,q,a\n,x,y\n", {}, "line 2: the id is missing"),
        (
            f"q,a\n{'x' * 5000},y\n",
            {},
            "line 2: the question of quiz/0 has a phrase of 5,000 bytes.*fewer words",
        ),
        (f"q,a\n{'x ' * 2500},y\n", {"window": 0}, "phrase of 4,999 bytes.*to a number of words"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, changes: dict, message: str) -> None:
    from dataclasses import replace

    (tmp_path / "quiz.csv").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, replace(QUIZ, **changes))


@pytest.mark.parametrize("value", ['[["x"], "y"]', "3.5", "true", '{"text": "x"}'])
def test_what_is_no_text_is_refused_and_a_whole_number_is_one(tmp_path: Path, value: str) -> None:
    (tmp_path / "quiz.jsonl").write_text(f'{{"q": 42, "a": {value}}}\n')
    numbers = ItemsConfig(source="quiz.jsonl", roles={"question": "q"})
    assert load(tmp_path, numbers).phrases["phrase"].to_pylist() == ["42"]
    both = ItemsConfig(source="quiz.jsonl", roles={"question": "q", "answer": "a"})
    with pytest.raises(ConfigError, match=r"line 1: the answer(\.0)? is no text but .*column 'a'"):
        load(tmp_path, both)


def test_a_list_is_a_role_for_each_element_and_a_dot_names_a_field_inside(tmp_path: Path) -> None:
    rows = [
        {"q": "Who?", "choices": {"text": ["a hat", " ", "the coat"]}, "answers": [{"text": "Nobody"}]},
        {"q": "What?", "choices": {"text": []}, "answers": [{"text": "it"}, {"text": 4}]},
        {"q": "Why?", "choices": {"text": ["shoes and socks"]}, "answers": None},
    ]
    (tmp_path / "quiz.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    roles = {"question": "q", "choices": "choices.text", "answer": "answers.text"}
    found = load(tmp_path, ItemsConfig(source="quiz.jsonl", roles=roles, window=2))
    assert found.items is not None and found.item_phrases is not None
    assert found.items["attributes"].to_pylist() == [[], [], []]
    told = [tuple(row.values()) for row in found.item_phrases.to_pylist() if row["role"] != "question"]
    assert [row[:3] + row[4:] for row in told] == [
        ("quiz/0", "choices.0", 0, 0, 5, "a hat"),
        ("quiz/0", "choices.2", 0, 0, 8, "the coat"),
        ("quiz/0", "answer.0", 0, 0, 6, "Nobody"),
        ("quiz/1", "answer.0", 0, 0, 2, "it"),
        ("quiz/1", "answer.1", 0, 0, 1, "4"),
        ("quiz/2", "choices.0", 0, 0, 9, "shoes and socks"),
        ("quiz/2", "choices.0", 1, 6, 15, None),
    ]
    assert found.notes == (
        "no text in the role choices: 1 of 3 items of quiz",
        "no text in the role answer: 1 of 3 items of quiz",
        "no text in the role choices.1: 1 of 3 items of quiz",
    )
    pq.write_table(pa.table({"choices": [row["choices"] for row in rows]}), tmp_path / "hub.parquet")
    found = load(tmp_path, ItemsConfig(source="hub.parquet", roles={"choices": "choices.text"}, window=2))
    assert found.phrases["phrase"].to_pylist() == ["a hat", "the coat", "shoes and", "and socks"]


def test_an_object_is_refused_with_a_field_to_name_and_that_name_works(tmp_path: Path) -> None:
    (tmp_path / "quiz.jsonl").write_text('{"q": {"en": "Who?"}, "q.0": "x"}\n')
    with pytest.raises(ConfigError, match=r'as in question = "q.en" \(fields: en\)'):
        load(tmp_path, ItemsConfig(source="quiz.jsonl", roles={"question": "q"}))
    found = load(tmp_path, ItemsConfig(source="quiz.jsonl", roles={"question": "q.en", "other": "q.0"}))
    assert found.phrases["phrase"].to_pylist() == ["who?", "x"]
    with pytest.raises(ConfigError, match=r"no row has text in 'q\.eng', .* in the first row stands \{'en'"):
        load(tmp_path, ItemsConfig(source="quiz.jsonl", roles={"question": "q.eng"}))
    (tmp_path / "quiz.jsonl").write_text('{"q": ["x"], "r": "y"}\n')
    with pytest.raises(ConfigError, match=r"would have the role a\.0, which is taken"):
        load(tmp_path, ItemsConfig(source="quiz.jsonl", roles={"a": "q", "a.0": "r"}))


def test_a_list_that_is_spelled_as_text_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text("q,a\nWho?,\"['Ann', 'Bo']\"\nWhat?,[unclear]\n")
    assert [note for note in load(tmp_path, QUIZ).notes if "stand in 1 field of the role answer" in note]


def test_phrases_that_become_one_are_one_for_items_too(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text("q,a\ncafe\u0301 noir,caf\u00e9 noir\n", encoding="utf-8")
    found = load(tmp_path, QUIZ)
    assert found.phrases.num_rows == 2
    composed = normalized(found, None, MatchConfig(normal_form="NFC"))
    assert composed.item_phrases is not None
    assert composed.phrases["phrase"].to_pylist() == ["caf\u00e9 noir"]
    assert composed.item_phrases["phrase_id"].to_pylist() == [0, 0]


def test_phrases_are_made_again_where_items_were_changed(tmp_path: Path) -> None:
    tables = {
        "items": [{"source": "quiz.csv", "roles": {"question": "q"}}],
        "corpus": {"paths": ["a.bin"]},
        "order": {"batch_size": 8},
    }

    def made_of(text: str, **keys: object) -> str:
        (tmp_path / "quiz.csv").write_text(text)
        changed = {**tables, "items": [{**tables["items"][0], **keys}]}  # type: ignore[index]
        return hash_of_inputs(config_from_tables(changed, origin="test", base=tmp_path), "hash", {})

    hashes = [
        made_of("q,a\nx,y\n"),
        made_of("q,a\nx,z\n"),
        made_of("q,a\nx,y\n", window=4),
        made_of("q,a\nx,y\n", roles={"question": "a"}),
    ]
    assert len(set(hashes)) == 4
    assert made_of("q,a\nx,y\n") == hashes[0] != ""
