"""What exceptions of libraries and of the system mean to a person: one table, by name.

Types are named, not imported: a command that never touched DuckDB does not load it to learn that its error
was another. A line holds for the subclasses of its type too; the nearest class that stands there is taken.
"""

from __future__ import annotations

import errno
import os
import re

from indexer.errors import (
    ConfigError,
    ExposureError,
    InputError,
    QueryRefusedError,
    ResourceError,
    StateError,
)
from indexer.process_limits import AT_START

_FREE_SPACE = "free space there and run again; finished work is kept"
READ_ONLY = "mount it for writing, or choose a folder elsewhere; what is there can be asked as it is"
_LESS_MEMORY = "use fewer workers, or a machine with more memory; finished work is kept"
_MORE_FILES = "raise `ulimit -n`, or use fewer workers; finished work is kept"
_MORE_PROCESSES = "raise `ulimit -u`, or use fewer workers; finished work is kept"
_RETRY = "run again when it can be reached; finished work is kept"
_AGAIN = "run again; where it stays so, see to the file system; finished work is kept"
_CREDENTIALS = (
    "see its credentials: an index keeps none, they are taken from exposure.toml or the environment"
)
_DAMAGED = "delete that file and run `exposure index` again; what is whole is kept"
_NO_SPACE = re.compile(
    r"no space left|disk (is )?full|quota exceeded|could not write|failed to write|max_temp_directory_size"
    r"|file too large|read-only file system|input/output error|failed to offload",
    re.IGNORECASE,
)
_NO_MEMORY = re.compile(
    r"out of memory|not enough memory|failed to allocate|bad_alloc|cannot allocate|memory allocation|"
    r"unable to allocate|can't start new thread|resource temporarily unavailable",
    re.IGNORECASE,
)

_QUOTED = re.compile(r"file \"([^\"]+)\"")

Kind = type[ExposureError]
Row = tuple[Kind, str, str | None]

