"""The sample is the same every time, holds what it says, and tells its truth in words alone."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from indexer.config import load_config
from indexer.errors import StateError
from indexer.sample import write_sample
from indexer.sample.dice import Dice
from indexer.sample.pairs import PARADIGMS, minimal_pairs
from indexer.sample.write import BATCH_SIZE, SEQUENCE_LENGTH, SampleSize
from indexer.tokenizers import load_tokenizer

SMALL = SampleSize(pairs_per_paradigm=25, n_steps=24, n_dropped=7, n_shards=3, vocab_size=1200)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sample") / "small"
    write_sample(directory, size=SMALL)
    return directory


def texts_of(directory: Path) -> list[str]:
    """The text of each sequence, read back from the shards."""
    tokenizer = load_tokenizer("tokenizer.json", base=directory)
    texts = []
    for shard in sorted((directory / "shards").glob("*.bin")):
        ids = np.fromfile(shard, dtype="<u2")
        for document in np.split(ids, np.flatnonzero(ids == 0) + 1):
            if document.size:
                assert document.size <= SEQUENCE_LENGTH
                assert document[-1] == 0
                texts.append(tokenizer.decode(document[:-1].tolist()))
    return texts


def test_truth_equals_a_search_of_the_text_that_the_shards_spell(sample: Path) -> None:
    texts = texts_of(sample)
    n_seen = SMALL.n_steps * BATCH_SIZE
    assert len(texts) == n_seen + SMALL.n_dropped
    lower = [text.lower() for text in texts]
    rows = pq.read_table(sample / "truth.parquet").to_pylist()
    assert rows == sorted(rows, key=lambda row: row["phrase"])
    for row in rows:
        pattern = re.compile(rf"(?<![^\W_]){re.escape(row['phrase'])}(?![^\W_])")
        hits = [(number, len(pattern.findall(text))) for number, text in enumerate(lower[:n_seen])]
        hits = [(number, count) for number, count in hits if count]
        assert row["exposure_count"] == sum(count for _, count in hits)
        assert row["seen"] == bool(hits)
        assert row["first_sequence"] == (hits[0][0] if hits else None)
        assert row["first_step"] == (hits[0][0] // BATCH_SIZE if hits else None)
        assert row["last_step"] == (hits[-1][0] // BATCH_SIZE if hits else None)


def test_some_phrases_come_early_some_late_some_never(sample: Path) -> None:
    rows = pq.read_table(sample / "truth.parquet").to_pylist()
    never = sum(not row["seen"] for row in rows)
    late = sum(row["seen"] and row["first_step"] >= 0.6 * SMALL.n_steps for row in rows)
    early = sum(row["seen"] and row["last_step"] < 0.4 * SMALL.n_steps for row in rows)
    assert min(never, late, early) > 0.05 * len(rows)
    assert max(row["exposure_count"] for row in rows) >= 50
    dropped = " ".join(texts_of(sample)[-SMALL.n_dropped :]).casefold()
    assert any(row["phrase"] in dropped for row in rows if not row["seen"])


def test_a_phrase_is_spelled_in_every_way_a_text_spells_it(sample: Path) -> None:
    text = "\n".join(texts_of(sample))
    for pattern in [
        r'"Th\w+ \w+ again',
        r"^Th(is|at|ese|ose) ",
        r"NOTICE FROM THE \w+: ",
        r"\w's \w",
        r"\(th\w+ ",
    ]:
        assert re.search(pattern, text, re.MULTILINE), pattern


def test_pairs_have_the_fields_of_blimp(sample: Path) -> None:
    files = sorted((sample / "blimp").glob("*.jsonl"))
    assert {file.stem for file in files} == set(PARADIGMS)
    for file in files:
        records = [json.loads(line) for line in file.read_text().splitlines()]
        assert [record["pairID"] for record in records] == [str(i) for i in range(SMALL.pairs_per_paradigm)]
        assert len({record["sentence_good"] for record in records}) > 0.9 * len(records)
        for record in records:
            assert record["UID"] == file.stem
            good, bad = record["sentence_good"], record["sentence_bad"]
            assert good != bad
            assert good.endswith(".") and bad.endswith(".")
            assert len(good.split()) in (len(bad.split()), len(bad.split()) + 1)
            if record["one_prefix_method"]:
                start = record["one_prefix_prefix"]
                assert good.startswith(f"{start} {record['one_prefix_word_good']}")
                assert bad.startswith(f"{start} {record['one_prefix_word_bad']}")
            if record["two_prefix_method"]:
                word = record["two_prefix_word"]
                assert good.startswith(f"{record['two_prefix_prefix_good']} {word}")
                assert bad.startswith(f"{record['two_prefix_prefix_bad']} {word}")


def test_every_pair_holds_its_critical_phrases() -> None:
    pairs = list(minimal_pairs(Dice("any seed"), 60))
    assert Counter(pair.record["UID"] for pair in pairs) == dict.fromkeys(PARADIGMS, 60)
    for pair in pairs:
        for side, phrase in (("good", pair.good), ("bad", pair.bad)):
            sentence = str(pair.record[f"sentence_{side}"])
            words = sentence.rstrip(".").casefold().split()
            wanted = phrase.text.casefold().split()
            assert any(words[i : i + len(wanted)] == wanted for i in range(len(words)))


def test_the_configuration_reads_the_sample(sample: Path) -> None:
    config = load_config(sample)
    assert config.order.batch_size == BATCH_SIZE
    assert config.order.drop_last
    assert config.corpus.end_of_document == 0
    tokenizer = load_tokenizer(str(config.tokenizer.path), base=config.base)
    assert tokenizer.decode([0]) == "<|endoftext|>"
    assert tokenizer.token_bytes().special.nonzero()[0].tolist() == [0]


def digest(directory: Path) -> dict[str, str]:
    return {
        str(file.relative_to(directory)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from indexer.sample.write import SampleSize, write_sample;"
        f"write_sample(Path(sys.argv[1]), size={SMALL!r})"
    )
    settings = {"PYTHONHASHSEED": "77", "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": str(Path.cwd())}
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "again")], env={**os.environ, **settings}, check=True
    )
    assert digest(tmp_path / "again") == digest(sample)
    write_sample(tmp_path / "other", size=SMALL, seed="another")
    assert digest(tmp_path / "other")["truth.parquet"] != digest(sample)["truth.parquet"]


def test_nothing_is_written_over(sample: Path, tmp_path: Path) -> None:
    before = digest(sample)
    with pytest.raises(StateError, match="is not empty; name a new directory"):
        write_sample(sample, size=SMALL)
    assert digest(sample) == before
    (tmp_path / "empty").mkdir()
    write_sample(tmp_path / "empty", size=SampleSize(5, 4, 1, 2, 1200))
    assert (tmp_path / "empty" / "truth.parquet").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


@pytest.mark.parametrize("rules", ["default", "study"])
def test_the_rules_find_the_phrases_the_grammar_meant(sample: Path, rules: str) -> None:
    from dataclasses import replace

    from indexer.phrases import load_phrases

    config = load_config(sample)
    found = load_phrases(
        replace(config.phrases, rules=rules), config.match, base=config.base
    ).pairs.to_pylist()
    by_id = {row["pair_id"]: row for row in found}
    meant = list(minimal_pairs(Dice("exposure pairs"), SMALL.pairs_per_paradigm))
    assert len(by_id) == len(meant)
    for pair in meant:
        row = by_id[f"{pair.record['UID']}/{pair.record['pairID']}"]
        assert row["good_phrase"].casefold() == pair.good.text.casefold()
        assert row["bad_phrase"].casefold() == pair.bad.text.casefold()
        n_words = [len(phrase.text.split()) for phrase in (pair.good, pair.bad)]
        left_out = rules == "study" and n_words[0] != n_words[1]  # as its published counts show
        assert (row["excluded"] is not None) == left_out
