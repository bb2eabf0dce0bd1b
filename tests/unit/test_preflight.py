"""Settings that have no effect beside others are refused before any work."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tokenizers
import zstandard
from tokenizers import decoders, models, pre_tokenizers

from indexer.config import load_config
from indexer.config.load import config_from_tables
from indexer.errors import ConfigError, InputError
from indexer.planning import make_plan
from indexer.preflight import preflight

TOML = """
[phrases]
source = "phrases.jsonl"

[corpus]
paths = ["a.bin"]
dtype = "uint16"
sequence_length = 8

[order]
batch_size = 2

[match]
unit = "tokens"
boundary = "none"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.arange(64, dtype="<u2").tofile(tmp_path / "a.bin")
    (tmp_path / "phrases.jsonl").write_text(json.dumps({"token_ids": [3, 4]}) + "\n")
    (tmp_path / "exposure.toml").write_text(TOML)
    return tmp_path


def test_a_configuration_without_idle_keys_is_planned(folder):
    plan, _ = make_plan(load_config(folder))
    assert plan.order.stop_step == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["index.places=-1"], r"\[index\] places = -1; expected 0 or more"),
        (["index.workers=-2"], r"\[index\] workers = -2; expected 0 or more"),
        (["tokenizer.max_bytes=5"], r"\[tokenizer\] max_bytes = 5 has no effect without a tokenizer"),
        (["match.case=fold"], r"\[match\] case = \"fold\" has no effect on phrases given as ids"),
        (["match.whitespace=any"], r"\[match\] whitespace = \"any\" has no effect on phrases given as ids"),
        (["phrases.rules=default"], r"\[phrases\] rules = \"default\" has no effect on plain phrases"),
        (["order.epochs=1", "order.kind=per-shard"], r"\[order\] batch_size = 2 has no effect on kind"),
        (["order.read_at_once=8"], r"\[order\] read_at_once = 8 has no effect on kind 'sequential'"),
        (["corpus.extra_token=true"], r"\[corpus\] extra_token = true has no effect on format 'headerless'"),
        (["corpus.split=train"], r"\[corpus\] split = \"train\" has no effect on format 'headerless'"),
    ],
)
def test_a_key_without_effect_is_refused_even_with_its_default(folder, words, message):
    with pytest.raises(ConfigError, match=message):
        make_plan(load_config(folder, words))


def test_the_grain_of_an_unknown_order_is_refused(folder):
    text = TOML.replace("batch_size = 2", 'kind = "unknown"') + '\n[index]\ngrain = "step"\n'
    (folder / "exposure.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"\[index\] grain = .* has no effect where the order is unknown"):
        preflight(load_config(folder))


LINES = [{"text": "a cat"}, {"text": "a dog"}]
NOT_READ = {
    "another key of text": (
        "a.jsonl",
        [{"content": "a cat"}],
        {"packing": "packed"},
        r"holds JSON lines without text under 'text'; set \[corpus\] column; its keys are content",
    ),
    "a null": ("a.jsonl", [{"text": None}], {"packing": "document"}, "line 1: is null under 'text'"),
    "no list of ids": (
        "a.jsonl",
        [{"ids": "a cat"}],
        {"format": "jsonl", "column": "ids"},
        "line 1: has no list of ids under 'ids'",
    ),
    "text that is packed": (
        "a.bin.zst",
        LINES * 20,
        {"format": "olmo", "dtype": "uint16"},
        "is text, not token ids",
    ),
    "plain text": ("README.md", ["about " * 40], {"packing": "packed"}, "is plain text, which does not tell"),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_what_the_first_bytes_tell_is_told_before_phrases_are_read(name, tmp_path, monkeypatch):
    file, rows, corpus, message = NOT_READ[name]
    data = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows).encode()
    (tmp_path / file).write_bytes(zstandard.compress(data) if file.endswith(".zst") else data)
    (tmp_path / "phrases.txt").write_text("a cat\n")
    tables = {
        "phrases": {"source": "phrases.txt"},
        "tokenizer": {"path": tokenizer_file(tmp_path)},
        "corpus": {"paths": [file], "sequence_length": 8, **corpus},
        "order": {"batch_size": 1},
    }
    monkeypatch.setattr("indexer.planning.load_phrases", None)
    with pytest.raises((InputError, ConfigError), match=message):
        make_plan(config_from_tables(tables, origin="test", base=tmp_path))


def tokenizer_file(folder: Path) -> str:
    """Write a tokenizer of bytes; return its name."""
    letters = pre_tokenizers.ByteLevel.alphabet()
    made = tokenizers.Tokenizer(models.BPE({letter: n for n, letter in enumerate(sorted(letters))}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.save(str(folder / "tokenizer.json"))
    return "tokenizer.json"
