"""The page on formats names every format, order and key there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.config import CorpusConfig, OrderConfig
from indexer.config.option import keys_of
from indexer.corpus import FORMATS, ORDERS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "corpus-formats.md").read_text(encoding="utf-8")


def first_cells(section: str) -> set[str]:
    part = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return {match[1] for match in re.finditer(r"^\| `([a-z-]+)`", part, re.MULTILINE)} - {"format", "kind"}


def test_every_format_has_a_row_and_every_row_a_format():
    assert first_cells("Formats") == {*FORMATS, "hub"}


def test_every_order_has_a_row_and_every_row_an_order():
    assert first_cells("Orders") == set(ORDERS)


@pytest.mark.parametrize(
    "key",
    ["windows", "mask_column", "file_order_seed", "max_shard_bytes", "max_window_bytes", "packing"],
)
def test_keys_of_single_formats_are_explained(key):
    assert key in keys_of(CorpusConfig) and f"`{key}" in PAGE


@pytest.mark.parametrize("key", ["batch_tokens", "seed", "allow_short", "read_at_once", "ranks"])
def test_keys_of_single_orders_are_explained(key):
    assert key in keys_of(OrderConfig) and f"`{key}" in PAGE


def test_readers_describe_their_bytes_and_know_no_other_reader():
    for path in (ROOT / "indexer" / "corpus" / "readers").glob("[a-z]*.py"):
        text = path.read_text(encoding="utf-8")
        assert "indexer.corpus.readers" not in text, path
        assert len(text.split('"""')[1]) > 200, path
