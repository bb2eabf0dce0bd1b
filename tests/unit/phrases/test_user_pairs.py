"""Pairs of anybody's own: columns, spans, contexts and rules that come with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import PhraseSet, load_phrases, phrases_of_table
from indexer.phrases.explain import explain

GEESE = {"good": "Noor says the geese are asleep.", "bad": "Noor says the geese is asleep."}


def load(folder: Path, rows: list[dict[str, Any]], **options: Any) -> PhraseSet:
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return load_phrases(PhrasesConfig(source="mine.jsonl", **options), MatchConfig(), base=folder)


def shown(found: PhraseSet, number: int = 0) -> list[str]:
    """Return the two marked sentences of a pair."""
    pair_id = found.pairs["pair_id"][number].as_py()
    lines = explain(found.pairs, pair_id).splitlines()
    return [line.split(maxsplit=1)[1] for line in lines[2:4]]


@pytest.mark.parametrize(
    ("options", "good"),
    [
        ({}, "Noor says the [*geese* **are**] asleep."),
        ({"side": "right"}, "Noor says the geese [**are** *asleep*]."),
        ({"side": "both"}, "Noor says the [*geese* **are** asleep]."),
        ({"reach": 2}, "Noor says [*the geese* **are**] asleep."),
        ({"side": "both", "reach": 3}, "Noor [*says the geese* **are** asleep]."),
    ],
)
def test_the_generic_rule_takes_its_context_where_it_is_told(
    options: dict[str, Any], good: str, tmp_path: Path
) -> None:
    found = load(tmp_path, [GEESE], **options)
    assert shown(found)[0] == good
    assert found.pairs["rule"].to_pylist() == ["generic"]
    assert found.pairs["grade"].to_pylist() == [None]


def test_a_column_names_the_context(tmp_path: Path) -> None:
    found = load(tmp_path, [{**GEESE, "head": "Noor"}], context="head")
    assert shown(found) == [
        "[*Noor* says the geese **are**] asleep.",
        "[*Noor* says the geese **is**] asleep.",
    ]
    assert found.pairs["rule"].to_pylist() == ["named words"]


def test_columns_name_critical_and_context_words_of_each_side(tmp_path: Path) -> None:
    row = {**GEESE, "verb1": "are", "verb2": "is", "head": "the geese"}
    found = load(tmp_path, [row], columns=["good_critical=verb1", "bad_critical=verb2", "context=head"])
    assert shown(found) == [
        "Noor says [*the geese* **are**] asleep.",
        "Noor says [*the geese* **is**] asleep.",
    ]


def test_of_several_places_the_context_nearest_to_the_difference_is_taken(tmp_path: Path) -> None:
    row = {"good": "A hen and a hen sees a hen.", "bad": "A hen and a hen see a hen.", "head": "hen"}
    assert shown(load(tmp_path, [row], context="head"))[0] == "A hen and a [*hen* **sees**] a hen."


def test_a_context_that_is_not_there_falls_back_with_the_reason(tmp_path: Path) -> None:
    found = load(tmp_path, [{**GEESE, "head": "ducks"}, {**GEESE, "head": None}], context="head")
    assert found.pairs["rule"].to_pylist() == ["generic", "generic"]
    assert found.pairs["fallback"].to_pylist() == ["the named words 'ducks' are not in the sentence", None]


OFFSETS = {
    "good_critical_start": 20,
    "good_critical_stop": 23,
    "good_context_start": 0,
    "good_context_stop": 4,
    "bad_critical_start": 20,
    "bad_critical_stop": 22,
    "bad_context_start": 0,
    "bad_context_stop": 4,
}


def test_span_columns_win_over_rules(tmp_path: Path) -> None:
    row = {**GEESE, **OFFSETS, "UID": "determiner_noun_agreement_1"}
    found = load(tmp_path, [row])
    assert shown(found) == [
        "[*Noor* says the geese **are**] asleep.",
        "[*Noor* says the geese **is**] asleep.",
    ]
    assert found.pairs["rule"].to_pylist() == ["own spans"]


def test_span_columns_under_other_names_and_without_context(tmp_path: Path) -> None:
    row = {**GEESE, "a": 20, "b": 23, "c": 20, "d": 22}
    names = ["good_critical_start=a", "good_critical_stop=b", "bad_critical_start=c", "bad_critical_stop=d"]
    found = load(tmp_path, [row], columns=names)
    assert shown(found) == ["Noor says the geese [**are**] asleep.", "Noor says the geese [**is**] asleep."]
    assert found.pairs["good_context_start"].to_pylist() == [None]


def test_a_row_without_offsets_is_left_to_the_rules(tmp_path: Path) -> None:
    rows = [{**GEESE, **OFFSETS, "id": 1}, {**GEESE, "id": 2}]
    assert load(tmp_path, rows).pairs["rule"].to_pylist() == ["own spans", "generic"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"good_critical_stop": 99}, "good: critical span 20:99 of a sentence of 31 characters"),
        ({"good_critical_stop": 20}, "good: critical span 20:20"),
        ({"good_critical_start": -1}, "good: critical span -1:23"),
        ({"bad_context_stop": 21}, "bad: critical span 20:22 and context span 0:21 overlap"),
        ({"bad_critical_stop": None}, "bad critical span has a start or a stop alone"),
        ({"bad_critical_start": "x"}, "'x' is no offset (column 'bad_critical_start')"),
        ({"bad_critical_start": 20.5}, "20.5 is no offset"),
        (
            {"bad_critical_start": None, "bad_critical_stop": None},
            "no bad_critical_start and bad_critical_stop",
        ),
        ({"good_phrase_start": 3, "good_phrase_stop": 23}, "context span 0:4 outside the phrase 3:23"),
    ],
)
def test_spans_that_are_none_are_refused_by_line(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, [{**GEESE, **OFFSETS, "id": 1}, {**GEESE, **OFFSETS, "id": 2, **change}])
    assert "mine.jsonl, line 2: " in error.value.line()
    assert message in error.value.line()


def test_offsets_count_in_the_sentence_as_it_stands(tmp_path: Path) -> None:
    row = {"good": "  The  geese are.", "bad": "  The  geese is."}
    offsets = {
        "good_critical_start": 13,
        "good_critical_stop": 16,
        "bad_critical_start": 13,
        "bad_critical_stop": 15,
        "good_context_start": 7,
        "good_context_stop": 12,
        "bad_context_start": 7,
        "bad_context_stop": 12,
    }
    ours, generic = load(tmp_path, [{**row, **offsets}]), load(tmp_path, [row])
    assert ours.pairs["good_phrase"].to_pylist() == generic.pairs["good_phrase"].to_pylist() == ["geese are"]
    assert generic.pairs["good_phrase_start"].to_pylist() == [7]
    assert generic.pairs["good_sentence"].to_pylist() == ["  The  geese are."]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["verb=good"], "'verb' is no role of a column"),
        (["good_critical"], "'good_critical' cannot be read; expected role=column"),
        (["context=nothing"], "no column 'nothing'"),
    ],
)
def test_roles_that_are_none_are_refused(columns: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, [GEESE], columns=columns)


def test_two_lines_a_pair_in_either_order(tmp_path: Path) -> None:
    (tmp_path / "verbs.txt").write_text("A hen sleep.\nA hen sleeps.\nTwo hens sleeps.\nTwo hens sleep.\n")
    config = PhrasesConfig(source="verbs.txt", text_lines="bad-first")
    found = load_phrases(config, MatchConfig(), base=tmp_path)
    assert found.pairs["pair_id"].to_pylist() == ["verbs/0", "verbs/1"]
    assert found.pairs["good_phrase"].to_pylist() == ["hen sleeps", "hens sleep"]
    config = PhrasesConfig(source="verbs.txt", text_lines="good-first")
    found = load_phrases(config, MatchConfig(), base=tmp_path)
    assert found.pairs["good_phrase"].to_pylist() == ["hen sleep", "hens sleeps"]


def test_an_odd_number_of_lines_is_refused(tmp_path: Path) -> None:
    (tmp_path / "verbs.txt").write_text("A hen sleep.\nA hen sleeps.\nTwo hens sleeps.\n")
    config = PhrasesConfig(source="verbs.txt", text_lines="bad-first")
    with pytest.raises(ConfigError, match=r"verbs\.txt, line 3: the last line has no other line"):
        load_phrases(config, MatchConfig(), base=tmp_path)


def test_regions_are_taken_whole(tmp_path: Path) -> None:
    row = {
        "good": ["The keys", "to the shed", "are", "here."],
        "bad": ["The keys", "to the shed", "is", "here."],
    }
    assert shown(load(tmp_path, [row]))[0] == "The keys [*to the shed* **are**] here."
    assert shown(load(tmp_path, [{**row, "named": "the keys"}], context="named"))[0] == (
        "The keys [*to the shed* **are**] here."
    )


def test_an_arrow_table_as_a_query_returns_it() -> None:
    table = pa.table({"good": ["A hen sleeps."], "bad": ["A hen sleep."], "id": [7]})
    found = phrases_of_table(table, PhrasesConfig(source="query"), MatchConfig())
    assert found.pairs["pair_id"].to_pylist() == ["query/7"]
    words = pa.table({"text": ["a hen", None]})
    with pytest.raises(ConfigError, match="query, row 2: phrase is missing"):
        phrases_of_table(words, PhrasesConfig(source="query"), MatchConfig())
