"""Memory is planned and said before it is taken; where it runs out the command ends with exit 5."""

from __future__ import annotations

import logging
import re
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build_index, scan_shards
from indexer.cli.main import run
from indexer.config import Config, load_config
from indexer.config.sizes import parse_size, spell_size
from indexer.errors import ConfigError, ResourceError
from indexer.index_dir import IndexDir
from indexer.plan import memory
from indexer.splits.ask import ask


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [("1000", 1000), ("2GB", 2 * 10**9), ("2 gib", 2 * 1024**3), ("1.5M", 1_500_000), ("512MiB", 512 << 20)],
)
def test_sizes_are_read_as_people_write_them(text: str, n_bytes: int) -> None:
    assert parse_size(text, key="max_memory") == n_bytes


@pytest.mark.parametrize("text", ["", "0", "-1GB", "many", "1e9", "2XB", "nan"])
def test_what_is_no_size_is_refused_by_its_key(text: str) -> None:
    with pytest.raises(ConfigError, match="max_memory = "):
        parse_size(text, key="max_memory")


@pytest.fixture
def slim_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process count as a small one: one that ran a thousand tests may hold gigabytes."""
    monkeypatch.setattr(memory, "memory_in_use", lambda: 200_000_000)


@pytest.fixture
def ten_million(sample: Path, tmp_path: Path) -> Config:
    """A configuration whose list is as long as one of ten million phrases; it holds no bytes on disk."""
    source = tmp_path / "phrases.txt"
    with source.open("wb") as file:
        file.write(b"a phrase of words\n" * 100_000)
        file.truncate(18 * 10_000_000)
    config = load_config(sample / "exposure.toml", ["index.max_memory=16GB"])
    return replace(config, phrases=replace(config.phrases, source=str(source)))


def test_ten_million_phrases_are_refused_before_one_is_read(
    ten_million: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ResourceError) as refused:
        memory.check_phrase_source(ten_million)
    line = refused.value.line()
    assert re.search(r"about (10,0|9,9)\d\d,\d\d\d phrases need about [\d.]+ GB of memory", line)
    assert "16.0 GB (max_memory)" in line
    in_text = replace(ten_million, match=replace(ten_million.match, unit="tokens"))
    monkeypatch.setattr(memory, "machine_memory", lambda: 8 * 10**9)
    with pytest.raises(ResourceError, match="what this machine has"):
        memory.check_phrase_source(replace(in_text, index=replace(in_text.index, max_memory="")))


def test_much_memory_is_said_before_it_is_taken(
    ten_million: Config, caplog: pytest.LogCaptureFixture
) -> None:
    roomy = replace(ten_million, index=replace(ten_million.index, max_memory="900GB"))
    with caplog.at_level(logging.WARNING):
        assert memory.check_phrase_source(roomy)
    assert re.search(r"about (10,0|9,9)\d\d,\d\d\d phrases need about [\d.]+ GB of memory", caplog.text)


def test_workers_are_as_many_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_in_use", lambda: 500_000_000)
    one = memory.WORKER + 1000 * memory.PHRASE_IN_WORKER
    for n_fitting in (1, 3, 8):
        max_memory = str(500_000_000 + n_fitting * one + 1000)
        n_workers, limits = memory.plan_workers(8, 1000, max_memory, silent_seconds=60)
        assert n_workers == n_fitting
        assert limits.memory_bytes is not None
        assert limits.memory_bytes >= one
        assert limits.memory_bytes * n_workers + 500_000_000 <= int(max_memory)
    with pytest.raises(ResourceError) as refused:
        memory.plan_workers(8, 1000, "600MB", silent_seconds=60)
    line = refused.value.line()
    assert spell_size(one) in line
    assert "600.0 MB" in line
    assert memory.plan_workers(3, 1000, "", silent_seconds=60)[1].memory_bytes is None


@pytest.mark.parametrize("command", ["index", "plan"])
def test_a_limit_that_holds_nothing_is_refused_with_both_numbers(
    command: str, sample: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [command, str(sample / "exposure.toml"), "--out", str(tmp_path / "i"), "--max-memory", "100MB"]
    assert run(words) == 5
    err = capfd.readouterr().err
    assert "100.0 MB (max_memory)" in err
    assert "need about " in err


@pytest.mark.usefixtures("slim_process")
def test_an_index_within_a_limit_is_the_same_index(sample: Path, index_dir: Path, tmp_path: Path) -> None:
    config = load_config(sample / "exposure.toml", ["index.max_memory=4GB", "index.workers=2"])
    build_index(config, tmp_path / "index")
    count = "SELECT * FROM exposures ORDER BY phrase_id"
    assert ask(tmp_path / "index", count).rows.equals(ask(index_dir, count).rows)


@pytest.mark.usefixtures("slim_process")
def test_a_worker_that_takes_more_is_named_by_its_shard(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.scanning.scan import Scanner

    root = tmp_path / "index"
    shutil.copytree(index_dir, root)
    for partial in IndexDir(root).partials.iterdir():
        partial.unlink()
    scan = Scanner.scan

    def scan_greedily(self: Scanner, scan_range: object, *more: object) -> object:
        if scan_range.number == 1:  # type: ignore[attr-defined]
            bytearray(8 << 30)
        return scan(self, scan_range, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Scanner, "scan", scan_greedily)
    with pytest.raises(ResourceError) as refused:
        list(scan_shards(root, n_workers=2, max_memory="2GB"))
    assert refused.value.path is not None
    assert "it ran out of memory" in refused.value.what
    assert "task" not in refused.value.line()
    assert len(IndexDir(root).committed_ranges()) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts all memory on Linux alone")
@pytest.mark.parametrize("n_megabytes", [40, 120, 200, 300])
@pytest.mark.parametrize(
    "words", [("plan", "SAMPLE", "--out", "OUT"), ("merge", "OUT"), ("query", "INDEX", "most_exposed")]
)
def test_a_machine_with_little_memory_ends_in_one_line(
    words: tuple[str, ...], n_megabytes: int, sample: Path, index_dir: Path, tmp_path: Path
) -> None:
    root = tmp_path / "index"
    if words[0] == "merge":
        shutil.copytree(index_dir, root)
    names = {"SAMPLE": sample / "exposure.toml", "OUT": root, "INDEX": index_dir}
    limit = n_megabytes << 20
    done = subprocess.run(
        [sys.executable, "-m", "indexer", *(str(names.get(word, word)) for word in words)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )
    assert done.returncode in (0, 5), done.stderr
    assert "Traceback" not in done.stderr
