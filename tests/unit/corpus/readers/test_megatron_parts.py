"""Parts of one `.bin` may be cut anywhere, with an index or without; a missing or short one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.text.writers import write_megatron
from indexer.errors import InputError
from tests.support.rows_read_back import ROWS, check


@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.parametrize("part_bytes", [33, 34, 101, 5000])
def test_parts_may_cut_anywhere(tmp_path: Path, with_index, part_bytes):
    rows = ROWS.astype("<u2")
    write_megatron(tmp_path / "document", rows, "u2")
    data = (tmp_path / "document.bin").read_bytes()
    (tmp_path / "document.bin").unlink()
    if not with_index:
        (tmp_path / "document.idx").unlink()
    last = (len(data) - 1) // part_bytes
    for part in range(last + 1):
        name = f"document-{part:05}-of-{last:05}.bin"
        (tmp_path / name).write_bytes(data[part * part_bytes : (part + 1) * part_bytes])
    reader = check(tmp_path, rows, format="pythia", paths=["."], sequence_length=17)
    assert len(reader.shards()) == last + 1 and reader.facts.label_overlap
    (tmp_path / f"document-{last:05}-of-{last:05}.bin").write_bytes(b"x")
    if last:
        with pytest.raises(InputError, match=f"the {last + 1} parts hold"):
            open_corpus(CorpusConfig(format="pythia", paths=["."], sequence_length=17), base=tmp_path)
        (tmp_path / f"document-00000-of-{last:05}.bin").unlink()
        with pytest.raises(InputError, match=f"document-00000-of-{last:05}.bin: is missing"):
            open_corpus(CorpusConfig(format="pythia", paths=["."], sequence_length=17), base=tmp_path)
