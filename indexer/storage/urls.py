"""URLs of object stores: which are read, and through which file system."""

from __future__ import annotations

import re
from typing import Any

from indexer.errors import InputError, ResourceError
from indexer.redaction import redacted_url
from indexer.storage.credentials import reveal

_STORES = "s3 s3a gs gcs az abfs abfss adl oci oss hf hdfs webhdfs http https file local memory"
SCHEMES = frozenset(f"{_STORES} simplecache filecache blockcache".split())
"""Schemes that are read: stores that answer a range of a file."""


_EXTRAS = {"http": "http", "https": "http", "s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
"""The extra of this package that holds the client of a store."""


def is_url(path: str) -> bool:
    """Tell whether a path is an fsspec URL rather than a local path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*(::|://)", path) is not None


def filesystem_of(url: str) -> tuple[Any, str]:
    """Return the fsspec file system of a URL, and the path inside it; hidden credentials are put back.

    Raises
    ------
    InputError
        The URL is of a kind that is not read.
    ResourceError
        It needs a package that is not installed.
    """
    import fsspec

    name = redacted_url(url)
    schemes = [one.partition("://")[0].lower() for one in url.split("::")]
    wrong = next((one for one in schemes if one not in SCHEMES), None)
    if wrong is not None:
        raise InputError(
            f"is a URL of a kind that is not read ({wrong})",
            path=name,
            expected=", ".join(sorted(SCHEMES)),
            fix="copy the file to a disk or one of these, and name it there",
        )
    try:
        filesystem, inner = fsspec.core.url_to_fs(reveal(url), **_options(schemes))
    except ImportError as error:
        extra = _EXTRAS.get(schemes[-1])
        raise ResourceError(
            f"needs a package that is not installed ({error})",
            path=name,
            fix=extra and f"pip install 'exposure-indexer[{extra}]'",
        ) from None
    except ValueError as error:
        raise InputError(f"is no URL that can be opened ({error})", path=name) from None
    if schemes[-1] in ("s3", "s3a") and hasattr(filesystem, "retries"):
        filesystem.retries = 1  # s3fs has attempts of its own around those of its client
    return filesystem, inner


def _options(schemes: list[str]) -> dict[str, Any]:
    """Return what a file system is told beside its URL: to fail at once, since requests are repeated here.

    A client that repeats them too would multiply attempts, and heed no ``Retry-After``.
    """
    if schemes not in (["s3"], ["s3a"]):
        return {}
    from fsspec.config import conf

    given = conf.get(schemes[0], {}).get("config_kwargs", {})
    return {"config_kwargs": {"retries": {"total_max_attempts": 1}, **given}}
