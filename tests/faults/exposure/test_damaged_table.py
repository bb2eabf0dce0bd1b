"""A table that cannot be read is built anew from the partials, and what is lost with it is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer import open_index
from indexer.build import build_index
from indexer.errors import StateError
from tests.support.small_corpus import SmallCorpus, exposures


def garbage(data: bytes) -> bytes:
    return data[:4096] + b"\x55" * 4096 + data[8192:]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(garbage, id="garbage inside"),
        pytest.param(lambda data: b"x" * 9000, id="something else"),
    ],
)
@pytest.mark.parametrize("command", ["merge", "index"])
def test_it_is_built_anew(
    tmp_path: Path, exposure, caplog: pytest.LogCaptureFixture, spoil, command: str
) -> None:
    corpus = SmallCorpus(tmp_path)
    root = tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    before = exposures(root)
    table = root / "exposures.duckdb"
    spoilt = spoil(table.read_bytes())
    table.write_bytes(spoilt)
    code, _, err = exposure("query", root, "SELECT 1")
    assert code == 4 and "exposures.duckdb" in err, err
    words = [root] if command == "merge" else [corpus.write_config(), "--out", root]
    code, _, err = exposure(command, *words)
    assert code == 0, err
    assert "exposures.duckdb: cannot be read" in caplog.text and "import them again" in caplog.text
    assert exposures(root) == before
    assert (root / "exposures.damaged.duckdb").read_bytes() == spoilt


@pytest.mark.parametrize("question", ["never_seen", "SELECT 1"])
def test_the_table_of_another_plan_is_refused_until_it_is_merged_again(tmp_path: Path, exposure, question):
    corpus = SmallCorpus(tmp_path)
    root, other = tmp_path / "index", tmp_path / "other"
    build_index(corpus.config(), root, n_workers=1)
    before = exposures(root)
    corpus.order["batch_size"] = 2
    build_index(corpus.config(), other, n_workers=1)
    for name, said in (("duckdb", "is another one's"), ("seal", "was merged from plan")):
        shutil.copyfile(other / f"exposures.{name}", root / f"exposures.{name}")
        code, output, error = exposure("query", root, question)
        assert (code, output) == (4, "") and "exposures.duckdb: " in error and said in error, error
    assert exposure("merge", root)[0] == 0
    assert exposures(root) == before
    shutil.copyfile(other / "exposures.duckdb", root / "exposures.duckdb")


def _edited(text: str) -> str:
    return text.replace('"batch_size": 4', '"batch_size": 2', 1)


def _of_another_fingerprint(text: str) -> str:
    return text.replace('"fingerprint": "', '"fingerprint": "0', 1)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_edited, "was changed after planning"),
        (_of_another_fingerprint, "was changed after planning"),
        (lambda text: text[:-3], "was changed after planning"),
        (lambda text: "", "was changed after planning"),
        (lambda text: text + " ", "was changed after planning"),
        (None, "is gone"),
    ],
)
def test_no_question_is_answered_beside_a_plan_that_is_not_whole(tmp_path: Path, exposure, spoil, said):
    corpus = SmallCorpus(tmp_path)
    root = tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    plan = root / "plan.json"
    before = plan.read_text()
    if spoil is None:
        plan.unlink()
    else:
        assert spoil(before) != before
        plan.write_text(spoil(before))
    for words in (
        ("query", root, "never_seen"),
        ("query", root, "SELECT 1"),
        ("show", root, "0"),
        ("export", root, "--to", "csv", "--out", tmp_path / "out"),
        ("report", root, "--out", tmp_path / "report.html"),
    ):
        code, output, error = exposure(*words)
        assert (code, output) == (4, "") and "plan.json: " in error, (words, error)
        assert said in error or words[0] == "show", (words, error)  # which reads the plan first
    with pytest.raises(StateError, match=said):
        open_index(root)
    plan.unlink(missing_ok=True)
    assert exposure("index", corpus.write_config(), "--out", root)[0] == 0  # as the message says
    assert exposure("query", root, "never_seen")[0] == 0


def test_a_table_that_was_copied_to_stand_alone_is_asked(tmp_path: Path, exposure):
    build_index(SmallCorpus(tmp_path).config(), tmp_path / "index", n_workers=1)
    (tmp_path / "alone").mkdir()
    shutil.copyfile(tmp_path / "index/exposures.duckdb", tmp_path / "alone/exposures.duckdb")
    assert exposure("query", tmp_path / "alone", "never_seen")[0] == 0
