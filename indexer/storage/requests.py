"""One request to an object store, tried again while its failures may pass: a budget of attempts and time."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from indexer.errors import ConfigError, ResourceError
from indexer.storage.store_errors import meaning_of, passes, told, wanted_pause

Answer = TypeVar("Answer")

ATTEMPTS_VARIABLE = "EXPOSURE_STORE_ATTEMPTS"
SECONDS_VARIABLE = "EXPOSURE_STORE_SECONDS"
ATTEMPTS = 6
"""How often a request is tried: with the pauses between, some ten seconds of failures pass."""
SECONDS = 300.0
"""How long a request may take, all its attempts and pauses together."""
SLOWEST = 256 * 1024
"""Bytes a second that a store sends at least: what is read may take longer than `SECONDS` by that."""
LONGEST_PAUSE = 20.0
"""Seconds between two attempts, where the store names no number itself."""

_log = logging.getLogger(__name__)


def ask(
    request: Callable[[float], Answer],
    name: str,
    *,
    offset: str | None = None,
    n_bytes: int = 0,
    doing: str = "read",
) -> Answer:
    """Make a request, and make it again while it fails in a way that may pass.

    The pauses double, with jitter, so that workers which failed together do not come back together. A store
    that names the seconds it wants to be left alone (``Retry-After``) is left alone for so long, if the
    budget holds them.

    Parameters
    ----------
    request : callable
        Takes the seconds it may wait for an answer.
    name : str
        What is asked for, without credentials: it opens messages.
    offset : str, optional
        Where in it.
    n_bytes : int
        Bytes that are asked for, or sent.
    doing : str
        What could not be done, for the message.

    Raises
    ------
    NotThere
        There is no such object.
    InputError, ResourceError, StateError, ConfigError
        The store refuses, or kept failing.
    """
    attempts, seconds = budget()
    seconds += n_bytes / SLOWEST
    began = time.monotonic()
    attempt = 0
    while True:
        attempt += 1
        try:
            return request(max(1.0, seconds - (time.monotonic() - began)))
        except Exception as error:
            if not passes(error):
                meaning = meaning_of(error, name)
                if meaning is error:
                    raise
                raise meaning from None
            trouble, wanted = told(error), wanted_pause(error)
        pause = max(wanted, min(0.2 * 2**attempt, LONGEST_PAUSE) * (0.5 + random.random() / 2))
        spent = time.monotonic() - began
        if attempt >= attempts or spent + pause > seconds:
            why = f", and wants to be left alone for {wanted:,.0f} s" if wanted > seconds - spent > 0 else ""
            tried = f"{attempt} attempt{'s' * (attempt > 1)} over {spent:,.0f} s"
            raise ResourceError(
                f"could not be {doing} in {tried} ({trouble}){why}",
                path=name,
                offset=offset,
                fix=f"run again when the store can be reached; finished work is kept "
                f"({ATTEMPTS_VARIABLE} and {SECONDS_VARIABLE} say how long is tried)",
            )
        _log.warning("%s: tried again in %.1f s (%s)", name, pause, trouble)
        time.sleep(pause)


def waited_for(filesystem: Any, coroutine: Callable[..., Any], *args: Any, seconds: float, **how: Any) -> Any:
    """Run a coroutine of an asynchronous file system on its own loop, for so many seconds at most."""
    from fsspec.asyn import sync

    return sync(filesystem.loop, coroutine, *args, timeout=seconds, **how)


def call(filesystem: Any, method: str, *args: Any, seconds: float, **how: Any) -> Any:
    """Call a method of any file system; where it is asynchronous, for so many seconds at most."""
    from fsspec.asyn import AsyncFileSystem

    if isinstance(filesystem, AsyncFileSystem) and hasattr(filesystem, f"_{method}"):
        return waited_for(filesystem, getattr(filesystem, f"_{method}"), *args, seconds=seconds, **how)
    return getattr(filesystem, method)(*args, **how)


def budget() -> tuple[int, float]:
    """Return how often and how many seconds a request is tried.

    Raises
    ------
    ConfigError
        A variable holds no positive number.
    """
    return int(_number(ATTEMPTS_VARIABLE, ATTEMPTS)), _number(SECONDS_VARIABLE, SECONDS)


def _number(variable: str, default: float) -> float:
    text = os.environ.get(variable, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 1e6:
        raise ConfigError(f"is {text!r}", path=variable, expected="a number from 1")
    return value
