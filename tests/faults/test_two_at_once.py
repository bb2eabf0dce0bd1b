"""Two scans of one task, a reader beside a merge, a second writer: the same bytes, old answers, a name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.build import build_index, merge_index
from indexer.errors import StateError
from indexer.exposure.database import open_read_only
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus, exposures


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"))
    build_index(corpus.config(), corpus.base / "whole", n_workers=1)
    return corpus.base / "whole"


def partials(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "partials").iterdir()}


def test_one_task_run_twice_at_once_counts_once(whole: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    shutil.copytree(whole, root)
    shutil.rmtree(root / "partials")
    words = [sys.executable, "-m", "indexer", "scan", str(root), "--workers", "1"]
    both = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for one in both:
        _, said = one.communicate(timeout=120)
        assert one.returncode == 0, said
    assert partials(root) == partials(whole)
    merge_index(root)
    assert exposures(root) == exposures(whole)


def test_a_reader_keeps_its_answers_while_a_merge_replaces_the_table(whole: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    shutil.copytree(whole, root)
    question = "SELECT * FROM exposures ORDER BY phrase_id"
    with open_read_only(root / "exposures.duckdb") as reader:
        before = reader.execute(question).fetchall()
        merge_index(root)
        assert reader.execute(question).fetchall() == before
    assert exposures(root) == before


def test_a_second_writer_is_told_who_the_first_is(whole: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    shutil.copytree(whole, root)
    hold = (
        "import sys\nfrom indexer.index_dir import IndexDir\n"
        "with IndexDir(sys.argv[1]).lock():\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", hold, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None and first.stdin is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(StateError, match=rf"is being written by process {first.pid} on \S+; wait for it"):
        merge_index(root)
    first.communicate()
    with IndexDir(root).lock():
        pass
    merge_index(root)
