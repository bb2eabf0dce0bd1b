"""Ids read by another dtype than they were written by are refused, with a tokenizer and without."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.invented_languages import documents, library, tokenizer

RANDOM = np.random.default_rng(3)
WORDS = np.minimum(RANDOM.zipf(1.2, 60_000), 49_999)
"""Frequencies as words have them, of 50,000 ids."""
MANY = np.where(RANDOM.random(60_000) < 0.12, RANDOM.integers(65_536, 152_000, 60_000), WORDS)
"""12 % of the ids lie above 65,535, of 152,000."""
READ = ("uint8", "uint16", "uint32", "int64", ">u2", ">u4")


def wrong(*written: str) -> list[tuple[str, str]]:
    return [(w, r) for w in written for r in READ if np.dtype(w) != np.dtype(r)]


def configured(
    base: Path, dtype: str, *, with_tokenizer: bool = False, vocab_size: int | None = None
) -> Path:
    """Write a configuration over ``a.bin``."""
    (base / "phrases.jsonl").write_text('{"token_ids": [5, 6]}\n')
    (base / "phrases.csv").write_text("p\nword\n")
    lines = [
        "[corpus]",
        'paths = ["a.bin"]',
        'format = "headerless"',
        f"dtype = {json.dumps(dtype)}",
        "sequence_length = 64",
        *([f"vocab_size = {vocab_size}"] if vocab_size else []),
        "[order]",
        "batch_size = 4",
        "[phrases]",
    ]
    if with_tokenizer:
        (base / "tokenizer.json").write_text(library("bpe", "latin").to_str())
        lines += ['source = "phrases.csv"', 'text = "p"', "[tokenizer]", 'path = "tokenizer.json"']
    else:
        lines += ['source = "phrases.jsonl"', 'token_ids = "token_ids"', "[match]", 'unit = "tokens"']
    (base / "exposure.toml").write_text("\n".join(lines) + "\n")
    return base / "exposure.toml"


def refused(exposure, config: Path) -> str:
    code, _, error = exposure("plan", config, "--out", config.parent / "index")
    assert code == 3, error
    return error


@pytest.mark.parametrize("vocab_size", [None, 50_000])
@pytest.mark.parametrize(("written", "read"), wrong("<u2", "<u4", "<i8"))
def test_without_a_tokenizer(tmp_path: Path, exposure, written: str, read: str, vocab_size) -> None:
    WORDS.astype(written).tofile(tmp_path / "a.bin")
    error = refused(exposure, configured(tmp_path, read, vocab_size=vocab_size))
    assert f"look like {np.dtype(written).name}" in error


@pytest.mark.parametrize("vocab_size", [None, 152_000])
@pytest.mark.parametrize(("written", "read"), wrong("<u4", "<i8"))
def test_a_vocabulary_beyond_16_bits(tmp_path: Path, exposure, written: str, read: str, vocab_size) -> None:
    MANY.astype(written).tofile(tmp_path / "a.bin")
    error = refused(exposure, configured(tmp_path, read, vocab_size=vocab_size))
    assert f"look like {np.dtype(written).name}" in error


@pytest.mark.parametrize(("written", "read"), wrong("<u2", "<u4", "<i8"))
def test_with_a_tokenizer(tmp_path: Path, exposure, written: str, read: str) -> None:
    runs = tokenizer("bpe", "latin").encode_batch(documents("latin"))
    np.array([token for run in runs for token in [*run, 0]]).astype(written).tofile(tmp_path / "a.bin")
    refused(exposure, configured(tmp_path, read, with_tokenizer=True))


@pytest.mark.parametrize("ids", [WORDS, RANDOM.integers(0, 40, 20_000)], ids=["words", "uniform"])
@pytest.mark.parametrize(
    ("written", "read"), [("<u2", "uint16"), (">u2", ">u2"), (">u4", ">u4"), ("<i8", "int64")]
)
def test_the_right_dtype_is_taken(tmp_path: Path, exposure, ids, written: str, read: str) -> None:
    ids.astype(written).tofile(tmp_path / "a.bin")
    code, _, error = exposure("plan", configured(tmp_path, read), "--out", tmp_path / "index")
    assert code == 0, error


@pytest.mark.parametrize("vocab_size", [None, 50_000])
def test_ids_that_a_signed_dtype_makes_negative(tmp_path: Path, exposure, vocab_size) -> None:
    np.append(40_000, WORDS).astype("<u2").tofile(tmp_path / "a.bin")
    error = refused(exposure, configured(tmp_path, "int16", vocab_size=vocab_size))
    assert "is negative under int16" in error and '[corpus] dtype = "uint16"' in error


def test_a_negative_id_of_32_bits_is_named_as_it_stands(tmp_path: Path, exposure) -> None:
    np.append(-7, WORDS).astype("<i4").tofile(tmp_path / "a.bin")
    error = refused(exposure, configured(tmp_path, "int32"))
    assert "id -7 is negative under int32" in error


def test_one_negative_id_behind_the_sample_is_refused_while_it_is_scanned(tmp_path: Path, exposure) -> None:
    ids = np.minimum(WORDS, 32_767).astype("<i2")
    ids[20_000] = -3
    ids.tofile(tmp_path / "a.bin")
    config = configured(tmp_path, "int16")
    code, _, error = exposure("index", config, "--out", tmp_path / "index")
    assert code == 3 and "a.bin, token 20,000: id -3 is negative under int16" in error, error
