"""Why a range was given up: a file for each, until the range is scanned."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from indexer.errors import ResourceError
from indexer.index_dir.commits import commit_file


def keep_failure(path: Path, fingerprint: str, reason: str) -> None:
    """Keep why a range of a plan was given up; a full disk is no new failure."""
    earlier = _kept(path, fingerprint)
    kept = {
        "plan": fingerprint,
        "reason": reason,
        "host": socket.gethostname(),
        "times": (earlier["times"] if earlier else 0) + 1,
    }
    text = json.dumps(kept, ensure_ascii=False)
    with suppress(OSError, ResourceError):
        commit_file(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def failure_in(path: Path, fingerprint: str) -> str | None:
    """Return why, on which host and how often a range of a plan was given up; None where it was not."""
    kept = _kept(path, fingerprint)
    if kept is None:
        return None
    times = f", {kept['times']} scans by now" if kept["times"] > 1 else ""
    return f"{kept['reason']} (on {kept['host']}{times})"


def _kept(path: Path, fingerprint: str) -> dict[str, Any] | None:
    """Return what was kept of a failure under this plan; None where there is none that can be read."""
    try:
        kept = json.loads(path.read_bytes())
        whole = kept["plan"] == fingerprint and isinstance(kept["reason"], str) and kept["host"]
        return {**kept, "times": int(kept["times"])} if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