# Type by top package and name: who must act, what is wrong (before the exception's own words), what to do.
_TABLE: dict[str, Row] = {
    "builtins.MemoryError": (ResourceError, "memory ran out", _LESS_MEMORY),
    "builtins.RecursionError": (InputError, "is nested too deeply to be read", None),
    "duckdb.OutOfMemoryException": (ResourceError, "memory ran out", _LESS_MEMORY),
    "duckdb.PermissionException": (QueryRefusedError, "", "an index is asked read-only"),
    "duckdb.InterruptException": (ResourceError, "was interrupted", None),
    "duckdb.HTTPException": (ResourceError, "the network failed", _RETRY),
    "duckdb.SerializationException": (StateError, "is damaged", _DAMAGED),
    "duckdb.FatalException": (StateError, "is damaged", _DAMAGED),
    "duckdb.InternalException": (StateError, "is damaged", _DAMAGED),
    "duckdb.InvalidInputException": (StateError, "is damaged", _DAMAGED),
    "duckdb.IOException": (StateError, "cannot be read", _DAMAGED),
    "duckdb.TransactionException": (ResourceError, "cannot be written", _FREE_SPACE),
    "duckdb.OutOfRangeException": (InputError, "holds a number out of range", None),
    "duckdb.ConversionException": (InputError, "holds a value of another type", None),
    "pyarrow.ArrowMemoryError": (ResourceError, "memory ran out", _LESS_MEMORY),
    "pyarrow.ArrowCapacityError": (ResourceError, "is too large for one column", None),
    "pyarrow.ArrowInvalid": (InputError, "is damaged, or not of its format", None),
    "pyarrow.ArrowTypeError": (InputError, "holds a value of another type", None),
    "pyarrow.ArrowKeyError": (InputError, "has no such column", None),
    "pyarrow.ArrowNotImplementedError": (InputError, "holds something Arrow cannot read", None),
    "pyarrow.ArrowSerializationError": (InputError, "is damaged", None),
    "zipfile.BadZipFile": (StateError, "is damaged", _DAMAGED),
    "zipfile.LargeZipFile": (ResourceError, "is too large", None),
    "gzip.BadGzipFile": (InputError, "is damaged", None),
    "zlib.error": (InputError, "is damaged", None),
    "lzma.LZMAError": (InputError, "is damaged", None),
    "zstd.ZstdError": (InputError, "is damaged", None),
    "zstandard.ZstdError": (InputError, "is damaged", None),
    "tokenize.TokenError": (InputError, "has a broken npy header", None),
    "builtins.EOFError": (InputError, "ends too early", None),
    "builtins.UnicodeError": (InputError, "is not the text it should be", None),
    "json.JSONDecodeError": (InputError, "is not JSON", None),
    "tomllib.TOMLDecodeError": (ConfigError, "is not TOML", None),
    "pyo3_runtime.PanicException": (
        InputError,
        "made a library panic",
        "check the tokenizer and phrase files",
    ),
    "aiohttp.ClientResponseError": (ResourceError, "the server refused", _CREDENTIALS),
    "aiohttp.InvalidURL": (ConfigError, "is no URL that can be opened", None),
    "aiohttp.ClientError": (ResourceError, "the network failed", _RETRY),
    "fsspec.FSTimeoutError": (ResourceError, "the store did not answer in time", _RETRY),
    "fsspec.BlocksizeMismatchError": (ResourceError, "the store answered with other bytes", _RETRY),
    "botocore.NoCredentialsError": (ConfigError, "the store wants credentials", "set those of the store"),
    "botocore.BotoCoreError": (ResourceError, "the store failed", _RETRY),
    "botocore.ClientError": (ResourceError, "the store refused", _CREDENTIALS),
    "gcsfs.HttpError": (ResourceError, "the store failed", _RETRY),
    "google.GoogleAuthError": (ConfigError, "the store wants credentials", "set those of the store"),
    "requests.RequestException": (ResourceError, "the network failed", _RETRY),
    "urllib3.HTTPError": (ResourceError, "the network failed", _RETRY),
    "httpx.HTTPError": (ResourceError, "the network failed", _RETRY),
    "httpx2.HTTPError": (ResourceError, "the network failed", _RETRY),
    "httpcore2.NetworkError": (ResourceError, "the network failed", _RETRY),
    "httpcore.NetworkError": (ResourceError, "the network failed", _RETRY),
    "huggingface_hub.HfHubHTTPError": (ResourceError, "the hub failed", _RETRY),
    "huggingface_hub.LocalEntryNotFoundError": (ResourceError, "the hub cannot be reached", _RETRY),
    "datasets.DatasetNotFoundError": (ConfigError, "no such data set", None),
    "datasets.DatasetGenerationError": (InputError, "could not be read", None),
    "datasets.DatasetsError": (InputError, "could not be read", None),
    "urllib.URLError": (ResourceError, "the network failed", _RETRY),
    "ssl.SSLError": (ResourceError, "the network failed", _RETRY),
    "socket.gaierror": (ResourceError, "the host cannot be reached", _RETRY),
    "builtins.ConnectionError": (ResourceError, "the connection broke", _RETRY),
    "builtins.TimeoutError": (ResourceError, "there was no answer in time", _RETRY),
    "subprocess.TimeoutExpired": (ResourceError, "there was no answer in time", None),
    "builtins.FileNotFoundError": (InputError, "no such file", None),
    "builtins.FileExistsError": (StateError, "exists already", None),
    "builtins.IsADirectoryError": (InputError, "is a folder", None),
    "builtins.NotADirectoryError": (InputError, "a part of its path is no folder", None),
    "builtins.PermissionError": (ResourceError, "access is denied", "see who owns the file, and its mode"),
    "builtins.ProcessLookupError": (ResourceError, "a process of ours is gone", "run again"),
}

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
_SHORT = {
    errno.EAGAIN: ("the system has no room for another process", _MORE_PROCESSES),
    errno.EMFILE: ("too many files are open", _MORE_FILES),
    errno.ENFILE: ("too many files are open on this machine", "run again later; finished work is kept"),
}
_MALFORMED = (errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP, errno.ENXIO, errno.ENODEV)


