"""A web server on the loopback address that fails as object stores do, when it is told to.

It serves a folder by HTTP, with ranges, ETags and times, or passes requests on to another server of this
machine. It counts what it is asked, and stops with its test.
"""

from __future__ import annotations

import hashlib
import html
import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit


class Asked(NamedTuple):
    method: str
    path: str
    range: str | None
    version: str | None
    login: str | None


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Fault:
    """What goes wrong: how, how often, and with which requests.

    `kind` is a status, or ``cut`` (the connection breaks within the body), ``drop`` (before any answer),
    ``lost`` (after it was carried out, before any answer), ``short`` (fewer bytes, and a length that says
    so), ``slow`` (seconds go by first).
    """

    kind: int | str
    times: int = 1
    only: Callable[[Asked], bool] = lambda asked: True
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    done: int = 0


@dataclass
class Store:
    """A server at work, and what it is told."""

    port: int
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    before: list[Callable[[Asked], None]] = field(default_factory=list)
    folder: Path | None = None
    upstream: int | None = None
    tells_etags: bool = True
    sends_ranges: bool = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next_fault(self, asked: Asked) -> Fault | None:
        for fault in self.faults:
            if fault.done < fault.times and fault.only(asked):
                fault.done += 1
                return fault
        return None

    def count(self, *methods: str, path: str = "") -> int:
        return sum(one.method in methods and path in one.path for one in self.asked)


@contextmanager
def serving(folder: Path | None = None, *, upstream: int | None = None) -> Iterator[Store]:
    """Serve a folder, or what another port of this machine serves."""
    store = Store(0, folder=folder, upstream=upstream)
    handler = type("Handler", (_Handler,), {"store": store})
    with _Server(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        store.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield store
        finally:
            server.shutdown()
            thread.join(10)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over clients that left."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *words: object) -> None:
        pass

    def _serve(self) -> None:
        store = self.store
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = (self.headers.get(name) for name in ("Range", "If-Match", "Authorization"))
        asked = Asked(self.command, self.path, *told)
        store.asked.append(asked)
        for act in list(store.before):
            act(asked)
        fault = store.next_fault(asked)
        if fault is not None and isinstance(fault.kind, int):
            self._send(Answer(fault.kind, fault.headers, b"" if self.command == "HEAD" else b"later"))
            return
        if fault is not None and fault.kind == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        answer = self._from_folder() if store.upstream is None else self._from_upstream(sent)
        if fault is not None and fault.kind == "lost":
            self.close_connection = True
            self.connection.close()
            return
        half = answer.body[: len(answer.body) // 2]
        if fault is not None and fault.kind == "short":
            answer = answer._replace(body=half)
        if fault is not None and fault.kind == "cut":
            self._send(answer._replace(body=half), length=len(answer.body))
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

    def _send(self, answer: Answer, length: int | None = None) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "keep-alive"):
                self.send_header(name, value)
        told = answer.headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", told or str(len(answer.body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _from_upstream(self, sent: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.store.upstream, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, sent, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return Answer(response.status, dict(response.getheaders()), body)

    def _from_folder(self) -> Answer:
        place = self.store.folder / unquote(urlsplit(self.path).path).lstrip("/")
        if place.is_dir():
            if not self.path.endswith("/"):
                return Answer(301, {"Location": self.path + "/"}, b"")
            return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, _page(place))
        if not place.is_file():
            return Answer(404, {}, b"")
        data = place.read_bytes()
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(data))}
        headers["Last-Modified"] = formatdate(place.stat().st_mtime, usegmt=True)
        if self.store.tells_etags:
            headers["ETag"] = etag
        if self.headers.get("If-Match", etag) != etag:
            return Answer(412, {}, b"")
        wanted = self.headers.get("Range")
        if not wanted or not self.store.sends_ranges:
            return Answer(200, headers, data)
        start, stop = (int(part) for part in wanted.removeprefix("bytes=").split("-"))
        if start >= len(data):
            return Answer(416, {"Content-Range": f"bytes */{len(data)}"}, b"")
        stop = min(stop + 1, len(data))
        headers |= {
            "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}",
            "Content-Length": str(stop - start),
        }
        return Answer(206, headers, data[start:stop])


def _page(folder: Path) -> bytes:
    """Return the page of a folder, as servers make them, with links that lead elsewhere."""
    names = sorted((entry.name + "/" * entry.is_dir() for entry in folder.iterdir()), reverse=True)
    links = [f'<a href="{html.escape(quote(name))}">{html.escape(name)}</a>' for name in names]
    more = [
        '<a href="?C=N;O=D">Name</a>',
        '<a href="../">Up</a>',
        '<a href="https://example.org/x.bin">x</a>',
    ]
    return "<html><body>{}</body></html>".format("\n".join([*more, *links])).encode()
