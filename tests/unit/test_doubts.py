"""The doubts are declared once: keys, documentation and weakening follow the declaration."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from indexer.config.load import SECTIONS
from indexer.doubts import DOUBTS, Doubt, weakening

DOCS = Path(__file__).parents[2] / "docs" / "zero.md"


def row(doubt: Doubt) -> str:
    section, _, key = doubt.key.partition(".")
    zero = "`unknown`" if doubt.weakens_zeros else "`never`"
    return f"| {doubt.name}: {doubt.about} | `[{section}] {key}` | {zero} |"


def test_the_table_of_the_documentation_is_the_declaration() -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    at = lines.index("| in doubt | key | a zero is then |") + 2
    table = lines[at : lines.index("", at)]
    assert table == [row(doubt) for doubt in DOUBTS]


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: doubt.name)
def test_its_key_is_one_of_the_configuration(doubt: Doubt) -> None:
    section, _, key = doubt.key.partition(".")
    assert key in {declared.name for declared in fields(SECTIONS[section])}


def test_weakening_names_those_that_weaken() -> None:
    assert weakening(["short order", "repeats in an order"]) == ["short order"]
