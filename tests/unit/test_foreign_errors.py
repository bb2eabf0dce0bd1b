"""What exceptions of libraries and of the system mean: one line, the right exit code, and bugs stay bugs."""

from __future__ import annotations

import errno
import json
import lzma
import os
import socket
import zipfile
import zlib

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import zstandard

from indexer.errors import InputError
from indexer.foreign_errors import is_out_of_memory, translate


def library_error(package: str, name: str, base: type[BaseException] = Exception) -> BaseException:
    """Return an exception of a library that need not be installed."""
    return type(name, (base,), {"__module__": package})("said http://ann:hunter2@host/x")


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (MemoryError(), 5),
        (np._core._exceptions._ArrayMemoryError((1 << 40,), np.dtype(np.int64)), 5),
        (pa.ArrowMemoryError("malloc of size 1 failed"), 5),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed"), 5),
        (RuntimeError("can't start new thread"), 5),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), 5),
        (OSError(errno.ENOSPC, "No space left on device"), 5),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 5),
        (OSError(errno.EROFS, "Read-only file system"), 5),
        (OSError(errno.EIO, "Input/output error"), 5),
        (OSError(errno.EMFILE, "Too many open files"), 5),
        (duckdb.IOException('Could not write file "x": No space left on device'), 5),
        (duckdb.TransactionException("Failed to commit: Could not write file"), 5),
        (PermissionError(errno.EACCES, "Permission denied"), 5),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), 5),
        (TimeoutError(), 5),
        (socket.gaierror(-2, "Name or service not known"), 5),
        (library_error("aiohttp.client_exceptions", "ClientError"), 5),
        (
            library_error(
                "aiohttp.client_exceptions",
                "ServerDisconnectedError",
                library_error("aiohttp", "ClientError").__class__,
            ),
            5,
        ),
        (library_error("fsspec.exceptions", "FSTimeoutError", TimeoutError), 5),
        (library_error("botocore.exceptions", "ClientError"), 5),
        (library_error("huggingface_hub.errors", "HfHubHTTPError", OSError), 5),
        (duckdb.IOException("Corrupt database file"), 4),
        (duckdb.InternalException("INTERNAL Error: x"), 4),
        (duckdb.SerializationException("Failed to deserialize"), 4),
        (zipfile.BadZipFile("File is not a zip file"), 4),
        (pa.ArrowInvalid("Parquet magic bytes not found"), 3),
        (OSError("Couldn't deserialize thrift"), 3),
        (zlib.error("Error -3 while decompressing"), 3),
        (lzma.LZMAError("Corrupt input data"), 3),
        (zstandard.ZstdError("Unknown frame descriptor"), 3),
        (EOFError(), 3),
        (RecursionError("maximum recursion depth exceeded"), 3),
        (json.JSONDecodeError("Expecting value", "x", 0), 3),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), 3),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.bin"), 3),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "a"), 3),
        (OSError(errno.ENAMETOOLONG, "File name too long", "a" * 300), 3),
        (library_error("pyo3_runtime", "PanicException", BaseException), 3),
        (library_error("botocore.exceptions", "NoCredentialsError"), 2),
        (duckdb.PermissionException("Permission Error: no"), 6),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_an_error_has_its_exit_code_and_one_line(error: BaseException, exit_code: int) -> None:
    known = translate(error, path="shards/a.bin")
    assert known is not None
    assert known.exit_code == exit_code
    line = known.line()
    assert "\n" not in line
    assert "hunter2" not in line
    assert line.startswith(("shards/a.bin", "a", "x"))


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), KeyError("x"), TypeError("x"), IndexError("x"), RuntimeError("x"), AssertionError()],
)
def test_a_bug_stays_a_bug(error: Exception) -> None:
    assert translate(error) is None


def test_what_is_ours_stays_as_it_is() -> None:
    error = InputError("bad", path="x")
    assert translate(error, path="y") is error
    assert not is_out_of_memory(error)


def test_a_bug_is_shown_with_its_place_and_without_secrets(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.cli import query
    from indexer.cli.main import run

    def fail(*_: object) -> None:
        raise ValueError("http://ann:hunter2@host/x")

    monkeypatch.setattr(query, "_print_questions", fail)
    assert run(["query", "--list"]) == 1
    err = capfd.readouterr().err
    assert "Traceback" in err
    assert "this is a bug" in err
    assert "hunter2" not in err


@pytest.mark.parametrize("as_json", [False, True])
def test_a_foreign_error_of_a_command_is_one_line_or_one_object(
    as_json: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.cli import query
    from indexer.cli.main import run

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x.csv")

    monkeypatch.setattr(query, "_print_questions", fail)
    assert run([*(["--json"] if as_json else []), "query", "--list"]) == 5
    (line,) = capfd.readouterr().err.splitlines()
    if as_json:
        assert json.loads(line)["path"] == "x.csv"
    else:
        assert line.startswith("exposure: x.csv: cannot be written: No space left on device; ")


def test_an_interrupted_command_of_ours_raises_no_broken_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that broke elsewhere than on our output is no reader that left."""
    from indexer.cli import query
    from indexer.cli.main import run

    def fail(*_: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(query, "_print_questions", fail)
    assert run(["query", "--list"]) == 5
