"""A tokenizer is named by a hash too: of its file, or of its pieces, which outlive the layout of the file."""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.config import load_config
from indexer.corpus.presets import preset_names, preset_text
from indexer.errors import ConfigError, InputError
from indexer.planning import make_plan
from indexer.splits.ask import ask
from indexer.tokenizers import configured_tokenizer, load_tokenizer

Parsed = dict[str, Any]


@pytest.fixture
def written(sample: Path, tmp_path: Path) -> Callable[[Callable[[Parsed], object]], Path]:
    """Write the sample's tokenizer in another way; returns where."""

    def write(change: Callable[[Parsed], object]) -> Path:
        parsed = json.loads((sample / "tokenizer.json").read_text(encoding="utf-8"))
        change(parsed)
        file = tmp_path / "tokenizer.json"
        file.write_text(json.dumps(parsed, indent=3), encoding="utf-8")
        return file

    return write


def laid_out_otherwise(parsed: Parsed) -> None:
    """What transformers does to a file that it saves again: merges as lists, one more special token."""
    parsed["model"]["merges"] = [
        merge.split(" ") if isinstance(merge, str) else " ".join(merge) for merge in parsed["model"]["merges"]
    ]
    extra = {**parsed["added_tokens"][0], "id": len(parsed["model"]["vocab"]), "content": "<|more|>"}
    parsed["added_tokens"].append(extra)


def two_pieces_swapped(parsed: Parsed) -> None:
    vocab = parsed["model"]["vocab"]
    first, second = list(vocab)[-2:]
    vocab[first], vocab[second] = vocab[second], vocab[first]


def test_hashes_are_those_that_anybody_can_compute(sample: Path) -> None:
    tokenizer = load_tokenizer("tokenizer.json", base=sample)
    data = (sample / "tokenizer.json").read_bytes()
    assert tokenizer.content_hash == hashlib.sha256(data).hexdigest()
    parsed = json.loads(data)
    added = {token["id"] for token in parsed["added_tokens"]}
    lines = [
        f"{number}\t{json.dumps(piece)}\n"
        for piece, number in sorted(parsed["model"]["vocab"].items(), key=lambda item: item[1])
        if number not in added
    ]
    assert tokenizer.vocabulary_hash == hashlib.sha256("".join(lines).encode()).hexdigest()


@pytest.mark.parametrize(("change", "same_pieces"), [(laid_out_otherwise, True), (two_pieces_swapped, False)])
def test_the_hash_of_the_pieces_outlives_the_layout_and_nothing_else(
    sample: Path, written, change: Callable[[Parsed], object], same_pieces: bool
) -> None:
    right, other = (
        load_tokenizer("tokenizer.json", base=sample),
        load_tokenizer(str(written(change)), base=sample),
    )
    assert right.content_hash != other.content_hash
    assert (right.vocabulary_hash == other.vocabulary_hash) is same_pieces


@pytest.mark.parametrize("key", ["sha256", "vocabulary_sha256"])
def test_another_one_is_refused_and_the_message_leads_on(
    sample: Path, tmp_path: Path, exposure, key: str
) -> None:
    config = sample / "exposure.toml"
    pinned = ["--set", f"tokenizer.{key}={'0' * 64}"]
    facts = json.loads(exposure("check", config, "--no-forms", "--json")[1])["facts"]
    right = facts["sha256 of the tokenizer" if key == "sha256" else "sha256 of its vocabulary"]
    for words in (("check", config), ("batch", config, 0), ("plan", config, "--out", tmp_path / "index")):
        code, out, error = exposure(*words, *pinned)
        assert (code, out) == (3, "") and f"[tokenizer] {key}" in error and right in error, error
    assert not (tmp_path / "index" / "plan.json").exists()
    for value in (right, right.upper(), f'["{"0" * 64}", "{right}"]'):
        assert exposure("batch", config, 0, "--rows", 1, "--set", f"tokenizer.{key}={value}")[0] == 0


