"""Ctrl-C and SIGTERM end a build within five seconds with one line; running again goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.cli.main import run
from indexer.config import load_config
from indexer.index_dir import IndexDir
from indexer.splits.ask import ask

SLOW = """
import sys, time
from indexer.scanning.scan import Scanner

scan = Scanner.scan

def slowly(self, scan_range, *more):
    sys.stdout.write(f"scanning {__import__('os').getpid()}\\n")  # in one write, however print writes
    sys.stdout.flush()
    if scan_range.number:
        time.sleep(600)
    return scan(self, scan_range, *more)

Scanner.scan = slowly
from indexer.cli.main import main
main(sys.argv[1:])
"""

DEAF = """
import ctypes, sys
import indexer.build

def build_index(*words, **more):
    print("deaf", flush=True)
    ctypes.CDLL(None).sleep(60)  # in C, without a look at Python's signals
    ctypes.CDLL(None).sleep(60)

indexer.build.build_index = build_index
from indexer.cli.main import main
main(sys.argv[1:])
"""


def start(program: str, *words: object, ignored: tuple[int, ...] = ()) -> subprocess.Popen[str]:
    """Start a program in a session of its own, in which some signals are ignored from the beginning."""

    def set_signals() -> None:
        for number in (signal.SIGINT, signal.SIGHUP):  # what a shell runs aside, or nohup, ignores them
            signal.signal(number, signal.SIG_DFL)
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)

    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=set_signals,
    )


def workers_of(building: subprocess.Popen[str]) -> list[int]:
    """Return the workers of a slow build once a second range is begun by one of them."""
    assert building.stdout is not None
    lines = [building.stdout.readline() for _ in range(3)]
    assert all(lines), (lines, building.communicate()[1])
    return [int(line.split()[1]) for line in lines]


def runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_build_ends_and_goes_on_where_it_was(
    number: int, sample: Path, index_dir: Path, tmp_path: Path
) -> None:
    config, root = sample / "exposure.toml", tmp_path / "index"
    building = start(SLOW, "index", config, "--out", root, "--workers", 2, "--quiet")
    workers = workers_of(building)
    building.send_signal(number)
    began = time.monotonic()
    _, err = building.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert building.returncode == (-number if number == signal.SIGKILL else 128 + number)
    if number != signal.SIGKILL:
        (line,) = err.splitlines()
        assert line.endswith("ranges that were scanned are kept, run again to go on")
    deadline = time.monotonic() + 20
    while any(map(runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(runs, workers))
    assert IndexDir(root).committed_ranges() == {0}
    build_index(load_config(config), root, n_workers=1)
    count = "SELECT * FROM exposures ORDER BY phrase_id"
    assert ask(root, count).rows.equals(ask(index_dir, count).rows)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_tells_all_processes_and_one_line_is_said(
    number: int, sample: Path, tmp_path: Path
) -> None:
    words = ["index", sample / "exposure.toml", "--out", tmp_path / "index", "--workers", 2, "--quiet"]
    building = start(SLOW, *words)
    workers_of(building)
    os.killpg(building.pid, number)
    _, err = building.communicate(timeout=30)
    assert building.returncode == 128 + number
    assert len(err.splitlines()) == 1, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_answers_questions_says_nothing_of_it(number: int, index_dir: Path) -> None:
    endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
    asking = start(
        "import os, sys\n"
        "os.environ['OPENBLAS_NUM_THREADS'] = '1'\n"
        "from indexer.exposure import query_process\n"
        "answer = query_process._answer\n"
        "def told(*words):\n    print('asked', flush=True)\n    answer(*words)\n"
        "query_process._answer = told\n"
        "from indexer.cli.main import main\n"
        "main(sys.argv[1:])\n",
        "query",
        index_dir,
        endless,
    )
    assert asking.stdout is not None
    assert asking.stdout.readline() == "asked\n"
    os.killpg(asking.pid, number)
    _, err = asking.communicate(timeout=30)
    assert asking.returncode == 128 + number
    assert len(err.splitlines()) == 1, err


def test_a_build_outlives_its_terminal_where_it_was_started_so(sample: Path, tmp_path: Path) -> None:
    """As `nohup` starts it."""
    words = ["index", sample / "exposure.toml", "--out", tmp_path / "index", "--workers", 2, "--quiet"]
    building = start(SLOW, *words, ignored=(signal.SIGHUP,))
    workers = workers_of(building)
    os.killpg(building.pid, signal.SIGHUP)
    time.sleep(0.5)
    assert building.poll() is None and all(map(runs, set(workers)))
    building.send_signal(signal.SIGTERM)
    _, err = building.communicate(timeout=30)
    assert building.returncode == 128 + signal.SIGTERM
    assert len(err.splitlines()) == 1, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_library_that_hears_nothing_does_not_hold_the_command(number: int, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[phrases]\nsource='x'\n[corpus]\npaths=['x']\n[order]\n")
    deaf = start(DEAF, "index", tmp_path / "x.toml", "--out", tmp_path / "i", "--quiet")
    assert deaf.stdout is not None
    deaf.stdout.readline()
    time.sleep(0.2)
    began = time.monotonic()
    deaf.send_signal(number)
    _, err = deaf.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert deaf.returncode == 128 + number
    assert len(err.splitlines()) == 1


def test_a_range_whose_worker_always_dies_is_named_by_its_shard(
    sample: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.scanning.scan import Scanner

    scan = Scanner.scan

    def die_at_one(self: Scanner, scan_range: object, *more: object) -> object:
        if scan_range.number == 1:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGKILL)
        return scan(self, scan_range, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Scanner, "scan", die_at_one)
    root = tmp_path / "index"
    code = run(["index", str(sample / "exposure.toml"), "--out", str(root), "--workers", "2", "--quiet"])
    (line,) = capfd.readouterr().err.splitlines()
    assert code == 5
    assert line.startswith("exposure: shards/")
    assert "given up after 3 attempts: its process was killed (SIGKILL)" in line
    assert IndexDir(root).committed_ranges() == {0, 2}


INSTEAD = """
import sys, time
sys.path.append("FOLDER")
import indexer.build

