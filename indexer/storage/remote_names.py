"""Names on object stores: what there is, what a folder holds, what a pattern stands for.

The file systems of fsspec have answers of their own to these, which take a server that failed for one
that has no such file, leave folders out that could not be listed, and match what a local pattern does not.
So each question here is one request for one object or one folder, and a failed one is asked again or refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from indexer.errors import InputError
from indexer.redaction import redacted_url
from indexer.storage.credentials import hide
from indexer.storage.globs import has_magic
from indexer.storage.http_listing import listed_by
from indexer.storage.requests import ask, call, waited_for
from indexer.storage.s3_listing import Page, page_of
from indexer.storage.store_errors import NotThere
from indexer.storage.urls import filesystem_of

_SPLIT = re.compile(r"(?P<root>.*://[^/]*)(?P<path>[^?]*)(?P<query>.*)", re.DOTALL)


class Entry(NamedTuple):
    """What a folder holds: its URL, the last part of its name, decoded, and whether it is a folder."""

    url: str
    name: str
    is_folder: bool


def is_http(url: str) -> bool:
    """Tell whether a URL is read by HTTP, in which names are percent-encoded."""
    return url.rpartition("::")[2].partition("://")[0].lower() in ("http", "https")


def is_pattern(url: str) -> bool:
    """Tell whether a URL is a pattern; a name with brackets that exists is none.

    The ``?`` of HTTP begins a query, and that of ``?versionId=`` tells a version.
    """
    path = url.partition("?" if is_http(url) else "?versionId=")[0]
    if not has_magic(path):
        return False
    return "*" in path or (not is_http(url) and "?" in path) or info_of(url) is None


def info_of(url: str) -> dict[str, Any] | None:
    """Return what a store says of an object or folder; None: there is none.

    Raises
    ------
    InputError, ResourceError, ConfigError
        The store refuses, or kept failing.
    """
    refuse_dots(url)

    def request(seconds: float) -> Any:
        filesystem, inner = filesystem_of(url)
        filesystem.invalidate_cache(inner)  # a listing that was kept would tell of the object that was there
        return call(filesystem, "info", inner, seconds=seconds)

    try:
        found: dict[str, Any] = ask(request, redacted_url(url))
    except NotThere:
        return None
    if is_http(url) and urlsplit(str(found.get("url") or url)).path.endswith("/"):
        found = {**found, "type": "directory"}
    return found


def entries_of(url: str) -> list[Entry]:
    """Return what lies directly inside a folder, sorted by URL; nothing where there is no such folder.

    Raises
    ------
    InputError, ResourceError, ConfigError
        The store refuses, or kept failing.
    """
    refuse_dots(url)
    folder = url.rstrip("/")

    def request(seconds: float, token: str | None) -> Page:
        filesystem, inner = filesystem_of(f"{folder}/" if is_http(url) else folder)
        if is_http(url) and hasattr(filesystem, "set_session"):
            return waited_for(filesystem, listed_by, filesystem, inner, seconds=seconds), None
        if hasattr(filesystem, "_call_s3"):
            page: Page = waited_for(filesystem, page_of, filesystem, inner, token, seconds=seconds)
            return page
        filesystem.invalidate_cache(inner)
        entries = call(filesystem, "ls", inner, detail=True, seconds=seconds)
        start = inner.rstrip("/") + "/"
        found = [(one["name"].rstrip("/"), one["type"] == "directory") for one in entries]
        return [(name.removeprefix(start), folder) for name, folder in found if name.startswith(start)], None

    names: list[tuple[str, bool]] = []
    token: str | None = None
    try:
        while True:
            page, token = ask(partial(request, token=token), redacted_url(url))
            names += page
            if token is None:
                break
    except NotThere:
        return []
    entries = [
        Entry(hide(f"{folder}/{name}"), unquote(name) if is_http(url) else name, is_folder)
        for name, is_folder in names
    ]
    return sorted(entries, key=lambda entry: entry.name)


def matches_of(url: str) -> list[str]:
    """Return the URLs that a pattern stands for, sorted; the rules are those of local patterns.

    ``*``, ``?`` (not of HTTP) and ``[]`` match within a part, ``**`` folders of any depth, and then files
    alone are matched; names that begin with a dot are matched by parts that do.
    """
    match = _SPLIT.fullmatch(url)
    if match is None:
        return [url]
    path, query = match["path"] + match["query"], ""
    if is_http(url):
        path, query = match["path"], match["query"]
    parts = path.strip("/").split("/")
    anywhere = "**" in parts
    found = {one.url for one in _matches(match["root"], parts) if not (anywhere and one.is_folder)}
    return sorted((one + query for one in found), key=unquote if is_http(url) else None)


def _matches(found: str, parts: Sequence[str]) -> Iterator[Entry]:
    literal = 0
    while literal < len(parts) and not has_magic(parts[literal]):
        literal += 1
    if literal == len(parts):
        whole = "/".join([found, *parts])
        if (info := info_of(whole)) is not None:
            yield Entry(whole, base_of(whole), info["type"] == "directory")
        return
    found = "/".join([found, *parts[:literal]])
    part, rest = parts[literal], parts[literal + 1 :]
    if part == "**":
        yield from _at_any_depth(found, rest or ["*"])
        return
    for entry in _chosen(entries_of(found), part):
        if not rest:
            yield entry
        elif entry.is_folder:
            yield from _matches(entry.url, rest)


def _chosen(entries: Sequence[Entry], part: str) -> list[Entry]:
    """Return what a part of a pattern matches; what exists as it is written is no pattern."""
    literal = [entry for entry in entries if "[" in part and entry.name == part]
    return literal or [
        entry
        for entry in entries
        if (fnmatchcase(entry.name, part) or fnmatchcase(base_of(entry.url), part))
        and (part.startswith(".") or not entry.name.startswith("."))
    ]


def _at_any_depth(folder: str, rest: Sequence[str]) -> Iterator[Entry]:
    """Yield what the rest of a pattern matches in a folder and all below it."""
    entries = entries_of(folder)
    if len(rest) == 1 and has_magic(rest[0]):
        yield from _chosen(entries, rest[0])
    else:
        yield from _matches(folder, rest)
    for entry in entries:
        if entry.is_folder and not entry.name.startswith("."):
            yield from _at_any_depth(entry.url, rest)


def base_of(url: str) -> str:
    """Return the last part of a URL, as it is spelled."""
    return url.rpartition("/")[2]


def refuse_dots(url: str) -> None:
    """Refuse a URL with ``..`` in its path: clients resolve it, stores take it for a name.

    Raises
    ------
    InputError
        It has one.
    """
    if ".." in re.split(r"[/\\]", unquote(url.partition("?")[0])):
        raise InputError("holds a part '..'", path=redacted_url(url), fix="spell the URL without it")
