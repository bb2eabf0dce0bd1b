"""TinyLlama's packed chunks are read in the dtype their head names; one that is cut is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import InputError
from tests.support.rows_read_back import ROWS, check


@pytest.mark.parametrize(("code", "dtype"), [(8, "<u2"), (4, "<i4")])
def test_litpkds_dtypes(tmp_path: Path, code, dtype):
    head = b"LITPKDS" + (1).to_bytes(8, "little") + bytes([code]) + ROWS.size.to_bytes(8, "little")
    (tmp_path / "a.bin").write_bytes(head + ROWS.astype(dtype).tobytes())
    check(tmp_path, ROWS, format="litpkds", paths=["a.bin"], sequence_length=17)
    (tmp_path / "a.bin").write_bytes(head + ROWS.astype(dtype).tobytes()[:-1])
    with pytest.raises(InputError, match=f"for {ROWS.size} ids of {np.dtype(dtype)}"):
        open_corpus(CorpusConfig(format="litpkds", paths=["a.bin"], sequence_length=17), base=tmp_path)