def build_index(*words, **more):
    print("at work", flush=True)
    BODY

indexer.build.build_index = build_index
from indexer.cli.main import main
main(sys.argv[1:])
"""
WAITS_IN_AN_IMPORT = "import slow_module; print('imported', flush=True); time.sleep(60)"
MAKES_ANOTHER_OF_IT = """
    try:
        time.sleep(60)
    except BaseException:
        raise RuntimeError("Query interrupted") from None"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("body", "said"),
    [(WAITS_IN_AN_IMPORT, "imported\n"), (MAKES_ANOTHER_OF_IT, "")],
    ids=["compiled modules abort where an exception comes into their import", "DuckDB raises another"],
)
def test_libraries_that_take_exceptions_badly(number: int, body: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[phrases]\nsource='x'\n[corpus]\npaths=['x']\n[order]\n")
    (tmp_path / "slow_module.py").write_text("import time\nfor _ in range(50):\n    time.sleep(0.02)\n")
    program = INSTEAD.replace("BODY", body).replace("FOLDER", str(tmp_path))
    building = start(program, "index", tmp_path / "x.toml", "--out", tmp_path / "i", "--quiet")
    assert building.stdout is not None
    assert building.stdout.readline() == "at work\n"
    time.sleep(0.2)
    building.send_signal(number)
    out, err = building.communicate(timeout=30)
    assert (building.returncode, out) == (128 + number, said), err
    assert len(err.splitlines()) == 1, err


def test_while_it_is_still_loaded_it_ends_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    program = f"import sys; sys.path.insert(0, '{tmp_path}')\nfrom indexer.__main__ import start\nstart()"
    loading = start(program, "status", tmp_path)
    assert loading.stdout is not None
    assert loading.stdout.readline() == "loading\n"
    loading.send_signal(signal.SIGINT)
    _, err = loading.communicate(timeout=30)
    assert (loading.returncode, err) == (-signal.SIGINT, "")
