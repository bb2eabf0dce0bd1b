"""exposure init, check, batch and tokenize, as a person types them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest


def test_check_says_what_an_index_will_read(sample: Path, exposure):
    code, out, _ = exposure("check", str(sample / "exposure.toml"))
    assert code == 0
    lines = {line.split("  ")[0].strip(): line for line in out.splitlines() if "  " in line}
    assert "megatron" in lines["format"]
    assert "steps 0 to 59" in lines["training window"] and "60" in lines["steps in the order"]
    assert "First row of the window" in out and "Taken on trust" in out
    assert "phrases stand in a sample" in out and "recall" not in out
    code, out, _ = exposure("check", str(sample / "exposure.toml"), "--set", "match.unit=both")
    assert code == 0 and "what exposure_count_tokens misses" in out and "your phrases: passes" in out


def test_check_as_json(sample: Path, exposure):
    code, out, _ = exposure("check", str(sample / "exposure.toml"), "--json")
    found = json.loads(out)
    assert code == 0 and found["facts"]["shards"] == 3
    assert found["facts"]["sequences"] > 0 and found["sample"]
    assert found["forms"] is None and 0 < found["phrases"]["n_found"] <= found["phrases"]["n_places"]


def test_check_refuses_a_window_beyond_the_corpus(sample: Path, exposure):
    code, _, err = exposure("check", str(sample / "exposure.toml"), "--set", "order.stop_step=61000")
    assert code == 3 and "stop_step = 61,000" in err and "steps" in err


def test_batch_prints_the_rows_of_a_step(sample: Path, index_dir: Path, exposure):
    code, out, _ = exposure("batch", str(index_dir), "3", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [row["row"] for row in rows] == list(range(len(rows)))
    assert {row["step"] for row in rows} == {3} and all(row["ids"] and row["text"] for row in rows)
    code, again, _ = exposure("batch", str(sample / "exposure.toml"), "3", "--json")
    assert again == out
    code, out, _ = exposure("batch", str(index_dir), "3", "--rows", "1", "--characters", "10")
    assert code == 0 and out.startswith(f"step 3, row 0, sequence {rows[0]['sequence']:,}")
    assert len(out.splitlines()[1]) <= 10


def test_batch_of_a_step_that_is_none(index_dir: Path, exposure):
    code, _, err = exposure("batch", str(index_dir), "100000")
    assert code == 2 and "step 100,000 is not one of this order; expected 0 to" in err


def test_init_writes_a_preset_once(tmp_path: Path, exposure):
    target = tmp_path / "exposure.toml"
    code, out, err = exposure("init", "--preset", "pythia", "--out", str(target))
    assert (code, err) == (0, "")
    assert out == f"wrote {target}\nNext:\n  exposure check {target}\n"
    assert "143_000" in target.read_text()
    code, _, err = exposure("init", "--preset", "pythia", "--out", str(target))
    assert code == 4 and "exists already" in err
    other = tmp_path / "my own.toml"
    *_, grep, check = exposure("init", "--preset", "megatron", "--out", str(other))[1].splitlines()
    assert check == f"  exposure check '{other}'"
    told = subprocess.run(grep, shell=True, capture_output=True, text=True, check=True).stdout
    assert told.count("FILL IN") == other.read_text().count("FILL IN") > 0
    code, out, err = exposure("init")
    assert code == 2 and "pythia-deduped" in out and "nothing was written" in err
    code, out, _ = exposure("init", "--list")
    assert code == 0 and "pythia-deduped" in out
    assert exposure("init", "--preset", "nope")[0] == 2


@pytest.mark.parametrize("mode", ["packed", "document"])
def test_tokenize_writes_shards_that_its_own_sections_read(tmp_path: Path, sample: Path, exposure, mode):
    texts = [json.dumps({"text": f"these sketches number {i} are old ."}) for i in range(40)]
    (tmp_path / "a.jsonl").write_text("\n".join(texts))
    words = ("tokenize", str(tmp_path / "a.jsonl"), "--out", str(tmp_path / "shards"), "--mode", mode)
    options = ("--tokenizer", str(sample / "tokenizer.json"), "-n", "16", "--shard-tokens", "100")
    code, out, err = exposure(*words, *options)
    assert code == 0, err
    written = {path.name: path.read_bytes() for path in (tmp_path / "shards").iterdir()}
    assert exposure(*words, *options)[1] == out
    assert {path.name: path.read_bytes() for path in (tmp_path / "shards").iterdir()} == written
    (tmp_path / "p.txt").write_text("these sketches\n")
    config = tmp_path / "shards" / "exposure.toml"
    config.write_text(out.replace("1024", "4") + '\n[phrases]\nsource = "../p.txt"\n')
    code, out, err = exposure("check", str(config), "--json")
    assert code == 0, err
    shards = json.loads(written["tokenize.json"])["shards"]
    n_sequences = sum(shard["n_sequences"] for shard in shards)
    assert len(shards) > 1 and json.loads(out)["facts"]["sequences"] == n_sequences
    assert n_sequences == 40 or mode == "packed"
    code, out, _ = exposure("batch", str(config), "0")
    assert code == 0 and "these sketches number 0" in out


def test_tokenize_refuses_what_has_no_effect_on_files(tmp_path: Path, sample: Path, exposure):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    words = ("tokenize", tmp_path / "a.jsonl", "--out", tmp_path / "out", "--mode", "packed", "-n", "4")
    words = (*words, "--tokenizer", sample / "tokenizer.json")
    for option, value in (("--shuffle-seed", "1"), ("--limit", "5"), ("--split", "train")):
        code, _, error = exposure(*words, option, value)
        assert code == 2 and f"{option} has no effect on files" in error
    (tmp_path / "b.txt").write_text("x\n")
    code, _, error = exposure("tokenize", tmp_path / "*.*", *words[2:])
    assert code == 3 and "b.txt" in error


def test_raw_text_is_indexed_and_looked_at_by_the_tokenizer_of_the_index(
    tmp_path: Path, sample: Path, exposure_process
):
    for name in ("a", "b"):
        texts = [json.dumps({"text": f"these sketches number {i} of {name} are old ."}) for i in range(40)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(texts))
    (tmp_path / "p.txt").write_text("these sketches\n")
    shutil.copy(sample / "tokenizer.json", tmp_path)
    config = tmp_path / "exposure.toml"
    config.write_text(
        '[phrases]\nsource = "p.txt"\n[tokenizer]\npath = "tokenizer.json"\n[order]\nbatch_size = 8\n'
        '[corpus]\npaths = ["*.jsonl"]\npacking = "document"\nsequence_length = 32\n'
    )
    out = str(tmp_path / "index")
    done = exposure_process("index", str(config), "--out", out, "--workers", "2")
    assert done.returncode == 0 and "fork" not in done.stderr, done.stderr
    (tmp_path / "tokenizer.json").unlink()
    done = exposure_process("batch", out, "5", "--json")
    texts = [json.loads(line)["text"].strip() for line in done.stdout.splitlines()]
    assert texts == [f"these sketches number {i} of b are old ." for i in range(8)], done.stderr
    # nothing is counted again, so a file that is not looked at may have become anything
    (tmp_path / "b.jsonl").write_text("no JSON")
    done = exposure_process("batch", out, "0", "--rows", "1")
    assert done.returncode == 0 and "these sketches number 0 of a" in done.stdout, done.stderr
    assert exposure_process("batch", out, "5").returncode == 4
    config.write_text(config.read_text().replace("tokenizer.json", "none.json"))
    done = exposure_process("batch", str(config), "5")
    assert done.returncode == 2 and "no such tokenizer" in done.stderr
