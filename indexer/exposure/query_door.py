"""The door questions go through: a process of their own, with limits of time, memory and rows, killed hard.

DuckDB can be interrupted, but not everywhere: some functions run on for a minute. So a question
is asked in a process of its own, which ends when the time is up, whatever it does. It is kept for the next
question, and ends with this process.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

from indexer.config.sizes import spell_size
from indexer.engines.death import cause_of
from indexer.engines.memory import machine_memory
from indexer.errors import ConfigError, ExposureError, ResourceError
from indexer.exposure.query_start import QueryProcess, start_process

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS = 10_000_000
TIMEOUT_SECONDS = 60.0
LEAST_MEMORY = 64_000_000
"""DuckDB does not open an index in less."""
_HEAD_BYTES = 9


@dataclass(frozen=True)
class QueryLimits:
    """What a question may take.

    Attributes
    ----------
    seconds : float, None or "by question"
        Until its process is killed. None: no limit. By question: 60 for a statement of somebody's,
        no limit for a question that comes with the indexer.
    memory_bytes : int or None
        Memory of its process, and the rows it gives. None: half of the machine's.
    max_rows : int or None
        More rows are refused. None: no limit.
    limit : int or None
        Rows that are fetched; of the others it is only told that they are there.
    """

    seconds: float | Literal["by question"] | None = "by question"
    memory_bytes: int | None = None
    max_rows: int | None = MAX_ROWS
    limit: int | None = None

    def seconds_of(self, *, is_ready: bool) -> float | None:
        """Return the seconds of a question that comes with the indexer, or of a statement of somebody's."""
        if self.seconds == "by question":
            return None if is_ready else TIMEOUT_SECONDS
        return self.seconds


UNHURRIED = QueryLimits(seconds=None, max_rows=None)
"""For questions of ours, about as many rows as there are."""


class Rows(NamedTuple):
    """What came through the door.

    Attributes
    ----------
    rows : pyarrow.Table
        The rows; columns of one name are numbered.
    fingerprint : str
        Of the plan of the index.
    complete : bool
        Whether every planned shard was covered, and no doubt was taken on purpose that weakens zeros.
    taken_on_purpose : dict of str to str
        Doubts that were taken on purpose (`indexer.doubts`), with what was found.
    n_unverified_shards : int
        Shards whose content was compared with nothing that is known from elsewhere.
    more : bool
        Whether `QueryLimits.limit` left rows out.
    attached : dict of str to dict
        By name, fingerprint, complete, taken_on_purpose and n_unverified_shards of the attached indexes.
    """

    rows: pa.Table
    fingerprint: str
    complete: bool
    taken_on_purpose: dict[str, str]
    n_unverified_shards: int
    more: bool
    attached: dict[str, dict[str, Any]]


class MissingTableError(ConfigError):
    """The SQL names a table that the index has not; `table` is its name."""

    table = ""


