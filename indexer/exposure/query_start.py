"""Starts the process that questions are asked in: forked where that is safe and quick, or afresh."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

from indexer.forks import signals_held

_FORK_SAFE_THREADS = ("jemalloc_bg_thd", "signal_watch")
"""Of an allocator that sees to forks itself; and one that waits for signals and holds nothing."""


class QueryProcess:
    """A process that answers questions.

    Attributes
    ----------
    questions, answers : binary files
        See `indexer.exposure.query_process`.
    """

    def __init__(self, process_id: int, questions: BinaryIO, answers: BinaryIO) -> None:
        self.questions = questions
        self.answers = answers
        self._process_id = process_id
        self._exit_code: int | None = None

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return self._wait(os.WNOHANG) is None

    def kill(self) -> None:
        """Kill it at once."""
        if self._exit_code is None:
            with suppress(ProcessLookupError):
                os.kill(self._process_id, signal.SIGKILL)

    def end(self, *, crashed: bool = False) -> int | None:
        """Kill it unless it has ended; return its exit code, negative for a signal.

        Parameters
        ----------
        crashed : bool
            It hung up by itself, and may need a moment to be gone.
        """
        deadline = time.monotonic() + (1.0 if crashed else 0.0)
        while time.monotonic() < deadline and self.is_alive():
            time.sleep(0.01)
        self.kill()
        self._wait(0)
        for pipe in (self.questions, self.answers):
            with suppress(OSError):
                pipe.close()
        return self._exit_code

    def _wait(self, options: int) -> int | None:
        if self._exit_code is None:
            try:
                process_id, status = os.waitpid(self._process_id, options)
            except ChildProcessError:  # somebody else collected it
                self._exit_code = 0
            else:
                if process_id:
                    self._exit_code = os.waitstatus_to_exitcode(status)
        return self._exit_code


def start_process() -> QueryProcess:
    """Start a process that answers questions until its questions end."""
    questions_out, questions_in = os.pipe()
    answers_out, answers_in = os.pipe()
    try:
        if is_single_threaded():
            process_id = _fork(questions_out, answers_in, (questions_in, answers_out))
        else:
            process_id = _start_afresh(questions_out, answers_in)
    finally:
        os.close(questions_out)
        os.close(answers_in)
    return QueryProcess(process_id, os.fdopen(questions_in, "wb"), os.fdopen(answers_out, "rb"))


def is_single_threaded() -> bool:
    """Tell whether a fork of this process takes everything along; False where the system does not say."""
    if sys.platform != "linux":
        return False
    import pyarrow
    import pyarrow.ipc  # noqa: F401

    import indexer.exposure.query_process  # noqa: F401

    try:
        names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    except OSError:
        return False
    return sum(name not in _FORK_SAFE_THREADS for name in names) == 1


def _fork(questions_out: int, answers_in: int, not_its: tuple[int, ...]) -> int:
    with signals_held():
        process_id = os.fork()
        if not process_id:
            _serve(questions_out, answers_in, not_its)
    return process_id


def _serve(questions_out: int, answers_in: int, not_its: tuple[int, ...]) -> NoReturn:
    from indexer.exposure.query_process import serve

    try:
        for descriptor in not_its:
            os.close(descriptor)
        serve(os.fdopen(questions_out, "rb"), os.fdopen(answers_in, "wb"))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _start_afresh(questions_out: int, answers_in: int) -> int:
    # The same modules as here, and none of the folder somebody happens to stand in.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "indexer.exposure.query_process"],
        stdin=questions_out,
        stdout=answers_in,
        env={**os.environ, "PYTHONPATH": path},
    )
    process.returncode = 0  # it is collected here, not by the destructor of this object
    return process.pid
