"""What the errors of object stores mean: gone, denied, changed, or a failure that may pass.

Each file system of fsspec raises the errors of its own client, often inside another one (`HTTPFileSystem`
calls whatever goes wrong while it measures a file a ``FileNotFoundError``). The status a server answered with
decides, wherever it is found; what has none is left to `indexer.foreign_errors`.
"""

from __future__ import annotations

import http
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from indexer.errors import ConfigError, ExposureError, InputError, ResourceError, StateError
from indexer.foreign_errors import translate
from indexer.redaction import redact

_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524, 529))
"""Statuses that another attempt may change."""
_DENIED = (401, 403, 407)
_GONE = (404, 410)
_CHANGED = (412, 416)
"""What was pinned is not there any more; the range lies behind the end."""
_LASTING = (
    "ClientConnectorCertificateError",
    "SSLCertVerificationError",
    "NonHttpUrlClientError",
    "InvalidURL",
)
_NO_BUCKET = ("NoSuchBucket", "bucket does not exist", "ContainerNotFound", "NotFound: Bucket")


class NotThere(Exception):  # noqa: N818  an answer rather than an error
    """A store has no such object."""


class ShortAnswerError(OSError):
    """A store sent other bytes than it was asked for, without an error."""


def passes(error: BaseException) -> bool:
    """Tell whether another attempt may succeed."""
    status = status_of(error)
    if status is not None:
        return status in _PASSING
    if isinstance(error, ExposureError | NotThere):
        return False
    if any(cls.__name__ in _LASTING for cause in _causes(error) for cls in type(cause).__mro__):
        return False
    cause = _first(error)
    if isinstance(cause, FileNotFoundError | PermissionError | IsADirectoryError | NotADirectoryError):
        return False
    # file systems raise plain OSErrors for what a server answers: 503 Slow Down
    return isinstance(cause, OSError) or isinstance(translate(cause), ResourceError)


def meaning_of(error: BaseException, name: str) -> BaseException:
    """Return what a failure that does not pass means to a person; an error that nobody knows as it is.

    Parameters
    ----------
    error : BaseException
        What a file system raised.
    name : str
        What was asked for, without credentials.
    """
    if isinstance(error, ExposureError):
        return error
    status = status_of(error)
    first = _first(error)
    if any(words in f"{type(cause).__name__} {cause}" for cause in _causes(error) for words in _NO_BUCKET):
        return InputError("no such bucket", path=name, fix="see how it is spelled, and which store is asked")
    if status in _GONE or (status is None and isinstance(first, FileNotFoundError)):
        return NotThere(name)
    if status in _CHANGED:
        return changed(name, "while it was read")
    if status in _DENIED or (status is None and isinstance(first, PermissionError)):
        said = "" if status is None else f" ({status} {phrase_of(status)})"
        return ResourceError(
            f"the store denies access{said}",
            path=name,
            fix="see its credentials and what they allow: an index keeps none, they are taken from "
            "exposure.toml or the environment",
        )
    if status is not None:
        return ResourceError(f"the store refused ({status} {phrase_of(status)})", path=name)
    known = translate(first, path=name)
    if isinstance(known, ConfigError | ResourceError | InputError):
        return known
    return error


def changed(name: str, how: str) -> StateError:
    """Return the refusal of an object that is not the one that was found."""
    return StateError(
        f"was changed after it was planned: {how}",
        path=name,
        fix="run `exposure index` again: it plans anew and rescans what changed",
    )


def told(error: BaseException) -> str:
    """Return in some words what went wrong, without secrets."""
    status = status_of(error)
    if status is not None:
        return f"{status} {phrase_of(status)}".strip()
    cause = _first(error)
    known = translate(cause)
    said = known.what if isinstance(known, ResourceError) else ""
    first = next(iter(str(cause).splitlines()), "")
    return redact(said or f"{type(cause).__name__}: {first}")


def phrase_of(status: int) -> str:
    """Return what a status is called."""
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def status_of(error: BaseException) -> int | None:
    """Return the status that a server answered with; None where it answered nothing."""
    causes = list(_causes(error))
    if any(type(cause).__module__ == "aiohttp.http_exceptions" for cause in causes):
        return None  # what the server sent is no HTTP, which aiohttp calls 400
    for cause in causes:
        for one in _said(cause):
            if isinstance(one, int | str) and str(one).isdigit() and 400 <= int(one) < 600:
                return int(one)
    return None


def _said(cause: BaseException) -> Iterator[Any]:
    """Yield what may be a status: aiohttp's, botocore's, that of requests and huggingface_hub, gcsfs's."""
    yield getattr(cause, "status", None)
    response = getattr(cause, "response", None)
    if isinstance(response, dict):
        yield response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    yield getattr(response, "status_code", None)
    yield getattr(cause, "status_code", None)
    yield getattr(cause, "code", None)


def wanted_pause(error: BaseException) -> float:
    """Return the seconds a server wants to be left alone (``Retry-After``); 0 where it names none."""
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        headers = getattr(cause, "headers", None) or getattr(response, "headers", None)
        if isinstance(response, dict):
            headers = response.get("ResponseMetadata", {}).get("HTTPHeaders")
        value = headers and (headers.get("Retry-After") or headers.get("retry-after"))
        if value:
            return _seconds(str(value))
    return 0.0


def _seconds(value: str) -> float:
    """Return the seconds of a ``Retry-After``: a number, or a date."""
    if value.strip().isdigit():
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, the first cause last."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__


def _first(error: BaseException) -> BaseException:
    """Return the first cause that says something of the network or the store."""
    for cause in reversed(list(_causes(error))):
        if isinstance(cause, OSError) or isinstance(translate(cause), ResourceError | ConfigError):
            return cause
    return error
