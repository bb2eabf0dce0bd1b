"""The sample on a store that fails: how it is configured and indexed, what goes wrong, what a refusal is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.cli.main import run
from tests.support.faulty_server import Fault

COUNTS = (
    "SELECT phrase, exposure_count, first_step FROM exposures JOIN phrases USING (phrase_id) ORDER BY ALL"
)


def config_for(paths: str, sample: Path, folder: Path) -> Path:
    text = (sample / "exposure.toml").read_text().replace("shards/*.bin", paths)
    for name in ("tokenizer", "blimp", "quiz", "words"):
        text = text.replace(f'"{name}', f'"{sample}/{name}')
    text = text.replace('occurrences = "all"', 'occurrences = "none"')  # a store keeps none
    file = folder / "exposure.toml"
    file.write_text(text)
    return file


def index(config: Path, root: Path) -> int:
    return run(["index", str(config), "--out", str(root), "--workers", "1"])


def refusal(capfd: pytest.CaptureFixture[str]) -> str:
    """Return the one line of the refusal."""
    err = capfd.readouterr().err
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if line.startswith("exposure: ")]
    return lines[-1] if lines else err.strip().splitlines()[-1]


def touch_other(path: Path, data: bytes) -> None:
    """Put other bytes in the place of a file, with its times."""
    status = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


KINDS = [
    Fault(503),
    Fault(500),
    Fault(429, headers={"Retry-After": "3"}),
    Fault(408),
    Fault("cut"),
    Fault("drop"),
    Fault("short"),
    Fault("slow", seconds=0.01),
]
"""What passes when a store is asked again."""
