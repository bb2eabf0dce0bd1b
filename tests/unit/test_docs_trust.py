"""Every test that docs/trust.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_tests_that_promises_stand_on_are_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs/trust.md").read_text(encoding="utf-8"))
    assert len(set(named)) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
