"""A tokenizer that keeps phrases from being found is refused by every command, with advice that works."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from indexer.corpus.text.writers import write_megatron

TEXTS = ["the cat sits", "a dog barks", "we don't go", "the well-known cat is 12 years old"]


def byte_letters(*splitters: Any, prefix: bool) -> tokenizers.Tokenizer:
    """Byte-level BPE behind other splitters."""
    made = tokenizers.Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    made.pre_tokenizer = pre_tokenizers.Sequence([*splitters, byte_level])
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, show_progress=False)
    )
    return made


def configure(folder: Path, tokenizer: tokenizers.Tokenizer, phrases: list[str], **settings: str) -> Path:
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "phrases.txt").write_text("\n".join(phrases) + "\n", encoding="utf-8")
    (folder / "text.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    corpus = 'paths = ["text.jsonl"]\npacking = "document"\nsequence_length = 64'
    config = folder / "exposure.toml"
    config.write_text(
        f"""
[phrases]
source = "phrases.txt"
[tokenizer]
path = "tokenizer.json"
[corpus]
{settings.get("corpus", corpus)}
[order]
kind = "sequential"
batch_size = 1
"""
    )
    return config


def counts(exposure: Callable[..., tuple[int, str, str]], config: Path, *options: str) -> dict[str, int]:
    out = config.parent / "-".join(["index", *options]).replace("=", "-")
    words = [word for option in options for word in ("--set", option)]
    code, _, err = exposure("index", config, "--out", out, *words)
    assert code == 0, err
    question = "SELECT phrase, exposure_count FROM exposures JOIN phrases USING (phrase_id)"
    code, rows, _ = exposure("query", out, question, "--format", "json")
    assert code == 0
    return {row["phrase"]: row["exposure_count"] for row in json.loads(rows)}


@pytest.mark.parametrize("command", ["check", "plan", "index"])
def test_dropped_spaces_are_refused_by_name(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path, command: str
) -> None:
    config = configure(tmp_path, byte_letters(pre_tokenizers.Whitespace(), prefix=False), ["the cat", "cat"])
    out = () if command == "check" else ("--out", tmp_path / "index")
    code, _, err = exposure(command, config, *out)
    assert code == 3
    assert "tokenizer.json: the pre-tokenizer Whitespace drops spaces and its ids do not tell where" in err
    assert 'unit = "tokens", boundary = "none", possessive = "include"' in err


def test_the_advice_takes_it_as_it_is(exposure: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    config = configure(tmp_path, byte_letters(pre_tokenizers.Whitespace(), prefix=False), ["the cat", "cat"])
    found = counts(exposure, config, "match.unit=tokens", "match.boundary=none")
    assert found == {"the cat": 1, "cat": 2}


@pytest.mark.parametrize("unit", ["text", "tokens"])
def test_spaces_before_each_piece_are_in_phrases_too(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path, unit: str
) -> None:
    splitters = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)
    tokenizer = byte_letters(*splitters, prefix=True)
    config = configure(tmp_path, tokenizer, ["don't go", "well-known cat", "12 years", "cat is", "old cat"])
    assert counts(exposure, config, f"match.unit={unit}") == {
        "don ' t go": 1,
        "well - known cat": 1,
        "1 2 years": 1,
        "cat is": 1,
        "old cat": 0,
    }


def test_phrases_that_count_inside_longer_numbers_are_told(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    """Where 112 is 1 1 2, with spaces, "12 years" stands in "112 years" and nothing tells it apart."""
    splitters = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)
    config = configure(tmp_path, byte_letters(*splitters, prefix=True), ["the cat", "12 years"])
    said = "1 phrase counts inside longer words and numbers too, as '1 2 years'"
    code, _, err = exposure("index", config, "--out", tmp_path / "index")
    assert (code, said in err) == (0, True)
    code, out, _ = exposure("check", config)
    assert (code, said in " ".join(out.split())) == (0, True)
    plain = byte_letters(pre_tokenizers.Digits(individual_digits=True), prefix=False)
    code, _, err = exposure("index", configure(tmp_path, plain, ["12 years"]), "--out", tmp_path / "other")
    assert (code, "count inside" in err) == (0, False)


def test_show_spells_a_phrase_as_the_index_does(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    splitters = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)
    config = configure(tmp_path, byte_letters(*splitters, prefix=True), ["don't go", "12 years"])
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    for phrase in ("Don't go", "don ' t go", "12 years"):
        code, out, err = exposure("show", tmp_path / "index", phrase)
        assert code == 0, err
        assert "exposure count  1" in out


@pytest.mark.parametrize("unit", ["both", "tokens"])
def test_a_mark_before_a_phrase_is_no_part_of_it(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path, unit: str
) -> None:
    """Pieces that end with a space, GPT-1's, spell a mark with one: it is not the place of the phrase."""
    tokenizer = tokenizers.Tokenizer(models.BPE(unk_token="?", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.BPEDecoder("</w>")
    trainer = trainers.BpeTrainer(special_tokens=["?"], end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator([*TEXTS, "so, the cat-like (the cat)", "sits: the dog"], trainer)
    config = configure(tmp_path, tokenizer, ["the cat"])
    texts = ["so, the cat", "(the cat) sits", "the dog"]
    (tmp_path / "text.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    out = tmp_path / "index"
    settings = ("--set", f"match.unit={unit}", "--set", "match.boundary=none")
    assert exposure("index", config, "--out", out, *settings)[0] == 0
    column = "exposure_count_tokens" if unit == "both" else "exposure_count"
    code, rows, _ = exposure("query", out, f"SELECT {column} AS n FROM exposures", "--format", "json")
    assert (code, json.loads(rows)) == (0, [{"n": 2}])


@pytest.mark.parametrize("unit", ["text", "tokens"])
def test_pieces_for_bytes_that_only_the_decoder_reads(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path, unit: str
) -> None:
    pieces = ["<unk>", "▁", *"thecaf", "<0xC3>", "<0xA9>"]
    vocab = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab, [], unk_token="<unk>"))
    tokenizer.normalizer = tokenizers.normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    config = configure(
        tmp_path, tokenizer, ["the café", "caf"], corpus='format = "megatron"\npaths = ["ids.bin"]'
    )
    spelled = [*"the▁caf", "<0xC3>", "<0xA9>"]
    ids = np.array([vocab[piece] for piece in spelled], np.uint16)
    assert tokenizer.decode(ids.tolist()) == "the café"
    write_megatron(tmp_path / "ids", [ids], np.dtype(np.uint16))
    assert counts(exposure, config, f"match.unit={unit}") == {"the café": 1, "caf": 0}


def test_what_cannot_be_spelled_is_told(
    exposure: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    letters = sorted({letter for text in TEXTS for letter in text})
    vocab = {letter: number for number, letter in enumerate(["?", *letters])}
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab, [], unk_token="?"))
    config = configure(tmp_path, tokenizer, ["the cat", "naïve"])
    code, _, err = exposure("index", config, "--out", tmp_path / "index")
    assert code == 0
    assert "1 phrase cannot be found as spelled, as 'naïve': the vocabulary lacks a piece" in err
    code, out, _ = exposure("check", config)
    assert code == 0
    assert "1 phrase cannot be found as spelled, as 'naïve'" in out
