"""The page on formats names every format, order and key there is."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from indexer.config import CorpusConfig, OrderConfig
from indexer.config.option import keys_of
from indexer.corpus import FORMATS, ORDERS
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT
from indexer.corpus.blocks.flat_reader import FlatReader, required_width
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.sequences import CorpusFacts
from indexer.storage import files
from indexer.storage.compressed import Limits

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "corpus-formats.md").read_text(encoding="utf-8")


def first_cells(section: str) -> set[str]:
    part = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0].split("| has an effect on |")[0]
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


def test_the_reader_on_the_page_reads_what_it_says(tmp_path: Path):
    known = (CorpusConfig, CorpusFacts, FlatReader, IdRun, Limits, Path, required_width)
    names = {one.__name__: one for one in known} | {"files": files, "np": np}
    names["OF_ANY_FORMAT"] = OF_ANY_FORMAT
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(dedent(next(block for block in blocks if "class MyReader" in block)), names)
    (tmp_path / "a.mine").write_bytes(b"8 bytes." + np.arange(10, dtype="<u2").tobytes())
    config = CorpusConfig(paths=["a.mine"], sequence_length=4)
    reader = names["MyReader"](config, base=tmp_path, block_ids=100)
    (shard,) = reader.shards()
    (block,) = reader.blocks(shard, 0, 2)
    assert block.ids.tolist() == list(range(8)) and shard.n_dropped_tokens == 2


def test_every_path_that_the_pages_name_is_there():
    for name in ("corpus-formats.md", "architecture.md"):
        page = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:indexer|tests|docs|queries)/[\w./-]*)`", page):
            assert (ROOT / path).exists(), f"{name} names {path}"
