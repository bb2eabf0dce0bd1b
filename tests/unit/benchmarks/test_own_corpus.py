"""``make bench CORPUS=exposure.toml``: somebody's own shards and phrases, every row with the same count."""

from __future__ import annotations

import argparse
import json

import numpy as np
import pytest

from benchmarks import measure, own_corpus
from benchmarks.cases import Case
from benchmarks.measure import run_of
from benchmarks.readme_table import main_table
from benchmarks.table import tables
from indexer.errors import ConfigError, ExposureError

ARGUMENTS = argparse.Namespace(tokens=9_000, slow_tokens=9_000, rounds=1, no_memory=True, clock="wall")


@pytest.fixture
def corpus(tmp_path):
    """Three shards of short sequences, and four phrases given as ids; one is the beginning of another."""
    rng = np.random.default_rng(1)
    for number in range(3):
        rng.integers(1, 30, 4_000).astype("<u2").tofile(tmp_path / f"{number}.bin")
    phrases = ([3, 4], [3, 4, 5], [7], [9, 9])
    (tmp_path / "phrases.jsonl").write_text("".join(json.dumps({"token_ids": ids}) + "\n" for ids in phrases))
    (tmp_path / "exposure.toml").write_text(
        '[phrases]\nsource = "phrases.jsonl"\ntoken_ids = "token_ids"\n'
        '[corpus]\nformat = "headerless"\npaths = ["*.bin"]\ndtype = "uint16"\nsequence_length = 40\n'
        '[order]\nbatch_size = 1\n[match]\nunit = "tokens"\nboundary = "none"\n'
    )
    return tmp_path


def counted(folder, n_sequences):
    """Return the occurrences in the first sequences, by a plain loop."""
    ids = np.concatenate([np.fromfile(folder / f"{number}.bin", "<u2") for number in range(3)])
    rows = ids[: n_sequences * 40].reshape(-1, 40).tolist()
    phrases = [json.loads(line)["token_ids"] for line in (folder / "phrases.jsonl").read_text().splitlines()]
    return sum(row[k : k + len(p)] == p for row in rows for p in phrases for k in range(40))


def test_every_row_finds_what_a_plain_loop_finds_in_the_bounded_part(corpus):
    records = own_corpus.measure_own(corpus / "exposure.toml", ARGUMENTS)
    assert_table_lines_up(records)
    fast = {row["name"]: row for row in records}["exposure indexer, ids"]
    assert (fast["n_tokens"], fast["occurrences"]) == (9_000, counted(corpus, 225))
    slow = {row["name"]: row for row in records}["pyahocorasick, characters"]
    assert slow["occurrences"] == counted(corpus, slow["n_tokens"] // 40)


def assert_table_lines_up(records):
    run = run_of(records, "exposure.toml", {})
    table = [line for line in tables(run).splitlines() if line.startswith("|")]
    assert len({len(line) for line in table}) == 1
    assert "of the read limit" in table[0]
    assert any("of reading" in line for line in main_table([run]))


def test_a_wrong_answer_of_any_row_ends_the_run():
    wrong = Case("scan", "a peer", "own", 9_000, lambda: lambda: 3, expected=2)
    with pytest.raises(SystemExit, match=r"Wrong answer: a peer finds 3 occurrences of own, but there are 2"):
        measure.measure([wrong], 1, memory=False)


def test_what_is_missing_is_said_in_a_line(corpus):
    with pytest.raises(ExposureError, match=r"none\.toml"):
        own_corpus.measure_own(corpus / "none.toml", ARGUMENTS)
    (corpus / "phrases.jsonl").write_text("")
    with pytest.raises(ConfigError, match="phrase"):
        own_corpus.measure_own(corpus / "exposure.toml", ARGUMENTS)
