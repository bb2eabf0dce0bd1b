"""What can go wrong, split by who must act, and the exit code of each kind.

A message is one line: what, which file, which offset, what was expected, what to do.
"""

from __future__ import annotations

import re

from indexer.redaction import redact


class ExposureError(Exception):
    """A refusal that is shown without a traceback.

    Parameters
    ----------
    what : str
        What is wrong, in one clause.
    path : str, optional
        File, shard or key that is wrong; it opens the message.
    offset : str, optional
        Where in the file: ``"line 12"``, ``"token 1,048,576"``, ``"byte 34"``.
    expected : str, optional
        What would have been right.
    fix : str, optional
        What the reader of the message can do next.
    """

    exit_code = 1
    kind = "bug"

    def __init__(
        self,
        what: str,
        *,
        path: object = None,
        offset: str | None = None,
        expected: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.what = what
        self.path = None if path is None else str(path)
        self.offset = offset
        self.expected = expected
        self.fix = fix
        super().__init__(self.line())

    def line(self) -> str:
        """Return the message as one line."""
        where = ", ".join(part for part in (self.path, self.offset) if part)
        text = f"{where}: {self.what}" if where else self.what
        if self.expected:
            text += f"; expected {self.expected}"
        if self.fix:
            text += f"; {self.fix}"
        return _printable(redact(" ".join(text.split())))

    def as_dict(self) -> dict[str, object]:
        """Return the message as an object for ``--json``."""
        parts = {
            "what": self.what,
            "path": self.path,
            "offset": self.offset,
            "expected": self.expected,
            "fix": self.fix,
        }
        redacted = {name: part and redact(part) for name, part in parts.items()}
        return {"error": self.kind, "exit_code": self.exit_code, **redacted}

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process, with every field."""
        return (_rebuild, (type(self), self.what, self.path, self.offset, self.expected, self.fix))


def _printable(text: str) -> str:
    """Escape what a terminal acts upon or cannot encode: control characters, halves of surrogate pairs."""
    return re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", lambda one: ascii(one[0])[1:-1], text)


def _rebuild(
    cls: type[ExposureError],
    what: str,
    path: str | None,
    offset: str | None,
    expected: str | None,
    fix: str | None,
) -> ExposureError:
    return cls(what, path=path, offset=offset, expected=expected, fix=fix)


class ConfigError(ExposureError):
    """The command or ``exposure.toml`` must be changed (exit 2).

    What is wrong inside a source of phrases is one too, with its line: phrases are the question, which is
    asked otherwise, and no data that a run was trained on.
    """

    exit_code = 2
    kind = "config"


class InputError(ExposureError):
    """A file holds something other than what it should (exit 3)."""

    exit_code = 3
    kind = "input"


class StateError(ExposureError):
    """An index is not in the state the command needs: foreign, locked, incomplete (exit 4)."""

    exit_code = 4
    kind = "state"


class ResourceError(ExposureError):
    """Disk, memory or time ran out, or a package is not installed (exit 5)."""

    exit_code = 5
    kind = "resource"


class QueryRefusedError(ExposureError):
    """A query would write, read files or change settings (exit 6)."""

    exit_code = 6
    kind = "query"