def translate(error: BaseException, *, path: object = None) -> ExposureError | None:
    """Return what an exception of a library means to a person; None: nobody expected it, it is a bug.

    Parameters
    ----------
    error : BaseException
        What was raised; an `ExposureError` is returned as it is.
    path : object, optional
        What was worked on, where the exception names no file of its own.
    """
    if isinstance(error, ExposureError):
        return error
    words = _first_line(error)
    where = _file_of(error) or path
    if is_about_space(error):
        named = _QUOTED.search(words)
        fix = _FREE_SPACE if where or named else None
        if is_read_only(error):
            fix = READ_ONLY
        return ResourceError(
            f"cannot be written: {reason_of(error)}", path=named[1] if named else where, fix=fix
        )
    if is_out_of_memory(error):
        return ResourceError(
            f"memory ran out ({words})" if words else "memory ran out", path=where, fix=_less_memory()
        )
    if isinstance(error, OSError):
        known = _of_system(error, where)
        if known is not None:
            return known
    for cls in type(error).__mro__:
        if _short_name(cls) in _TABLE:
            kind, what, fix = _TABLE[_short_name(cls)]
            said = f"{what} ({words})" if what and words else what or words
            return kind(said, path=where, fix=fix)
    if isinstance(error, OSError):
        return _of_unnumbered(error, words, where)
    if _is(error, "duckdb.Error"):
        return StateError(f"DuckDB: {words}", path=where)
    return None


def is_about_space(error: BaseException) -> bool:
    """Tell whether a file system is full, or does not let itself be written to."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _FULL
    return _is_foreign(error) and _NO_SPACE.search(_first_line(error)) is not None


def is_read_only(error: BaseException) -> bool:
    """Tell whether a file system lets nothing be written: no space that is freed there would help."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno == errno.EROFS
    return "read-only file system" in _first_line(error).lower()


def reason_of(error: BaseException) -> str:
    """Return what the system says of a file it does not write, without the names of our temporary files."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    words = _first_line(error)
    match = _NO_SPACE.search(words)
    return words[match.start() :].rpartition(": ")[2] if match else words


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an exception means that memory ran out, so that another attempt may do."""
    if isinstance(error, ExposureError):
        return False
    if isinstance(error, MemoryError) or _is(error, "duckdb.OutOfMemoryException"):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return (_is_foreign(error) or type(error) is RuntimeError) and _NO_MEMORY.search(str(error)) is not None


def _less_memory() -> str:
    """Return what to do: no worker less helps where somebody has limited this process."""
    if not AT_START:
        return _LESS_MEMORY
    limit = min(AT_START, key=lambda one: one.soft)
    return (
        f"this process may take {limit.soft >> 20:,} MiB ({limit.name}): {limit.advice()};"
        " finished work is kept"
    )


def _of_system(error: OSError, where: object) -> ExposureError | None:
    """Return what an error number means, None where the type says more."""
    if error.errno in _SHORT:
        what, fix = _SHORT[error.errno]
        return ResourceError(f"{what} ({error.strerror})", path=where, fix=fix)
    if error.errno in _MALFORMED:
        return InputError(f"is no file that can be opened: {error.strerror}", path=where)
    return None


def _of_unnumbered(error: OSError, words: str, where: object) -> ExposureError:
    """Return what an error without a type of its own means; Arrow raises some without a number."""
    if error.errno is None:
        return InputError(f"cannot be read ({words})", path=where)
    return ResourceError(f"the system refused ({words})", path=where, fix=_AGAIN)


def _file_of(error: BaseException) -> object:
    name = getattr(error, "filename", None)
    return name if isinstance(name, str | bytes) or hasattr(name, "__fspath__") else None


def _is(error: BaseException, *names: str) -> bool:
    """Tell whether an exception is of a type named by its top package and its own name."""
    return any(_short_name(cls) in names for cls in type(error).__mro__)


def _is_foreign(error: BaseException) -> bool:
    return _is(error, "duckdb.Error", "pyarrow.ArrowException", "pyo3_runtime.PanicException") or (
        type(error) is Exception  # the Rust of tokenizers raises these
    )


def _short_name(cls: type) -> str:
    package = cls.__module__.lstrip("_").partition(".")[0]
    return f"{package}.{cls.__name__}"


def _first_line(error: BaseException) -> str:
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).strip().splitlines()
    return lines[0] if lines else ""
