"""The measured table of all paradigms comes out: phrase lengths, tokens and distinct phrases."""

from __future__ import annotations

import statistics
from collections import defaultdict
from pathlib import Path

import pytest

from indexer.phrases import PhraseSet
from indexer.tokenizers import load_tokenizer


@pytest.fixture(scope="module")
def table(shared: Path) -> dict[str, dict[str, str]]:
    rows = {}
    for line in (shared / "spec" / "critical-phrases.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 8 and cells[1] in ("A", "B", "C"):
            rows[cells[0]] = {"grade": cells[1], "len": cells[5], "tok": cells[6], "distinct": cells[7]}
    assert len(rows) == 67
    return rows


@pytest.fixture(scope="module")
def measured(blimp: PhraseSet, shared: Path) -> dict[str, dict[str, str]]:
    tokenizer = load_tokenizer("gpt-neox-20b.json.gz", base=shared / "data" / "tokenizers")
    by_paradigm = defaultdict(list)
    for row in blimp.pairs.to_pylist():
        by_paradigm[row["paradigm"]].append(row)
    found = {}
    for paradigm, rows in by_paradigm.items():
        words = [len(row[f"{side}_phrase"].split()) for row in rows for side in ("good", "bad")]
        tokens = [len(ids) for ids in tokenizer.encode_batch([" " + row["good_phrase"] for row in rows])]
        found[paradigm] = {
            "grade": rows[0]["grade"],
            "len": f"{min(words)}/{_plain(statistics.median(words))}/{max(words)}",
            "tok": f"{_plain(statistics.median(tokens))}/{max(tokens)}",
            "distinct": " / ".join(
                str(len({row[f"{side}_phrase_id"] for row in rows})) for side in ("good", "bad")
            ),
        }
    return found


def _plain(number: float) -> str:
    return f"{number:g}"


def test_the_whole_table(table: dict[str, dict[str, str]], measured: dict[str, dict[str, str]]) -> None:
    wrong = {
        uid: {key: (measured[uid][key], value) for key, value in row.items() if measured[uid][key] != value}
        for uid, row in table.items()
        if measured[uid] != row
    }
    assert not wrong


def test_no_phrase_is_shared_by_good_and_bad_but_in_identical_pairs(blimp: PhraseSet) -> None:
    same = [
        row["identical"]
        for row in blimp.pairs.to_pylist()
        if row["good_phrase"].lower() == row["bad_phrase"].lower()
    ]
    assert same == [True] * 7


def test_the_phrases_that_are_whole_sentences(blimp: PhraseSet) -> None:
    whole = defaultdict(list)
    for row in blimp.pairs.to_pylist():
        length = len(row["good_sentence"].rstrip(".?"))
        whole[row["paradigm"]].append((row["good_phrase_start"], row["good_phrase_stop"]) == (0, length))
    for paradigm in (
        "adjunct_island",
        "complex_NP_island",
        "sentential_subject_island",
        "coordinate_structure_constraint_object_extraction",
    ):
        assert all(whole[paradigm])
