"""Another tokenizer of the same size is refused by check, plan and index, before anything is scanned."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from indexer.corpus.text.writers import write_megatron
from tests.support.invented_languages import documents, library, permuted, tokenizer
from tests.support.small_corpus import ask


def write_corpus(base: Path, *, seed_of_tokenizer: int, shuffle: bool = False, **keys: object) -> Path:
    """Write shards of ids of tokenizer 0, and a configuration that names another or the same."""
    right = tokenizer("bpe", "latin")
    runs = right.encode_batch(documents("latin"))
    if shuffle:
        runs = permuted(runs, right.n_ids)
    write_megatron(base / "a", [np.array(run, "<u2") for run in runs], "<u2")
    (base / "tokenizer.json").write_text(library("bpe", "latin", seed_of_tokenizer).to_str())
    words = sorted({word for text in documents("latin")[:3] for word in text.replace(".", "").split()})
    (base / "phrases.csv").write_text("p\n" + "\n".join([*words, "qqxxzz zzqqxx"]) + "\n")
    more = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    (base / "exposure.toml").write_text(
        '[phrases]\nsource = "phrases.csv"\ntext = "p"\n'
        f'[tokenizer]\npath = "tokenizer.json"\n{more}'
        '[corpus]\npaths = ["a.bin"]\nformat = "megatron"\n[order]\nbatch_size = 4\n'
    )
    return base / "exposure.toml"


@pytest.mark.parametrize("command", ["check", "plan", "index"])
@pytest.mark.parametrize("shuffle", [False, True], ids=["another", "permuted"])
def test_it_is_refused(tmp_path: Path, exposure, command: str, shuffle: bool) -> None:
    config = write_corpus(tmp_path, seed_of_tokenizer=0 if shuffle else 1, shuffle=shuffle)
    out = [] if command == "check" else ["--out", tmp_path / "index"]
    code, _, error = exposure(command, config, *out)
    assert code == 3
    assert "tokenizer.json: looks like another tokenizer than that of the corpus" in error
    assert "they spell “" in error and "[tokenizer] trust = true" in error
    assert not (tmp_path / "index" / "plan.json").exists()


def test_taken_on_purpose_its_zeros_are_unknown(tmp_path: Path, exposure) -> None:
    config = write_corpus(tmp_path, seed_of_tokenizer=1, trust=True)
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    statuses = ask(tmp_path / "index", "SELECT DISTINCT status FROM exposures WHERE exposure_count = 0")
    assert statuses == [("unknown",)]
    code, out, _ = exposure("status", tmp_path / "index")
    assert code == 0 and "on purpose" in out and "they spell “" in out


def test_the_right_one_is_confirmed_by_check(tmp_path: Path, exposure) -> None:
    config = write_corpus(tmp_path, seed_of_tokenizer=0)
    code, out, error = exposure("check", config)
    assert code == 0, error
    assert "agrees with the ids of a sample: 100.0% of" in " ".join(out.split())
    evidence = json.loads(exposure("check", config, "--json")[1])["facts"]["evidence"]
    assert evidence in " ".join(out.split())
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    statuses = dict(ask(tmp_path / "index", "SELECT status, count(*) FROM exposures GROUP BY ALL"))
    assert set(statuses) == {"seen", "never"}


def write_rarely_wrong(base: Path, first: int) -> Path:
    """Write ids of which those from `first` on are in another order."""
    right = tokenizer("bpe", "latin", size=1808)
    runs = right.encode_batch(documents("latin", n=1200))
    ids = np.arange(right.n_ids)
    np.random.default_rng(0).shuffle(ids[first:])
    write_megatron(base / "a", [ids[run].astype("<u2") for run in runs], "<u2")
    (base / "tokenizer.json").write_text(library("bpe", "latin", size=1808).to_str())
    (base / "phrases.csv").write_text("p\nqqxxzz zzqqxx\n")
    (base / "exposure.toml").write_text(
        '[phrases]\nsource = "phrases.csv"\ntext = "p"\n[tokenizer]\npath = "tokenizer.json"\n'
        '[corpus]\npaths = ["a.bin"]\nformat = "megatron"\n[order]\nbatch_size = 4\n'
    )
    return base / "exposure.toml"


@pytest.mark.parametrize("first", [400, 800, 1200])
def test_one_of_which_only_rare_ids_are_others_is_refused(tmp_path: Path, exposure, first: int) -> None:
    code, _, error = exposure("plan", write_rarely_wrong(tmp_path, first), "--out", tmp_path / "index")
    assert code == 3 and "looks like another tokenizer" in error, error


def test_ids_too_rare_to_tell_are_taken_on_trust_with_a_decoded_line(tmp_path: Path, exposure) -> None:
    config = write_rarely_wrong(tmp_path, 1806)
    code, out, error = exposure("check", config, "--json")
    assert code == 0, error
    (trusted,) = [what for what in json.loads(out)["unverified"] if "says of ids from" in what]
    assert "too few to tell; read some, which are right" in trusted
    assert exposure("plan", config, "--out", tmp_path / "index")[0] == 0
    assert f"taken on trust: {trusted}" in exposure("status", tmp_path / "index")[1]
    vocabulary = json.loads(out)["facts"]["sha256 of its vocabulary"]
    named = exposure("check", config, "--json", "--set", f"tokenizer.vocabulary_sha256={vocabulary}")[1]
    (trusted,) = [what for what in json.loads(named)["unverified"] if "too rare in a sample" in what]
    assert trusted.endswith("are of the tokenizer whose hash is named")
