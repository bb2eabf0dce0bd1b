"""``exposure phrases`` from outside."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from indexer.cli.phrases import phrases
from indexer.errors import ConfigError
from indexer.phrases.pair_table import SCHEMA
from tests.support.tokenizer_families import tokenizer_named

PAIRS = (
    '{"sentence_good": "Noor sold this lamp.", "sentence_bad": "Noor sold this lamps.", '
    '"UID": "determiner_noun_agreement_1", "pairID": "5"}\n'
)


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    path = tmp_path / "pairs.jsonl"
    path.write_text(PAIRS)
    return str(path)


def run(*arguments: str, stdin: str | None = None) -> str:
    result = CliRunner().invoke(phrases, list(arguments), input=stdin, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_table_is_written_with_the_columns_of_the_index(pairs: str, tmp_path: Path) -> None:
    out = tmp_path / "table.parquet"
    assert run(pairs, "--out", str(out)) == f"wrote 1 row, 2 distinct phrases, to {out}\n"
    table = pq.read_table(out)
    assert table.schema.names == SCHEMA.names
    assert table["good_phrase"].to_pylist() == ["this lamp"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_what_is_written_can_be_read_again(pairs: str, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"table{suffix}"
    run(pairs, "--out", str(out))
    again = tmp_path / "again.parquet"
    run(str(out), "--out", str(again))
    row = pq.read_table(again).to_pylist()[0]
    assert (row["pair_id"], row["good_phrase"]) == ("determiner_noun_agreement_1/5", "this lamp")


def test_the_preview_lines_up_and_counts(pairs: str) -> None:
    shown = run(pairs).splitlines()
    assert shown[0].split() == ["pair_id", "good_phrase", "bad_phrase"]
    assert "1 pair, 2 distinct phrases" in shown[-1]


def test_one_pair_explained(pairs: str) -> None:
    shown = run(pairs, "--explain", "determiner_noun_agreement_1/5")
    assert "Noor sold [*this* **lamp**]." in shown
    assert "grade   A" in shown
    assert "the nearest to its left" in shown


@pytest.mark.parametrize(
    "given", ["determiner_noun_agreement_1/6", "5", "This lamp", "noor sold this lamps."]
)
def test_an_id_that_no_pair_has_names_the_argument_and_a_pair_that_may_be_meant(
    pairs: str, given: str
) -> None:
    told = f"--explain: no pair is called '{given}'.* determiner_noun_agreement_1/5$"
    with pytest.raises(ConfigError, match=told):
        CliRunner().invoke(phrases, [pairs, "--explain", given], catch_exceptions=False)


def test_phrases_without_pairs_have_nothing_to_explain(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("a goose\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no minimal pairs.*; leave --explain out"):
        CliRunner().invoke(
            phrases, [str(tmp_path / "words.txt"), "--explain", "a goose"], catch_exceptions=False
        )


def test_an_option_without_its_value_is_told_with_what_it_takes(exposure, pairs: str) -> None:
    code, _, err = exposure("phrases", pairs, "--explain")
    assert code == 2 and "'--explain' requires an argument, as in --explain PAIR_ID: Show one pair" in err
    code, out, err = exposure("--json", "phrases", pairs, "--explain")
    assert (code, out, json.loads(err)["exit_code"]) == (2, "", 2)


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "words.jsonl"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a goose\nA goose\n")))
    run("-", "--out", str(out), stdin="a goose\nA goose\n")
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["phrase_id"], row["id"], row["phrase"]) for row in rows] == [
        (0, "0", "a goose"),
        (0, "1", "a goose"),
    ]


def test_a_format_that_is_none(pairs: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such format; expected \.parquet"):
        CliRunner().invoke(phrases, [pairs, "--out", str(tmp_path / "x.xlsx")], catch_exceptions=False)


def test_the_help_shows_an_example_and_every_key() -> None:
    shown = run("--help")
    assert "Examples:\n  exposure phrases ../blimp --out phrases.parquet\n" in shown
    for option in ("--rules", "--good", "--text", "--token-ids", "--paradigms", "--side", "--reach"):
        assert option in shown


def test_a_tokenizer_adds_token_positions(pairs: str, tmp_path: Path) -> None:
    out = tmp_path / "positions.parquet"
    (tmp_path / "tokenizer.json").write_text(tokenizer_named("gpt2").json(), encoding="utf-8")
    run(pairs, "--tokenizer", str(tmp_path / "tokenizer.json"), "--out", str(out))
    (row,) = pq.read_table(out).to_pylist()
    assert row["good_n_tokens"] > 4
    assert row["good_key_token_stop"] <= row["good_query_token"]


def test_a_script_without_spaces_is_noted(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("三本书\n", encoding="utf-8")
    result = CliRunner().invoke(phrases, [str(tmp_path / "w.txt")], catch_exceptions=False)
    assert "in a script without spaces" in result.stderr


def test_a_reach_of_nothing_is_refused(pairs: str) -> None:
    with pytest.raises(ConfigError, match=r"reach = 0; expected 1 or more"):
        CliRunner().invoke(phrases, [pairs, "--reach", "0"], catch_exceptions=False)
