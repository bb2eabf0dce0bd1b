"""What clients of object stores raise, each in its own way, and what that means."""

from __future__ import annotations

import errno
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from indexer.errors import ExposureError
from indexer.storage.store_errors import NotThere, meaning_of, passes, told, wanted_pause


class OfAiohttp(Exception):
    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}, url='https://h/a?X-Amz-Signature=hunter2'")
        self.status, self.headers = status, headers or {}


class OfBotocore(Exception):
    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"An error occurred ({code})")
        self.response = {
            "Error": {"Code": code},
            "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
        }


class OfGcsfs(Exception):
    def __init__(self, code: int) -> None:
        super().__init__("failed")
        self.code = code


class OfRequests(Exception):
    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__("failed")
        self.response = SimpleNamespace(status_code=status, headers=headers or {})


def inside(outer: BaseException, cause: BaseException) -> BaseException:
    outer.__cause__ = cause
    return outer


PASSING = [
    OfAiohttp(503),
    OfBotocore(503, "SlowDown"),
    OfGcsfs(429),
    OfRequests(500),
    inside(FileNotFoundError("https://h/a"), OfAiohttp(503)),
    inside(OSError(errno.EBUSY, "slow down"), OfBotocore(503, "SlowDown")),
    inside(FileNotFoundError("https://h/a"), TimeoutError()),
    ConnectionResetError(errno.ECONNRESET, "reset"),
    socket.gaierror(-3, "Temporary failure in name resolution"),
    OSError("503 Slow Down"),
    OSError(errno.EINVAL, "what a store calls anything"),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_a_failure_that_may_pass(error: BaseException) -> None:
    assert passes(error)
    assert "hunter2" not in told(error)


#   what is raised                                                what it means
LASTING = [
    (OfAiohttp(403), "the store denies access (403 Forbidden)", 5),
    (inside(PermissionError("no"), OfBotocore(403, "AccessDenied")), "the store denies access (403 ", 5),
    (PermissionError("no"), "the store denies access", 5),
    (OfRequests(401), "the store denies access (401 Unauthorized)", 5),
    (OfAiohttp(400), "the store refused (400 Bad Request)", 5),
    (OfBotocore(404, "NoSuchBucket"), "no such bucket", 3),
    (inside(FileNotFoundError("x"), OfBotocore(404, "NoSuchBucket")), "no such bucket", 3),
    (OfAiohttp(412), "was changed after it was planned", 4),
    (OfAiohttp(416), "was changed after it was planned", 4),
    (inside(OSError(errno.EINVAL, "no"), OfBotocore(412, "PreconditionFailed")), "was changed after", 4),
]


@pytest.mark.parametrize(("error", "words", "code"), LASTING, ids=lambda one: repr(one))
def test_a_failure_that_lasts(error: BaseException, words: str, code: int) -> None:
    assert not passes(error)
    meaning = meaning_of(error, "s3://b/a")
    assert isinstance(meaning, ExposureError)
    assert str(meaning).startswith("s3://b/a: ")
    assert words in str(meaning)
    assert "hunter2" not in str(meaning)
    assert meaning.exit_code == code


@pytest.mark.parametrize(
    "error",
    [
        OfAiohttp(404),
        OfAiohttp(410),
        FileNotFoundError("x"),
        inside(FileNotFoundError("x"), KeyError("x")),
        inside(FileNotFoundError("x"), OfBotocore(404, "NoSuchKey")),
    ],
    ids=repr,
)
def test_what_is_not_there_is_an_answer(error: BaseException) -> None:
    assert not passes(error)
    assert isinstance(meaning_of(error, "s3://b/a"), NotThere)


def test_an_error_that_nobody_expected_stays_one() -> None:
    error = TypeError("a bug")
    assert not passes(error)
    assert meaning_of(error, "s3://b/a") is error


@pytest.mark.parametrize("kind", [OfAiohttp, OfRequests, lambda status, more: OfBotocore(status, "X", more)])
def test_retry_after_is_seconds_or_a_date(kind) -> None:
    assert wanted_pause(kind(503, {"Retry-After": "17"})) == 17
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < wanted_pause(kind(503, {"Retry-After": then})) <= 60
    assert wanted_pause(kind(503, {"Retry-After": "soon"})) == 0
    assert wanted_pause(kind(503, {})) == 0