def ask_in_process(
    database: Path,
    name: str,
    sql: str,
    parameters: dict[str, Any],
    limits: QueryLimits,
    attached: Mapping[str, Path] | None = None,
) -> Rows:
    """Ask an index file in a process of its own; `attached` are further ones, by the name they get in SQL.

    Raises
    ------
    ConfigError
        The SQL cannot be run.
    StateError
        The file is no index, of another schema version, or damaged.
    ResourceError
        It took too long, too much memory, or gives too many rows.
    QueryRefusedError
        It is not one SELECT, or reaches for files, settings or the network.
    """
    memory_bytes = limits.memory_bytes or max(machine_memory() // 2, LEAST_MEMORY)
    if memory_bytes < LEAST_MEMORY:
        raise ConfigError(
            f"a question cannot be asked in {spell_size(memory_bytes)} of memory",
            expected=f"at least {spell_size(LEAST_MEMORY)}",
            fix="give it more with --max-memory",
        )
    seconds = limits.seconds_of(is_ready=False)
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise ConfigError(f"--timeout {seconds} is no time", expected="seconds above 0")
    if any("\ud800" <= letter <= "\udfff" for letter in sql):
        raise ConfigError("is not text in UTF-8", path=name, expected="SQL")
    question = {
        "database": str(database.absolute()),
        "name": name,
        "sql": sql,
        "attached": {one: str(path.absolute()) for one, path in (attached or {}).items()},
        "parameters": parameters,
        "memory_bytes": memory_bytes,
        "max_rows": limits.max_rows,
        "limit": limits.limit,
    }
    line = json.dumps(question).encode() + b"\n"
    if _idle:
        with suppress(EOFError):  # it died while nobody asked: another is asked
            return _ask(_idle.pop(), line, name, seconds)
    try:
        return _ask(start_process(), line, name, seconds)
    except EOFError as end:
        raise ResourceError(
            f"{end}; it might take {spell_size(memory_bytes)} of memory",
            path=name,
            fix="ask for less, or change --max-memory",
        ) from None


def _ask(process: QueryProcess, line: bytes, name: str, seconds: float | None) -> Rows:
    """Ask one process; it is kept when it answered to the end, and killed otherwise.

    Raises
    ------
    EOFError
        The process died; says of what.
    """
    with _killed_after(process, seconds) as is_late:
        try:
            return _collect(_answers(process, line))
        except ExposureError:
            raise
        except (EOFError, OSError):
            exit_code = process.end(crashed=True)
            if is_late.is_set():
                raise ResourceError(
                    f"took longer than {seconds:g} s and was ended",
                    path=name,
                    fix="ask for less, or give it more with --timeout",
                ) from None
            raise EOFError(cause_of(exit_code, memory_kills=0)) from None
        except BaseException:
            process.end()
            raise
        finally:
            _keep(process)


def _collect(frames: Iterator[tuple[bytes, bytes]]) -> Rows:
    import pyarrow as pa

    tables = []
    for letter, payload in frames:
        if letter == b"R":
            tables.append(pa.ipc.open_stream(payload).read_all())
        elif letter == b"E":
            facts = json.loads(payload)
            rows = pa.concat_tables(tables)
            return Rows(rows.rename_columns(_told_apart(rows.column_names)), **facts)
        else:
            raise _rebuilt(json.loads(payload))
    raise EOFError


def _told_apart(names: list[str]) -> list[str]:
    """Return the names with those that come again numbered: a, a_1, a_2."""
    apart: list[str] = []
    for name in names:
        candidate, number = name, 0
        while candidate in apart:
            number += 1
            candidate = f"{name}_{number}"
        apart.append(candidate)
    return apart


def _rebuilt(facts: dict[str, Any]) -> Exception:
    if facts["error"] == "bug":
        return RuntimeError(f"a question failed: {facts['what']}")
    fields = {key: facts[key] for key in ("path", "offset", "expected", "fix")}
    if facts.get("missing_table"):
        missing = MissingTableError(facts["what"], **fields)
        missing.table = facts["missing_table"]
        return missing
    kinds = {kind.kind: kind for kind in ExposureError.__subclasses__()}
    return kinds.get(facts["error"], ExposureError)(facts["what"], **fields)


def _answers(process: QueryProcess, question: bytes) -> Iterator[tuple[bytes, bytes]]:
    process.questions.write(question)
    process.questions.flush()
    while True:
        head = _exactly(process.answers, _HEAD_BYTES)
        yield head[:1], _exactly(process.answers, int.from_bytes(head[1:], "little"))


def _exactly(answers: BinaryIO, n_bytes: int) -> bytes:
    data = answers.read(n_bytes)
    if len(data) != n_bytes:
        raise EOFError
    return data


@contextmanager
def _killed_after(process: QueryProcess, seconds: float | None) -> Iterator[threading.Event]:
    is_late = threading.Event()

    def kill() -> None:
        is_late.set()
        process.kill()

    timer = None if seconds is None else threading.Timer(seconds, kill)
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield is_late
    finally:
        if timer is not None:
            timer.cancel()


_idle: list[QueryProcess] = []


def _keep(process: QueryProcess) -> None:
    if process.is_alive() and not _idle:
        _idle.append(process)
    else:
        process.end()


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()


os.register_at_fork(after_in_child=_idle.clear)
