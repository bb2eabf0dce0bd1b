"""LitData chunks as LitGPT writes them: a folder with ``index.json`` and ``chunk-<rank>-<i>.bin``.

``index.json`` holds ``chunks`` (``filename``, ``chunk_bytes``, ``chunk_size`` = items, ``dim`` = ids) and
``config`` (``data_format``, ``compression``, ``item_loader``). A chunk is uint32 n, uint32 * (n + 1) absolute
offsets, then the ids of all items one after another; a compressed one (``.zstd.bin``) is that in one zstd
frame. Blocks of ``sequence_length`` ids are cut from the body of each chunk, across items. Only
``no_header_tensor:<k>`` and ``no_header_numpy:<k>`` of the TokensLoader are token corpora: items that are
PyTrees, dictionaries say, have several formats or ``dim: null``, and the sizes of their leaves before them.
Source: Lightning-AI/litData src/litdata/streaming (item_loader.py, writer.py), constants.py for the dtypes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT
from indexer.corpus.blocks.flat_reader import FlatReader, required_width
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.documents import DocumentNumbers, FlatDocuments, starts_of_ends
from indexer.corpus.formats.splits import folder_of_split
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits, first_bytes

_AS_A_STREAM = (
    "write the ids as a stream, litdata.optimize(..., item_loader=TokensLoader()), or one list of ids a row "
    "as JSON lines or Parquet"
)
TENSOR = {13: "<i2", 14: "<i2", 15: "<i4", 16: "<i4", 17: "<i8", 18: "<i8", 20: "<u2"}
NUMPY = {2: "<i4", 3: "<i8", 5: "<u2", 6: "<u4"}


def dtype_of(data_format: list[str], name: str) -> np.dtype[Any]:
    """Return the dtype that ``data_format`` names.

    Raises
    ------
    InputError
        It is not the format of a token corpus.
    """
    spelling = data_format[0] if len(data_format) == 1 else ", ".join(data_format)
    kind, _, number = spelling.partition(":")
    table = {"no_header_tensor": TENSOR, "no_header_numpy": NUMPY}.get(kind, {})
    if not number.isdigit() or int(number) not in table:
        raise InputError(
            f"has data_format {spelling!r}, which is no token corpus",
            path=name,
            expected="no_header_tensor:<k> or no_header_numpy:<k> of an integer dtype",
        )
    return np.dtype(table[int(number)])


def _refuse_items(data_format: list[str], chunks: list[dict[str, Any]], name: str) -> None:
    """Refuse chunks of items that are no stream of ids: PyTrees, whose leaves stand behind their sizes."""
    if len(data_format) != 1:
        raise InputError(
            f"holds items of {len(data_format)} fields ({', '.join(data_format)}), no stream of ids",
            path=name,
            expected="one array of ids an item",
            fix=_AS_A_STREAM,
        )
    without = [chunk["filename"] for chunk in chunks if "dim" in chunk and chunk["dim"] is None]
    if without:
        raise InputError(
            f"says dim: null of {without[0]}: its items are no stream of ids, each begins with its sizes",
            path=name,
            expected="the number of ids of each chunk",
            fix=_AS_A_STREAM,
        )


class LitdataReader(FlatReader):
    """Blocks cut from the body of each chunk, in the order of ``index.json``."""

    keys = OF_ANY_FORMAT | {"sequence_length", "split", "max_shard_bytes", "max_window_bytes"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        chunks: list[tuple[str, dict[str, Any], np.dtype[Any], str | None]] = []
        seen = ""
        for path in config.paths:
            folder = folder_of_split(path, "index.json", config.split, base=base)
            index = files.file_at(files.join(folder, "index.json"), base=base)
            try:
                tables = json.loads(file_bytes.read_all(index))
                settings, listed = tables["config"], tables["chunks"]
                _refuse_items(list(settings["data_format"]), listed, index.name)
                dtype = dtype_of(list(settings["data_format"]), index.name)
                compression = settings.get("compression")
                chunks += [
                    (files.join(folder, chunk["filename"]), chunk, dtype, compression) for chunk in listed
                ]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"is no LitData index ({error!r})", path=index.name) from None
            loader = settings.get("item_loader")
            if loader not in (None, "TokensLoader"):
                raise InputError(
                    f"was written for {loader}", path=index.name, expected="TokensLoader", fix=_AS_A_STREAM
                )
            seen = seen or f"{index.name} lists {len(listed)} chunks of {settings['data_format'][0]}"
        if not chunks:
            raise InputError("lists no chunks", path=", ".join(config.paths))
        width = required_width(config, chunks[0][0])
        super().__init__(
            [files.file_at(name, base=base) for name, _, _, _ in chunks],
            width=width,
            stride=width,
            limits=Limits.of(config),
            block_ids=block_ids,
        )
        self._chunks = chunks
        self.facts = CorpusFacts(
            format="litdata",
            dtype=chunks[0][2].str,
            sequence_length=width,
            label_overlap=bool(config.label_overlap),
            seen=seen,
            details={"compression": chunks[0][3]},
        )

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the items of a chunk, each of which is a document."""
        run = self.run(shard.number)
        n_offsets = run.offset // 4 - 1
        head = first_bytes(run.file, run.offset, run.compression, self.limits)
        offsets = np.frombuffer(head, "<u4", n_offsets, 4).astype(np.int64)
        ends = (offsets[1:] - run.offset) // run.dtype.itemsize
        return FlatDocuments(starts_of_ends(ends, run.n_ids, run.file.name), self.stride)

    def run(self, number: int) -> IdRun:
        """Return the body of one chunk."""
        file = self.files[number]
        _, chunk, dtype, compression = self._chunks[number]
        if compression not in (None, "zstd") or (compression and not file.name.endswith(".zstd.bin")):
            raise ConfigError(
                f"is packed with {compression}",
                path=file.name,
                expected="plain chunks, or whole chunks as zstd",
            )
        n_items = int(chunk["chunk_size"])
        head = 4 + 4 * (n_items + 1)
        if chunk.get("dim") is not None:
            n_ids = int(chunk["dim"])
        else:
            n_ids = (int(chunk["chunk_bytes"]) - head) // dtype.itemsize
        if compression is None:
            needed = head + n_ids * dtype.itemsize
            if file.n_bytes != needed:
                raise InputError(
                    f"holds {file.n_bytes:,} bytes",
                    path=file.name,
                    expected=f"{needed:,}, as index.json says",
                )
            found = int.from_bytes(file_bytes.read_range(file, 0, 4), "little")
            if found != n_items:
                raise InputError(
                    f"says it holds {found:,} items", path=file.name, offset="byte 0", expected=f"{n_items:,}"
                )
        return IdRun(file, head, n_ids, dtype, compression)
