"""Indexes of text: what is right holds in every unit, and what a forger swaps is found in each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.verification.findings import Verification
from tests.support.doctoring import Doctored, Row

Verify = Callable[[Path], Verification]
TOML = """
[phrases]
source = "wanted.csv"
pattern = "wanted"
[tokenizer]
path = "tokenizer.json"
[corpus]
format = "megatron"
paths = ["shards/*.bin"]
end_of_document = 0
label_overlap = true
[order]
batch_size = {batch_size}
epochs = 2
drop_last = false
checkpoints = 20
[match]
unit = "{unit}"
"""
WANTED = ["man calms", "did the", "the <0-2 words> near", "This <0-3 tokens> letter", "never borrowed", "é ½"]


@pytest.fixture(scope="module", params=["text", "both"])
def built(request: pytest.FixtureRequest, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("text")
    (base / "shards").mkdir()
    for ending in ("bin", "idx"):
        shard = sorted((sample / "shards").glob(f"*.{ending}"))[0]
        shutil.copy(shard, base / "shards" / f"s00.{ending}")
    shutil.copy(sample / "tokenizer.json", base)
    (base / "wanted.csv").write_text("id,wanted\n" + "".join(f"{n},{w}\n" for n, w in enumerate(WANTED)))
    (base / "exposure.toml").write_text(TOML.format(unit=request.param, batch_size=16))
    build_index(load_config(base / "exposure.toml"), base / "index", n_workers=1)
    return base


def failed(verification: Verification) -> list[str]:
    return [check.name for check in verification.checks if check.n_failed]


def test_what_is_right_holds(built: Path, verify: Verify) -> None:
    verification = verify(built / "index")
    assert verification.held, failed(verification)
    counts = {check.name: check.n_looked_at for check in verification.checks}
    assert counts["recorded places, found again in the raw corpus"] >= 8
    assert counts["zeros, proved again in the raw corpus"] >= 1


def test_two_swapped_phrases(built: Path, tmp_path: Path, verify: Verify) -> None:
    shutil.copytree(built, tmp_path / "copy")
    doctored = Doctored(tmp_path / "copy")

    def swap(rows: list[Row]) -> None:
        one, other = [row for row in rows if row["phrase"] in ("did the", "man calms")]
        one["phrase"], other["phrase"] = other["phrase"], one["phrase"]

    doctored.phrases(swap, deep=True)
    doctored.merge()
    found = failed(verify(doctored.index.root))
    unit = doctored.plan().config.match.unit
    if unit != "tokens":
        assert "counts of phrases in whole ranges, counted again in the raw corpus" in found
    if unit != "text":
        assert "id forms of phrases against what they spell" in found


def test_one_phrase_is_counted_again(built: Path, exposure: Callable[..., tuple[int, str, str]]) -> None:
    words = ("verify", built / "index", "--sample", 0, "--max-tokens", 0)
    code, out, err = exposure(*words, "--phrase", "Never Borrowed")
    n_units = 2 if '"both"' in (built / "exposure.toml").read_text() else 1
    assert code == 0, err
    assert f"zeros, proved again in the raw corpus: {n_units} zeros" in out
    code, _, err = exposure(*words, "--phrase", "no such phrase")
    assert code == 2 and "is no phrase of this index" in err
