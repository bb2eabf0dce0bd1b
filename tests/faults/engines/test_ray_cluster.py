"""Scans over Ray: the index is that of one process, whoever is killed; run by `make test-ray`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.engines import Outcome, WorkerLimits, run_tasks
from indexer.errors import InputError, ResourceError
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus, exposures

ray = pytest.importorskip("ray", reason="Ray is an extra; `make test-ray` installs it")

from ray.cluster_utils import Cluster  # noqa: E402


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Return the address of a cluster on this machine."""
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    try:
        yield made.address
    finally:
        made.shutdown()


def run(work, tasks, cluster: str, **limits: int) -> dict[int, Outcome]:
    """Return the outcomes by task; the same task twice would be lost, so count them too."""
    found = list(run_tasks(work, tasks, 0, limits=WorkerLimits(**limits), engine="ray", address=cluster))
    assert len(found) == len(tasks)
    return {outcome.task: outcome for outcome in found}


def kill_workers() -> list[int]:
    """Kill the processes of this machine that run a task of ours for Ray; return their numbers."""
    killed = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name = (process / "cmdline").read_bytes()
            if name.startswith(b"ray::") and b"_run" in name:
                os.kill(int(process.name), signal.SIGKILL)
                killed.append(int(process.name))
    return killed


class Marked:
    """Work that leaves a mark in a folder at each attempt, and dies or waits at the first of some."""

    def __init__(self, folder: Path, *, dies: int = 0, waits: float = 0) -> None:
        self.folder, self.dies, self.waits = folder, dies, waits

    def __call__(self, task: int) -> int:
        n_before = self.attempts(task)
        aside = self.folder / f"aside.{time.time_ns()}"
        aside.write_text(ray.get_runtime_context().get_node_id())
        aside.rename(self.folder / f"{task}.{time.time_ns()}")
        if task == 3 and n_before < self.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        if task == 3 and not n_before and self.waits:
            time.sleep(self.waits)
        if task == 5:
            raise InputError("is damaged", path="five")
        return task * task

    def attempts(self, task: int) -> int:
        return len(list(self.folder.glob(f"{task}.*")))


def test_results_and_errors_come_back(tmp_path: Path, cluster: str) -> None:
    outcomes = run(Marked(tmp_path), range(8), cluster)
    assert {task: one.result for task, one in outcomes.items() if task != 5} == {
        task: task * task for task in range(8) if task != 5
    }
    assert isinstance(outcomes[5].error, InputError) and "five: is damaged" in outcomes[5].error.line()


def test_a_killed_worker_is_tried_again(tmp_path: Path, cluster: str) -> None:
    work = Marked(tmp_path, dies=2)
    outcomes = run(work, range(4), cluster)
    assert outcomes[3].result == 9 and work.attempts(3) >= 3


def test_after_some_attempts_it_is_given_up_by_name(tmp_path: Path, cluster: str) -> None:
    work = Marked(tmp_path, dies=9)
    outcomes = run(work, range(4), cluster, attempts=2)
    assert isinstance(outcomes[3].error, ResourceError) and work.attempts(3) >= 2
    assert "task 3: given up after 2 attempts" in outcomes[3].error.line()
    assert outcomes[2].result == 4


def test_the_slowest_is_started_again_elsewhere(tmp_path: Path, cluster: str) -> None:
    work, began = Marked(tmp_path, waits=120), time.monotonic()
    outcomes = run(work, range(4), cluster)
    assert outcomes[3].result == 9 and work.attempts(3) == 2
    assert time.monotonic() - began < 90


@pytest.fixture
def spots() -> Iterator[Cluster]:
    """Return a cluster whose head scans nothing, and of two machines beside it."""
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        made.add_node(num_cpus=1)
        made.add_node(num_cpus=1)
        yield made
    finally:
        made.shutdown()


@pytest.mark.parametrize("how", ["killed", "shut down"])
def test_a_machine_that_is_taken_away_costs_no_attempt(tmp_path: Path, spots: Cluster, how: str) -> None:
    """Both machines are there from the beginning: Ray adds none from a thread, and the work would wait."""
    work = Marked(tmp_path, waits=600)
    taken: list[Any] = []

    def take_away() -> None:
        while not work.attempts(3):
            time.sleep(0.1)
        where = next(tmp_path.glob("3.*")).read_text()
        taken.extend(node for node in spots.worker_nodes if node.node_id == where)
        if (
            how == "shut down"
        ):  # as systems do: everybody is told, and the workers may be gone before the raylet
            kill_workers()
            time.sleep(0.5)
        spots.remove_node(taken[0], allow_graceful=how == "shut down")

    thread = Thread(target=take_away)
    thread.start()
    outcomes = run(work, [3], spots.address, attempts=1)
    thread.join()
    assert outcomes[3].result == 9 and work.attempts(3) == 2 and len(taken) == 1
    where = {path.read_text() for path in tmp_path.glob("3.*")}
    assert len(where) == 2


def test_an_index_is_that_of_one_process_with_a_worker_killed_in_the_middle(
    tmp_path: Path, cluster: str
) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=6)
    build_index(corpus.config(), tmp_path / "local", n_workers=1)
    plan_index(corpus.config(), tmp_path / "ray")
    done = []
    for one in scan_shards(tmp_path / "ray", engine="ray", address=cluster):
        done.append(one.range_number)
        if len(done) == 1:
            assert kill_workers()
    merge_index(tmp_path / "ray")
    assert sorted(done) == list(range(6))
    assert exposures(tmp_path / "ray") == exposures(tmp_path / "local")
    for number in range(6):
        local, other = (IndexDir(tmp_path / name).partial_file(number) for name in ("local", "ray"))
        assert local.read_bytes() == other.read_bytes()


def test_a_cluster_that_is_not_there(tmp_path: Path) -> None:
    for address in ("127.0.0.1:1", "ray://127.0.0.1:1", "ray://nobody.invalid:10001"):
        with pytest.raises(ResourceError, match=f"{address}: no Ray cluster can be reached"):
            list(run_tasks(Marked(tmp_path), [0], 0, engine="ray", address=address))
