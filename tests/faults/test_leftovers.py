"""What a killed run wrote aside is removed by the next one; what lives is left alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer import temporaries
from indexer.index_dir import IndexDir, commit_file, commit_folder
from indexer.temporaries import aside_of, remove_leftovers

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system does not tell when a process was started"
)


def aside_of_another(folder: Path) -> Path:
    """Return the name that a process gives, which is dead now."""
    code = "import sys, pathlib, indexer.temporaries as t; print(t.aside_of(pathlib.Path(sys.argv[1])))"
    words = [sys.executable, "-c", code, str(folder / "x.duckdb")]
    return Path(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())


def test_two_names_of_one_process_differ(tmp_path: Path) -> None:
    assert aside_of(tmp_path / "x") != aside_of(tmp_path / "x")


def test_what_a_killed_process_left_is_removed_when_the_directory_is_locked(tmp_path: Path) -> None:
    index = IndexDir(tmp_path)
    index.partials.mkdir()
    dead = aside_of_another(index.partials)
    log = dead.with_name(dead.name + ".wal")
    living = aside_of(index.partials / "y")
    other = [index.partials / ".hidden.tmp", index.partials / "000000.parquet"]
    for path in (dead, log, living, *other):
        path.write_text("x")
    with index.lock(shared=True):
        assert not dead.exists() and not log.exists() and living.exists()
    assert all(path.exists() for path in other)


def test_what_another_machine_writes_is_left_to_who_is_alone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(temporaries, "_machine", lambda: ("elsewhere", "12345678"))
    theirs = aside_of(tmp_path / "x")
    theirs.write_text("x")
    monkeypatch.setattr(temporaries, "_machine", lambda: ("here", "12345678"))
    assert remove_leftovers(tmp_path, alone=False) == []
    assert remove_leftovers(tmp_path, alone=True) == [theirs]


def test_another_machine_of_the_same_name_may_write_still(tmp_path: Path, monkeypatch) -> None:
    """Or this one was started anew since: nobody can tell."""
    monkeypatch.setattr(temporaries, "_machine", lambda: ("here", "another"))
    theirs = aside_of(tmp_path / "x")
    theirs.write_text("x")
    monkeypatch.setattr(temporaries, "_machine", lambda: ("here", "ours"))
    assert str(os.getpid()) in theirs.name and remove_leftovers(tmp_path, alone=False) == []
    assert remove_leftovers(tmp_path, alone=True) == [theirs]


def test_a_folder_that_was_left_before_this_machine_was_started_anew(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(temporaries, "_machine", lambda: ("here", "before"))
    left, of_duckdb = aside_of(tmp_path / "x"), tmp_path / f"{aside_of(tmp_path / 'x').name}.spill"
    monkeypatch.setattr(temporaries, "_machine", lambda: ("here", "now"))
    for folder in (left, of_duckdb):
        folder.mkdir()
    with temporaries.held(left):
        assert remove_leftovers(tmp_path, alone=False) == []
    commit_folder(tmp_path / "x", lambda folder: (folder / "a").write_text("a"))
    assert sorted(tmp_path.iterdir()) == [of_duckdb, tmp_path / "x"]


@needs_proc
def test_another_container_of_this_machine_may_write_still(tmp_path: Path) -> None:
    ours = aside_of(tmp_path / "x")
    ours.write_text("x")
    code = "import sys, indexer.temporaries as t; print(t.remove_leftovers(t.Path(sys.argv[1]), alone=False))"
    apart = ["unshare", "--pid", "--fork", "--mount-proc"]
    words = [*apart, sys.executable, "-c", code, str(tmp_path)]
    try:
        subprocess.run([*apart, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no process here may make a namespace of its own")
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert said == "[]\n" and ours.exists()


def test_a_failed_commit_leaves_nothing(tmp_path: Path) -> None:
    def fail(aside: Path) -> None:
        aside.write_text("half")
        aside.with_name(aside.name + ".wal").write_text("log")
        raise ValueError

    try:
        commit_file(tmp_path / "x.duckdb", fail)
    except ValueError:
        assert list(tmp_path.iterdir()) == []


@needs_proc
def test_a_zombie_writes_no_more(tmp_path: Path) -> None:
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    while Path(f"/proc/{zombie.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    theirs = of_process(tmp_path, str(zombie.pid))
    try:
        assert remove_leftovers(tmp_path, alone=False) == [theirs]
    finally:
        zombie.wait()


@needs_proc
def test_a_number_that_another_process_has_now_tells_nothing(tmp_path: Path) -> None:
    ours = aside_of(tmp_path / "x")
    ours.write_text("x")
    before = of_process(tmp_path, f"{os.getpid()}-1")
    without_start = of_process(tmp_path, str(os.getpid()))
    assert remove_leftovers(tmp_path, alone=False) == [before]
    assert ours.exists() and without_start.exists()


def of_process(folder: Path, writer: str) -> Path:
    """Write aside as a process of this machine."""
    ours = aside_of(folder / "x").name
    theirs = folder / re.sub(rf"\.{os.getpid()}-\d+\.", f".{writer}.", ours)
    assert theirs.name != ours
    theirs.write_text("x")
    return theirs
