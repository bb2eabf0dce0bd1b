"""llm.c and modded-nanogpt ``.bin``: 256 int32 of header, then ids.

Header: [0] magic, [1] version, [2] number of ids. Magic 20240520 version 1 holds uint16 (GPT-2), 20240801
version 7 uint32 (Llama 3); 20240522 is a multiple-choice evaluation file and no stream. Rows are T inputs and
the last target: T + 1 ids that begin every T ids, so neighbours share one. Each shard is cut alone.
``sequence_length`` counts all T + 1. Source: karpathy/llm.c dev/data/data_common.py, llmc/dataloader.h.
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
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits

HEADER_BYTES = 1024
KINDS = {(20240520, 1): "<u2", (20240801, 7): "<u4"}
EVALUATION = 20240522


class LlmcReader(FlatReader):
    """Rows of ``sequence_length`` ids (T + 1) that share one with the next."""

    keys = OF_ANY_FORMAT | {"sequence_length"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        found = files.find_files(config.paths, base=base)
        width = required_width(config, found[0].name)
        if width < 2:
            raise ConfigError(
                "[corpus] sequence_length counts inputs and the last target", expected="at least 2"
            )
        super().__init__(found, width=width, stride=width - 1, limits=Limits(), block_ids=block_ids)
        first = self.run(0)
        self.facts = CorpusFacts(
            format="llmc",
            dtype=first.dtype.str,
            sequence_length=width,
            label_overlap=True if config.label_overlap is None else config.label_overlap,
            seen=f"{found[0].name} has an llm.c header and {first.dtype} ids",
        )

    def run(self, number: int) -> IdRun:
        """Read the header of one shard."""
        file = self.files[number]
        start = file_bytes.read_range(file, 0, min(HEAD_BYTES, file.n_bytes))
        refuse_text(start, file.name, self.names)
        if file.n_bytes < HEADER_BYTES:
            raise InputError("ends inside its header", path=file.name, offset=f"byte {file.n_bytes}")
        magic, version, n_ids = np.frombuffer(file_bytes.read_range(file, 0, 12), "<i4").tolist()
        if magic == EVALUATION:
            raise InputError("is a multiple-choice evaluation file, not a stream of ids", path=file.name)
        if (magic, version) not in KINDS:
            raise InputError(
                f"has magic {magic} and version {version}",
                path=file.name,
                offset="byte 0",
                expected=" or ".join(f"{m} and {v}" for m, v in KINDS),
            )
        dtype = np.dtype(KINDS[magic, version])
        needed = HEADER_BYTES + n_ids * dtype.itemsize
        if n_ids < 0 or file.n_bytes != needed:
            raise InputError(
                f"holds {file.n_bytes:,} bytes",
                path=file.name,
                expected=f"{needed:,} for {n_ids:,} ids of {dtype}",
            )
        return IdRun(file, HEADER_BYTES, n_ids, dtype)
