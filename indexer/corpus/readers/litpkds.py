"""Packed chunks of TinyLlama and early Lit-GPT (magic ``LITPKDS``).

======== ===== ==========================================
offset   size  field, little-endian
======== ===== ==========================================
0        7     magic ``LITPKDS``
7        8     uint64 version, always 1
15       1     uint8 dtype code (8 uint16, 4 int32, ...)
16       8     uint64 ids in the chunk
24             ids
======== ===== ==========================================

Each file is cut into blocks of L + 1 ids that share none. Some writers pad the last chunk with a separator
id: give it as ``special_ids``, padding is not text. Source: jzhang38/TinyLlama lit_gpt/packed_dataset.py.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT
from indexer.corpus.blocks.flat_reader import FlatReader, required_width
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.formats.plain_text import HEAD_BYTES, refuse_text
from indexer.corpus.sequences import CorpusFacts
from indexer.errors import InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits

MAGIC = b"LITPKDS"
HEADER_BYTES = 24
DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}


class LitpkdsReader(FlatReader):
    """Blocks of ``sequence_length`` ids, one chunk a shard."""

    keys = OF_ANY_FORMAT | {"sequence_length"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        found = files.find_files(config.paths, base=base)
        width = required_width(config, found[0].name)
        super().__init__(found, width=width, stride=width, limits=Limits(), block_ids=block_ids)
        first = self.run(0)
        self.facts = CorpusFacts(
            format="litpkds",
            dtype=first.dtype.str,
            sequence_length=width,
            label_overlap=bool(config.label_overlap),
            seen=f"{found[0].name} begins with LITPKDS, version 1",
        )

    def run(self, number: int) -> IdRun:
        """Read the header of one chunk."""
        file = self.files[number]
        start = file_bytes.read_range(file, 0, min(HEAD_BYTES, file.n_bytes))
        refuse_text(start, file.name, self.names)
        head = file_bytes.read_range(file, 0, min(HEADER_BYTES, file.n_bytes))
        if not head.startswith(MAGIC) or len(head) < HEADER_BYTES:
            raise InputError(
                "is no packed chunk: the magic LITPKDS is missing", path=file.name, offset="byte 0"
            )
        version, code = int.from_bytes(head[7:15], "little"), head[15]
        if version != 1:
            raise InputError(
                f"is a chunk of version {version}", path=file.name, offset="byte 7", expected="1"
            )
        if code not in DTYPES:
            raise InputError(f"dtype code {code} holds no ids", path=file.name, offset="byte 15")
        dtype = np.dtype(DTYPES[code])
        n_ids = int.from_bytes(head[16:24], "little")
        needed = HEADER_BYTES + n_ids * dtype.itemsize
        if file.n_bytes != needed:
            raise InputError(
                f"holds {file.n_bytes:,} bytes",
                path=file.name,
                expected=f"{needed:,} for {n_ids:,} ids of {dtype}",
            )
        return IdRun(file, HEADER_BYTES, n_ids, dtype)
