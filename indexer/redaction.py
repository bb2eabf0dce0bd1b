"""URLs as anybody may see them: no user and password, no signature, no token.

One rule for plans, tables, exports, messages and logs. What of a query tells objects apart stays; what is
known to be a secret, or to come with one, goes; of anything else a hash stays, which tells objects apart too.
"""

from __future__ import annotations

import hashlib
import re

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?:::[A-Za-z][A-Za-z0-9+.-]*)*://[^\s'\"<>()\[\]{}|\\^`]+")
_PARTS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)", re.DOTALL
)
_STORE_PARTS = re.compile(_PARTS.pattern.replace("[^?#]*)(?P<rest>", "[^?]*)(?P<rest>"), re.DOTALL)
"""Of stores whose names may hold ``#`` and ``?``: a query is one only where it holds a secret."""
_HARMLESS = frozenset(
    (
        "version",
        "versionid",
        "generation",
        "revision",
        "rev",
        "ref",
        "download",
        "raw",
        "alt",
        "format",
        "path",
        "file",
    )
)
_SECRET = re.compile(
    # the signatures of Amazon, Google, Alibaba and CloudFront, and what comes with them
    r"x-(amz|goog|oss|ms|cos)-.*|awsaccesskeyid|googleaccessid|ossaccesskeyid|signature|expires?|policy|key-pair-id"
    r"|.*(token|secret|passw|pwd|credential|session|jwt|auth|api[-_]?key|access[-_]?key|private).*"
    r"|sig|key|code|sas|user|username",
    re.IGNORECASE,
)
_BESIDE_SIG = re.compile(
    "se|sp|sv|sr|st|spr|sip|ss|srt|ske|skoid|sktid|skt|sks|skv|sdd|saoid|suoid|scid", re.IGNORECASE
)
"""What makes up a shared access signature of Azure, beside ``sig``."""
_HASHED = re.compile(r"~[0-9a-f]{8}")


def redacted_url(url: str) -> str:
    """Return a URL without credentials and signatures; the same for what was returned by it."""
    return "::".join(_redacted_part(part) for part in url.split("::"))


def redact(text: str) -> str:
    """Return a text with every URL in it redacted."""
    return _URL.sub(_redacted_match, text) if "://" in text else text


def _redacted_match(match: re.Match[str]) -> str:
    url = match[0].rstrip(".,;:!")
    return redacted_url(url) + match[0][len(url) :]


def _redacted_part(part: str) -> str:
    is_http = part[:8].lower().startswith(("http://", "https://"))
    match = (_PARTS if is_http else _STORE_PARTS).fullmatch(part)
    if match is None:
        return part
    host = match["host"]
    user, at, rest = host.rpartition("@")
    # Without a password it may be the container of an object store (abfs://container@account), or a token.
    if at and (":" in user or is_http):
        host = rest
    query = match["rest"].removeprefix("?")
    if not is_http and not any(_SECRET.fullmatch(word.partition("=")[0]) for word in _assigned(query)):
        return f"{match['scheme']}://{host}{match['path']}{match['rest']}"
    words = (query.partition("#")[0] if is_http else query).split("&")
    if any(word.lower().startswith("sig=") for word in words):
        words = [word for word in words if not _BESIDE_SIG.fullmatch(word.partition("=")[0])]
    words = [word for word in map(_redacted_word, words) if word]
    return f"{match['scheme']}://{host}{match['path']}" + ("?" + "&".join(words) if words else "")


def _assigned(query: str) -> list[str]:
    return [word for word in query.split("&") if "=" in word]


def _redacted_word(word: str) -> str:
    """Return one ``name=value`` of a query; nothing where it is a secret."""
    name, equals, value = word.partition("=")
    if _SECRET.fullmatch(name):
        return ""
    if not equals or name.lower() in _HARMLESS or _HASHED.fullmatch(value) or len(value) < 8:
        return word
    return f"{name}=~{hashlib.sha256(value.encode()).hexdigest()[:8]}"
