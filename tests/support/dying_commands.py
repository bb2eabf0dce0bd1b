"""Runs commands in processes that die when they reach one boundary after another of what they write.

A boundary is a moment between two states of the disk: a file under the watched folder is opened for writing,
written, flushed to the disk, renamed, removed, or a folder made. Python tells of opened, renamed and removed
files itself (audit events); `os.fsync`, and writes by `os.write`, `os.pwrite` and Python's own files, are
wrapped. What DuckDB and Arrow write in C++ is seen by strace alone: `tests/faults/boundaries` has both.

    python -m tests.support.dying_commands   reads a JSON object a line, answers one a line

Commands are forked from one process with all libraries loaded, so that a death costs a fraction of a second.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
_AUDITED = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and how many boundaries it came to."""

    code: int
    said: str
    n_boundaries: int
    boundaries: tuple[str, ...]


class Commands:
    """The process that commands are forked from."""

    def __enter__(self) -> Commands:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.dying_commands"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=TOP,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, words: list[object], *, watched: Path, at: int = 0, how: str = "kill") -> Ended:
        """Run a command line that meets its fate at a boundary; 0: it comes to no harm.

        Parameters
        ----------
        words : list
            The command line.
        watched : Path
            Boundaries are those of files below it.
        at : int
            Number of the boundary, from 1.
        how : str
            ``kill``, or the name of an error number, as ``ENOSPC``, which that one call then meets.
        """
        request = {"words": [str(word) for word in words], "watched": str(watched), "at": at, "how": how}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ended(answer["code"], answer["said"], len(answer["boundaries"]), tuple(answer["boundaries"]))


class _Fate:
    """Counts boundaries, writes them down, and strikes at one."""

    def __init__(self, watched: str, at: int, how: str, log: int) -> None:
        self.watched, self.at, self.how, self.log = watched, at, how, log
        self.n_met = 0
        self.pid = os.getpid()

    def meet(self, what: str, path: object) -> None:
        if isinstance(path, int):
            try:
                path = Path(f"/proc/self/fd/{path}").readlink()
            except OSError:  # it is closed, or the system tells no names of open files
                path = self.watched
        if not isinstance(path, str | os.PathLike):
            return
        name = os.fspath(path)
        if not str(name).startswith(self.watched) or str(name).endswith("/lock"):
            return
        self.n_met += 1
        self._write(self.log, f"{what} {Path(str(name)).name}\n".encode())
        if self.n_met == self.at:
            if self.how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            number = getattr(errno, self.how)
            raise OSError(number, os.strerror(number), str(name))

    _write = staticmethod(os.write)

    def watch(self) -> None:
        fsync, opened, write, pwrite = os.fsync, io.open, os.write, os.pwrite

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event in _AUDITED:
                self.meet(event, arguments[0])

        def met_fsync(descriptor: int) -> None:
            self.meet("fsync", descriptor)
            fsync(descriptor)

        def met_write(descriptor: int, data: Any) -> int:
            self.meet("write", descriptor)
            return write(descriptor, data)

        def met_pwrite(descriptor: int, data: Any, offset: int) -> int:
            self.meet("pwrite", descriptor)
            return pwrite(descriptor, data, offset)

        def met_open(file: Any, mode: str = "r", *rest: Any, **keys: Any) -> Any:
            writes = any(letter in mode for letter in "wax+")
            if writes and isinstance(file, str | os.PathLike):
                self.meet("open", file)
            handle = opened(file, mode, *rest, **keys)
            if writes and isinstance(file, str | os.PathLike):
                return _Handle(handle, self, str(file))
            return handle

        sys.addaudithook(hook)
        os.fsync, os.write, os.pwrite = met_fsync, met_write, met_pwrite
        io.open = builtins.open = met_open


class _Handle:
    """A file of Python's whose writes are boundaries: before anything of them, and when half is there."""

    def __init__(self, handle: Any, fate: _Fate, name: str) -> None:
        self._handle, self._fate, self._name = handle, fate, name

    def write(self, data: Any) -> int:
        half = len(data) // 2
        self._handle.write(data[:half])
        self._handle.flush()
        self._fate.meet("write", self._name)
        self._handle.write(data[half:])
        return len(data)

    def writelines(self, parts: Any) -> None:
        for part in parts:
            self.write(part)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    def __enter__(self) -> _Handle:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def __iter__(self) -> Any:
        return iter(self._handle)


def _serve() -> None:
    """Fork a process for each request."""
    import altair  # noqa: F401
    import datasets  # noqa: F401
    import duckdb  # noqa: F401
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401
    import tokenizers  # noqa: F401
    import vl_convert  # noqa: F401

    import indexer.build
    import indexer.report.write
    import indexer.splits.exports.write  # noqa: F401
    from indexer.cli.main import run

    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as log:
            child = os.fork()
            if not child:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
                sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
                _Fate(request["watched"], request["at"], request["how"], log.fileno()).watch()
                code = 1
                try:
                    code = run(request["words"])
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(code)
            _, status = os.waitpid(child, 0)
            said.seek(0)
            log.seek(0)
            answer = {
                "code": os.waitstatus_to_exitcode(status),
                "said": said.read().decode(errors="replace"),
                "boundaries": log.read().decode().splitlines(),
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