@pytest.mark.parametrize("value", ["", "abc", "[]", "0" * 63 + "g", "sha256:" + "0" * 64])
def test_what_is_no_hash_is_refused(sample: Path, value: str) -> None:
    config = load_config(sample / "exposure.toml", [f"tokenizer.sha256={value}"])
    with pytest.raises(ConfigError, match="is no sha256"):
        configured_tokenizer(config.tokenizer, base=config.base)


def test_a_packed_file_is_hashed_unpacked(sample: Path, tmp_path: Path) -> None:
    data = (sample / "tokenizer.json").read_bytes()
    (tmp_path / "tokenizer.json.gz").write_bytes(gzip.compress(data))
    words = [
        f"tokenizer.path={tmp_path}/tokenizer.json.gz",
        f"tokenizer.sha256={hashlib.sha256(data).hexdigest()}",
    ]
    config = load_config(sample / "exposure.toml", words)
    assert configured_tokenizer(config.tokenizer, base=config.base) is not None


def test_naming_it_changes_no_plan_and_provenance_holds_it(sample: Path, index_dir: Path) -> None:
    tokenizer = load_tokenizer("tokenizer.json", base=sample)
    config = load_config(
        sample / "exposure.toml",
        [
            f"tokenizer.sha256={tokenizer.content_hash}",
            f"tokenizer.vocabulary_sha256={tokenizer.vocabulary_hash}",
        ],
    )
    plain, _ = make_plan(load_config(sample / "exposure.toml"))
    pinned, _ = make_plan(config)
    assert pinned.fingerprint == plain.fingerprint
    (row,) = ask(index_dir, "SELECT value FROM provenance WHERE key = 'tokenizer'").rows.to_pylist()
    facts = json.loads(row["value"])
    assert facts["content_hash"] == tokenizer.content_hash
    assert facts["vocabulary_sha256"] == tokenizer.vocabulary_hash


_PUBLISHED = {
    "EleutherAI/pythia-70m": "gpt-neox-20b",
    "allenai/OLMo-1B-hf": "olmo-dolma-v1",
    "allenai/OLMo-7B-hf": "olmo-dolma-v1",
}
"""Files of the makers that lie beside the project, by what presets call their tokenizer."""
_ELSEWHERE = {"allenai/OLMo-2-1124-7B"}


@pytest.mark.parametrize("name", preset_names())
def test_presets_name_the_vocabulary_that_is_published(shared: Path, name: str) -> None:
    named = tomllib.loads(preset_text(name))["tokenizer"]
    if named["path"] in _PUBLISHED:
        file = shared / "data" / "tokenizers" / f"{_PUBLISHED[named['path']]}.json.gz"
        found = load_tokenizer(str(file), base=file.parent).vocabulary_hash
        assert named["vocabulary_sha256"] == found
    else:
        assert ("vocabulary_sha256" in named) == (named["path"] in _ELSEWHERE), "say here where it is from"


def test_shards_that_are_tokenized_carry_it(sample: Path, tmp_path: Path, exposure) -> None:
    (tmp_path / "text.jsonl").write_text('{"text": "a kettle and a sketch"}\n')
    words = ("tokenize", tmp_path / "text.jsonl", "--tokenizer", sample / "tokenizer.json", "-n", 2)
    code, out, error = exposure(*words, "--out", tmp_path / "shards")
    assert code == 0, error
    tokenizer = load_tokenizer("tokenizer.json", base=sample)
    assert tomllib.loads(out)["tokenizer"]["vocabulary_sha256"] == tokenizer.vocabulary_hash
    (tmp_path / "plain.txt").write_text("a kettle and a sketch\n")
    code, out, error = exposure(*words[:1], tmp_path / "plain.txt", *words[2:], "--out", tmp_path / "none")
    assert (code, out) == (3, "") and "JSON lines" in error and '{"text": "..."}' in error


def test_a_vocabulary_that_is_another_one_is_an_error_of_input(sample: Path, written) -> None:
    words = [f"tokenizer.path={written(two_pieces_swapped)}"]
    right = load_tokenizer("tokenizer.json", base=sample).vocabulary_hash
    config = load_config(sample / "exposure.toml", [*words, f"tokenizer.vocabulary_sha256={right}"])
    with pytest.raises(InputError, match="is another tokenizer than"):
        configured_tokenizer(config.tokenizer, base=config.base)
