"""Every published gold pair comes out to the character."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.phrases import PhraseSet
from indexer.phrases.rules.table import PARADIGMS


@pytest.fixture(scope="module")
def gold(shared: Path) -> list[dict]:
    with (shared / "spec" / "critical-phrases.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_all_gold_pairs_come_out_to_the_character(blimp: PhraseSet, gold: list[dict]) -> None:
    rows = {row["pair_id"]: row for row in blimp.pairs.to_pylist()}
    wrong = []
    checked = 0
    for item in gold:
        if item["uid"] not in PARADIGMS:
            continue
        checked += 1
        row = rows[f"{item['uid']}/{item['pair_id']}"]
        wanted = {"grade": item["grade"], "phenomenon": item["phenomenon"]}
        wanted["end_boundary"] = item["end_boundary"]
        for side in ("good", "bad"):
            wanted[f"{side}_sentence"] = item[f"sentence_{side}"]
            wanted[f"{side}_phrase"] = item[side]["phrase"]
            for span in ("phrase", "critical", "context"):
                start, stop = item[side][f"{span}_span"]
                wanted[f"{side}_{span}_start"] = start
                wanted[f"{side}_{span}_stop"] = stop
        found = {name: row[name] for name in wanted}
        if found != wanted:
            wrong.append(
                (row["pair_id"], {k: (found[k], wanted[k]) for k in wanted if found[k] != wanted[k]})
            )
    assert checked >= 5
    assert not wrong, wrong[:5]


def test_every_pair_of_a_known_paradigm_is_marked_by_its_own_rule(blimp: PhraseSet) -> None:
    by_another = [
        (row["pair_id"], row["rule"], row["fallback"])
        for row in blimp.pairs.select(["pair_id", "paradigm", "rule", "fallback"]).to_pylist()
        if row["paradigm"] in PARADIGMS and row["rule"] != row["paradigm"]
    ]
    assert not by_another, by_another[:5]


def test_exactly_the_seven_identical_pairs_are_excluded(blimp: PhraseSet) -> None:
    excluded = [row for row in blimp.pairs.to_pylist() if row["excluded"] is not None]
    assert sorted(row["paradigm"] for row in excluded) == ["passive_1"] * 2 + ["principle_A_case_2"] * 5
    assert {row["pair_id"] for row in excluded} >= {"passive_1/324", "passive_1/810"}
    assert {row["excluded"] for row in excluded} == {"the good and the bad sentence are the same"}
    assert all(row["identical"] for row in excluded)


def test_all_67000_pairs_are_there(blimp: PhraseSet) -> None:
    assert blimp.pairs.num_rows == 67_000
    assert set(blimp.pairs["dataset"].to_pylist()) == {"blimp"}
