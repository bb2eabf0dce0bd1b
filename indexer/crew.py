"""Who scans the ranges of a plan, and within what memory: workers, passes over the corpus, limits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer.engines import Outcome, WorkerLimits, run_tasks
from indexer.errors import ExposureError
from indexer.index_dir import IndexDir
from indexer.plan.coverage import coverage_of, told_by
from indexer.plan.memory import n_passes, plan_workers
from indexer.plan.plan import Plan
from indexer.plurals import counted
from indexer.redaction import redact
from indexer.runs import Runs, count, joined, others, portions
from indexer.scanning.task import ScanTask
from indexer.storage.roots import within

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RangeDone:
    """One planned range that was scanned: its number, what was read, and in which pass over the corpus."""

    range_number: int
    n_tokens: int
    pass_number: int = 0
    n_passes: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether all phrases were looked for in it."""
        return self.pass_number + 1 == self.n_passes


class Crew(NamedTuple):
    """Who scans, and within what."""

    engine: str
    address: str
    n_workers: int
    max_memory: str
    announce: Callable[[str], object]
    on_compiled: Callable[[dict[str, str]], object]

    def scan(
        self, index: IndexDir, plan: Plan, ranges: Sequence[int] | None, planned: object
    ) -> Iterator[RangeDone]:
        """Scan what no partial tells of, pass by pass; one failure is raised once all else is done.

        Parameters
        ----------
        index : IndexDir
            Where the plan is.
        plan : Plan
            The plan.
        ranges : sequence of int or None
            Only these range numbers; None: all.
        planned : object
            What told ``plan.json`` from any other when it was read: under another one nothing is committed.
        """
        failures: list[Exception] = []
        with index.lock(shared=True), within(plan.config.roots(index.root)):
            for told_before, numbers in _what_to_scan(index, plan, ranges):
                told, tasks = told_before, numbers
                passes = self.passes(plan, told)
                for number, phrases in enumerate(passes):
                    if phrases and len(passes) > 1:
                        self.announce(
                            f"Pass {number + 1} of {len(passes)}: {counted(count(phrases), 'phrase')}"
                        )
                    task = ScanTask(index, plan, phrases, told, planned)
                    failed = set()
                    for outcome in self.outcomes(task, tasks):
                        if outcome.error is None:
                            index.forget_failure(outcome.task)
                            yield RangeDone(outcome.task, outcome.result, number, len(passes))
                            continue
                        if index.plan_state() is not None:  # or the folder was removed, and is not made anew
                            index.keep_failure(outcome.task, plan.fingerprint, _reason(outcome.error))
                        failures.append(outcome.error)
                        failed.add(outcome.task)
                    told = joined(told, phrases or ())
                    tasks = [one for one in tasks if one not in failed]
            if failures:
                raise _worst(failures)

    def outcomes(self, task: ScanTask, tasks: Sequence[int]) -> Iterator[Outcome]:
        """Run a task for some ranges."""
        plan, n_workers = task.plan, self.n_workers
        if task.phrases == ():  # nothing is read of the corpus
            return run_tasks(task, tasks, 0, name=plan.range_name)
        self.announce("Compiling kernels, then scanning")
        ways = task.compile()
        task.index.note_search(ways)
        self.on_compiled(ways)
        limits: WorkerLimits | None = None
        if self.engine == "local":
            n_phrases = plan.n_phrases if task.phrases is None else count(task.phrases)
            asked = plan.config.index
            n_workers, limits = plan_workers(
                n_workers,
                n_phrases,
                self.max_memory,
                silent_seconds=asked.silent_seconds,
                occurrences=asked.occurrences,
            )
        return run_tasks(
            task,
            tasks,
            n_workers,
            name=plan.range_name,
            limits=limits,
            engine=self.engine,
            address=self.address,
        )

    def passes(self, plan: Plan, told: Runs) -> list[Runs | None]:
        """Return the phrases of each pass over ranges whose partials tell of some; None: all at once."""
        phrases = others(told, plan.n_phrases)
        if not phrases:
            return [()]
        n = n_passes(plan.config, count(phrases), self.max_memory)
        if n < 2:
            return [phrases if told else None]
        return list(portions(phrases, n))


def _what_to_scan(index: IndexDir, plan: Plan, ranges: Sequence[int] | None) -> list[tuple[Runs, list[int]]]:
    """Return the ranges that no partial can be merged of, by the phrases that their partials tell of."""
    coverage = coverage_of(index, plan, ranges)
    for error in coverage.refused.values():
        _log.warning("%s: %s; it is scanned again", error.path, error.what)
    found: dict[Runs, list[int]] = {}
    for number in coverage.to_scan:
        begun = coverage.begun.get(number)
        found.setdefault(() if begun is None else told_by(plan, begun), []).append(number)
    return list(found.items())


def _reason(error: Exception) -> str:
    return error.line() if isinstance(error, ExposureError) else redact(f"{type(error).__name__}: {error}")


def _worst(failures: list[Exception]) -> Exception:
    """Return the failure to show: the first that is no bug, counting the others."""
    for failure in failures:
        if not isinstance(failure, ExposureError):
            return failure
    first = failures[0]
    if isinstance(first, ExposureError) and len(failures) > 1:
        first.what += f" (and {counted(len(failures) - 1, 'more range')} failed; the others are done)"
    return first
