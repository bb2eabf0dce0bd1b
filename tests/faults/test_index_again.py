"""`exposure index` again: what is done is not done again, and what must be compared is compared."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import planning
from indexer.build import build_index
from indexer.errors import StateError
from indexer.exposure import merge
from indexer.phrases.inputs import hash_of_inputs
from tests.support.small_corpus import SmallCorpus, exposures


@pytest.fixture
def built(tmp_path: Path) -> SmallCorpus:
    corpus = SmallCorpus(tmp_path)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    return corpus


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is done from here on: phrases read, ranges scanned, tables merged."""
    done: list[str] = []
    for module, name in ((planning, "_freeze_phrases"), (merge, "_fill")):
        honest = getattr(module, name)

        def watched(*args, name=name, honest=honest, **keys):
            done.append(name)
            return honest(*args, **keys)

        monkeypatch.setattr(module, name, watched)
    return done


def again(corpus: SmallCorpus, done: list[str]) -> list[str]:
    build_index(
        corpus.config(),
        corpus.base / "index",
        n_workers=1,
        on_range=lambda _, one: done.append(f"range {one.range_number}"),
    )
    return done


def test_a_finished_index_is_left_as_it_is(built: SmallCorpus, done: list[str]) -> None:
    table = built.base / "index/exposures.duckdb"
    plan = built.base / "index/plan.json"
    before = table.stat(), plan.read_bytes()
    assert again(built, done) == []
    assert (table.stat(), plan.read_bytes()) == before


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def kept_time(path: Path, old: bytes, new: bytes) -> None:
    """Write other bytes of the same size, and set the time back."""
    status = path.stat()
    data = path.read_bytes()
    assert data.count(old) and len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda base: flip(base / "index/exposures.duckdb"), ["_fill"]),
        (lambda base: (base / "index/exposures.duckdb").unlink(), ["_fill"]),
        (lambda base: (base / "index/merged.json").write_text("[]"), ["_fill"]),
        (lambda base: flip(base / "index/partials/000001.parquet"), ["range 1"]),
        (lambda base: (base / "index/partials/000002.parquet").unlink(), ["range 2"]),
        (lambda base: flip(base / "index/plan/patterns.npz"), ["_freeze_phrases"]),
        (lambda base: (base / "index/plan/pairs.parquet").unlink(), ["_freeze_phrases"]),
        (lambda base: os.utime(base / "shards/s01.bin", (7, 7)), ["_fill", "range 1", "_fill"]),
        (lambda base: os.utime(base / "phrases.jsonl", (7, 7)), []),
    ],
)
def test_what_is_spoiled_is_made_again_and_nothing_else(
    built: SmallCorpus, done: list[str], spoil: Callable[[Path], object], expected: list[str]
) -> None:
    before = exposures(built.base / "index")
    spoil(built.base)
    assert again(built, done) == expected
    assert exposures(built.base / "index") == before
    del done[:]
    assert again(built, done) == []


def test_another_phrase_in_a_file_of_the_same_size_and_time_is_seen(
    built: SmallCorpus, done: list[str]
) -> None:
    first = (built.base / "phrases.jsonl").read_bytes().splitlines()[0]
    kept_time(built.base / "phrases.jsonl", first, first.replace(b'"token_ids": [', b'"token_ids":[ '))
    assert again(built, done) == ["_freeze_phrases", "_fill"]  # another spelling of the same phrase
    kept_time(built.base / "phrases.jsonl", b'"id": 0', b'"id": 9')
    with pytest.raises(StateError, match="differs in phrases"):
        again(built, done)


def test_another_version_of_the_code_makes_phrases_and_table_again(
    built: SmallCorpus, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("indexer.phrases.inputs", "indexer.exposure.merged_before"):
        monkeypatch.setattr(f"{module}.code_hash", lambda: "another")
    assert again(built, done) == ["_freeze_phrases", "_fill"]


@pytest.mark.parametrize(
    "changed", [{"source": "-"}, {"segmenter": "own.py:words"}, {"own_rules": "own.py:words"}]
)
def test_what_cannot_be_compared_is_made_again(tmp_path: Path, changed: dict[str, str]) -> None:
    config = SmallCorpus(tmp_path).config()
    assert hash_of_inputs(config, None, {})
    other = replace(config, phrases=replace(config.phrases, **changed))
    assert hash_of_inputs(other, None, {}) == ""
