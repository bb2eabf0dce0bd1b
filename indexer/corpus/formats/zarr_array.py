"""Ranges of a one-dimensional zarr v3 array: regular or sharded chunks of integers.

A sharded chunk file holds inner chunks and, at its end, the index: an (offset, size) pair of uint64 for each,
all ones for one that holds nothing but the fill value, and four bytes of crc32c. Source: the zarr
specification, version 3 core and codecs/sharding-indexed.

The arrays are read here, not by zarr or tensorstore: both start threads that do not survive the fork of the
workers, and neither reads through our storage, which names file and offset and refuses a file that changed.
Chunks are unpacked by numcodecs, which is zarr's.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import InputError, ResourceError
from indexer.storage import file_bytes, files
from indexer.storage.files import CorpusFile

_ABSENT = 2**64 - 1
_HELD = 2


class ZarrArray:
    """An array opened from its ``zarr.json``; the last inner chunks read are held.

    Parameters
    ----------
    folder : str
        Absolute path or URL of the array.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        It is no such array, or is packed in a way that is not read.
    """

    def __init__(self, folder: str, *, name: str) -> None:
        self._folder, self._name = folder, name
        described = files.file_at(files.join(folder, "zarr.json"), base=files.ANYWHERE)
        try:
            meta = json.loads(file_bytes.read_all(described))
            if meta["zarr_format"] != 3 or meta["node_type"] != "array" or len(meta["shape"]) != 1:
                raise ValueError("not a one-dimensional array of version 3")
            self.dtype: np.dtype[Any] = np.dtype(meta["data_type"]).newbyteorder("<")
            self.shape = int(meta["shape"][0])
            (self._outer,) = meta["chunk_grid"]["configuration"]["chunk_shape"]
            self._fill = int(meta.get("fill_value", 0))
            separator = meta["chunk_key_encoding"].get("configuration", {}).get("separator", "/")
            if meta["chunk_key_encoding"]["name"] != "default":
                raise ValueError("chunk keys of another kind")
            self._prefix = f"c{separator}"
            codecs = meta["codecs"]
            self._sharded = codecs[0]["name"] == "sharding_indexed"
            self._inner = self._outer
            if self._sharded:
                settings = codecs[0]["configuration"]
                (self._inner,) = settings["chunk_shape"]
                if settings.get("index_location", "end") != "end":
                    raise ValueError("a shard index at the start")
                self._index_checked = [codec["name"] for codec in settings["index_codecs"]] == [
                    "bytes",
                    "crc32c",
                ]
                codecs = settings["codecs"]
            if codecs[0]["name"] != "bytes" or len(codecs) > 2:
                raise ValueError(f"codecs {[codec['name'] for codec in codecs]}")
            if codecs[0].get("configuration", {}).get("endian", "little") != "little":
                self.dtype = self.dtype.newbyteorder(">")
            self._codec = codecs[1]["name"] if len(codecs) == 2 else None
            if self._codec not in (None, "blosc"):
                raise ValueError(f"codec {self._codec}")
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise InputError(f"is no zarr array that is read here ({error})", path=described.name) from None
        if self.dtype.kind not in "ui":
            raise InputError(f"holds {self.dtype}", path=described.name, expected="integers")
        self._held: OrderedDict[int, NDArray[Any]] = OrderedDict()
        self._file: tuple[int, CorpusFile, NDArray[np.uint64] | None] | None = None

    def find_files(self, n_items: int) -> None:
        """Find the files of the first items, so that a plan knows them."""
        for outer in range(-(-n_items // self._outer)):
            path = files.join(self._folder, f"{self._prefix}{outer}")
            if files.exists(path, base=files.ANYWHERE):
                files.file_at(path, base=files.ANYWHERE)

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return the items [start, stop)."""
        items = np.empty(stop - start, self.dtype)
        at = start
        while at < stop:
            number = at // self._inner
            low = at - number * self._inner
            part = self._chunk(number)[low : low + stop - at]
            items[at - start : at - start + len(part)] = part
            at += len(part)
        return items

    def _chunk(self, number: int) -> NDArray[Any]:
        if number not in self._held:
            self._held[number] = self._load(number)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        return self._held[number]

    def _load(self, number: int) -> NDArray[Any]:
        outer = number * self._inner // self._outer
        file, index = self._open(outer)
        start, size = 0, file.n_bytes
        if index is not None:
            within = number - outer * (self._outer // self._inner)
            start, size = (int(value) for value in index[within])
            if start == _ABSENT and size == _ABSENT:
                return np.full(self._inner, self._fill, self.dtype)
        data = file_bytes.read_range(file, start, start + size)
        n_bytes, offset = self._inner * self.dtype.itemsize, f"byte {start:,}"
        if self._codec == "blosc":
            data = unpacked_chunk(data, n_bytes=n_bytes, name=file.name, offset=offset)
        if len(data) != n_bytes:
            raise InputError(
                f"holds a chunk of {len(data):,} bytes",
                path=file.name,
                offset=offset,
                expected=f"{n_bytes:,}: {self._inner:,} items of {self.dtype}",
            )
        return np.frombuffer(data, self.dtype)

    def _open(self, outer: int) -> tuple[CorpusFile, NDArray[np.uint64] | None]:
        if self._file is None or self._file[0] != outer:
            file = files.file_at(files.join(self._folder, f"{self._prefix}{outer}"), base=files.ANYWHERE)
            index = None
            if self._sharded:
                n_inner = self._outer // self._inner
                n_index = 16 * n_inner + (4 if self._index_checked else 0)
                if file.n_bytes < n_index:
                    raise InputError("is truncated: it is shorter than its index", path=file.name)
                tail = file_bytes.read_range(file, file.n_bytes - n_index, file.n_bytes)
                checksum = int.from_bytes(tail[-4:], "little")
                if self._index_checked and crc32c(tail[:-4], name=file.name) != checksum:
                    raise InputError(
                        "is truncated or corrupt: the checksum of its index is wrong", path=file.name
                    )
                index = np.frombuffer(tail, "<u8", 2 * n_inner).reshape(n_inner, 2)
            self._file = (outer, file, index)
        return self._file[1], self._file[2]


def unpacked_chunk(data: bytes, *, n_bytes: int, name: str, offset: str) -> bytes:
    """Return the content of one blosc chunk.

    The head of a chunk states its sizes as little-endian uint32: at byte 4 unpacked, at byte 12 packed. They
    are checked first, for the library makes room for whatever a head says.
    Source: Blosc/c-blosc README_CHUNK_FORMAT.rst.

    Raises
    ------
    InputError
        The chunk is corrupt, or unpacks to another size than `n_bytes`.
    ResourceError
        The packages of the extra ``levanter`` are not installed.
    """
    try:
        from numcodecs import blosc
    except ImportError:
        raise _missing("numcodecs", name) from None
    stated, packed = (int.from_bytes(data[at : at + 4], "little") for at in (4, 12))
    if len(data) < 16 or packed != len(data):
        raise InputError(f"holds a corrupt blosc chunk of {len(data):,} bytes", path=name, offset=offset)
    if stated != n_bytes:
        raise InputError(
            f"holds a chunk of {stated:,} bytes", path=name, offset=offset, expected=f"{n_bytes:,}"
        )
    blosc.use_threads = False  # its threads would not survive the fork of the workers
    try:
        unpacked: bytes = blosc.decompress(data)
    except (RuntimeError, ValueError) as error:
        raise InputError(f"holds a corrupt blosc chunk ({error})", path=name, offset=offset) from None
    return unpacked


def crc32c(data: bytes, *, name: str) -> int:
    """Return the Castagnoli checksum of bytes.

    Raises
    ------
    ResourceError
        The packages of the extra ``levanter`` are not installed.
    """
    try:
        import google_crc32c
    except ImportError:
        raise _missing("google-crc32c", name) from None
    return int(google_crc32c.value(data))


def _missing(package: str, name: str) -> ResourceError:
    return ResourceError(
        f"needs the package {package}", path=name, fix="pip install 'exposure-indexer[levanter]'"
    )
