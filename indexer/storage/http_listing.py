"""What a page of an HTTP server lists: the links of it that lie directly in its folder.

The file system of fsspec reads links by a pattern that ends names at a quote, keeps ``&amp;``, and takes
links that sort the page for files.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from indexer.errors import ResourceError
from indexer.redaction import redacted_url
from indexer.storage.store_errors import ShortAnswerError

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of a page: some hundred thousand names."""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


async def listed_by(filesystem: Any, url: str) -> list[tuple[str, bool]]:
    """Return the names that the page of a folder lists, percent-encoded, and whether each is a folder.

    Parameters
    ----------
    filesystem : fsspec.implementations.http.HTTPFileSystem
        Whose session is used.
    url : str
        The folder, with a slash at its end.

    Raises
    ------
    ResourceError
        The page is too long to be one.
    ShortAnswerError
        It ends too early: names may be missing.
    """
    session = await filesystem.set_session()
    async with session.get(filesystem.encode_url(url), **filesystem.kwargs) as answer:
        answer.raise_for_status()
        if answer.content_type not in ("text/html", "application/xhtml+xml"):
            return []
        page = b""
        async for part in answer.content.iter_chunked(1 << 20):
            page += part
            if len(page) > MOST_BYTES:
                raise ResourceError(
                    f"is a page of more than {MOST_BYTES:,} bytes",
                    path=redacted_url(url),
                    fix="name the files",
                )
        text = page.decode(answer.charset or "utf-8", "replace")
        base = str(answer.url)
    if "<html" in text.lower() and "</html" not in text.lower():
        raise ShortAnswerError(f"the page ends after {len(page):,} bytes without an end")
    return names_on_page(text, base)


def names_on_page(page: str, base: str) -> list[tuple[str, bool]]:
    """Return the links of a page that lie directly in its folder: name, and whether it is a folder."""
    links = _Links()
    links.feed(page)
    here = urlsplit(base)
    folder = unquote(here.path).rpartition("/")[0] + "/"
    names: dict[str, bool] = {}
    for link in links.found:
        target = urlsplit(urljoin(base, link.strip()))
        if target.netloc != here.netloc or target.query or target.fragment:
            continue
        last = target.path.rstrip("/").rpartition("/")[2]
        is_folder = target.path.endswith("/")
        if last and unquote(target.path).rstrip("/") == (folder + unquote(last)).rstrip("/"):
            names[last] = is_folder
    return list(names.items())
