r"""The index file of Megatron-LM and GPT-NeoX, ``.idx`` (magic ``MMIDIDX``).

============ ======= =========================================================================
offset       size    field of the ``.idx``, little-endian
============ ======= =========================================================================
0            9       magic ``MMIDIDX\0\0``
9            8       uint64 version, always 1
17           1       uint8 dtype code
18           8       uint64 N, sequences
26           8       uint64 D, entries of the document index (documents + 1)
34           4 N     int32 sequence lengths in ids
34 + 4 N     8 N     int64 pointers in bytes from the start of the ``.bin``
34 + 12 N    8 D     int64 document index: sequence numbers, from 0 to N
34 + 12N + 8D N      int8 mode per sequence; there only when exactly N bytes are left over
============ ======= =========================================================================

The ``.bin`` beside it is the bare ids. Source: NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py,
EleutherAI/gpt-neox megatron/data/indexed_dataset.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.corpus.formats.plain_text import HEAD_BYTES, refuse_text
from indexer.errors import InputError
from indexer.plurals import counted
from indexer.storage import file_bytes, files
from indexer.storage.compressed import SUFFIXES, Limits, compression_of, decompressed, without_suffix
from indexer.storage.files import CorpusFile
from indexer.units import Int64Array

MAGIC = b"MMIDIDX\x00\x00"
HEADER_BYTES = 34
_PAGE = 1 << 20
DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}


class MegatronIndex(NamedTuple):
    """The arrays of one ``.idx``; views of a memory map where the file is local and plain."""

    dtype: np.dtype[Any]
    lengths: NDArray[np.int32]
    pointers: Int64Array
    documents: Int64Array
    has_modes: bool


def read_index(file: CorpusFile, limits: Limits) -> MegatronIndex:
    """Read an index file.

    Raises
    ------
    InputError
        The magic, version, dtype code or length is not what the format says.
    """
    compression = compression_of(file)
    if compression is not None:
        data = np.frombuffer(b"".join(decompressed(file, compression, limits)), np.uint8)
    elif file.local:
        data = file_bytes.map_bytes(file)
    else:
        data = np.frombuffer(file_bytes.read_all(file, at_most=1 << 36), np.uint8)
    head = data[:HEADER_BYTES].tobytes()
    if not head.startswith(MAGIC):
        legacy = head.startswith(b"TNTIDX\x00\x00")
        raise InputError(
            "is a legacy TNTIDX index" if legacy else "is no Megatron index: the magic MMIDIDX is missing",
            path=file.name,
            offset="byte 0",
            fix='set [corpus] format = "megatron-legacy"' if legacy else None,
        )
    if len(head) < HEADER_BYTES:
        raise InputError("ends inside its header", path=file.name, offset=f"byte {len(head)}")
    version = int.from_bytes(head[9:17], "little")
    if version != 1:
        raise InputError(f"is an index of version {version}", path=file.name, offset="byte 9", expected="1")
    code = head[17]
    if code not in DTYPES:
        what = "a float dtype, which holds no ids" if code in (6, 7) else "unknown"
        raise InputError(
            f"dtype code {code} is {what}", path=file.name, offset="byte 17", expected="1, 2, 3, 4, 5 or 8"
        )
    n = int.from_bytes(head[18:26], "little")
    n_documents = int.from_bytes(head[26:34], "little")
    needed = HEADER_BYTES + 12 * n + 8 * n_documents
    if data.size not in (needed, needed + n):
        raise InputError(
            f"holds {data.size:,} bytes",
            path=file.name,
            expected=f"{needed:,} for {counted(n, 'sequence')} and {n_documents:,} document entries"
            f" (or {needed + n:,} with modes)",
        )
    return MegatronIndex(
        np.dtype(DTYPES[code]),
        np.ndarray((n,), "<i4", buffer=data, offset=HEADER_BYTES),
        np.ndarray((n,), "<i8", buffer=data, offset=HEADER_BYTES + 4 * n),
        np.ndarray((n_documents,), "<i8", buffer=data, offset=HEADER_BYTES + 12 * n),
        data.size == needed + n and n > 0,
    )


class StoredRanges(NamedTuple):
    """Where the stored sequences of a shard lie: ids in all, the last byte, whether all join, and ascend."""

    n_ids: int
    end: int
    joined: bool
    ascending: bool


def stored_ranges(index: MegatronIndex, index_file: CorpusFile, file: CorpusFile) -> StoredRanges:
    """Check every pointer of an index against its data.

    Raises
    ------
    InputError
        A sequence lies outside the data, two share ids, or the data goes on behind the last one: the index is
        damaged, or of other data.
    """
    size = index.dtype.itemsize
    is_packed = compression_of(file) is not None
    limit = np.iinfo(np.int64).max if is_packed else file.n_bytes
    n_ids, last_start, last_end, end, joined, ascending = 0, 0, 0, 0, True, True
    for page in range(0, len(index.lengths), _PAGE):
        starts = np.array(index.pointers[page : page + _PAGE])
        lengths = np.array(index.lengths[page : page + _PAGE], np.int64)
        ends = starts + lengths * size
        bad = (lengths < 0) | (starts < 0) | (starts % size != 0) | (ends > limit)
        if bad.any():
            at = int(np.argmax(bad))
            raise InputError(
                f"lies at bytes {int(starts[at]):,} to {int(ends[at]):,} of {file.name},"
                f" which holds {file.n_bytes:,} bytes of {size}-byte ids",
                path=index_file.name,
                offset=f"sequence {page + at:,}",
                fix="the .bin is truncated, or belongs to another .idx",
            )
        joined &= int(starts[0]) == last_end and bool((starts[1:] == ends[:-1]).all())
        ascending &= int(starts[0]) >= last_start and bool((starts[1:] >= starts[:-1]).all())
        last_start, last_end = int(starts[-1]), int(ends[-1])
        n_ids += int(lengths.sum())
        end = max(end, int(ends.max()))
    if not joined:
        _refuse_shared_ids(index, index_file)
    if not is_packed and end != file.n_bytes:
        raise InputError(
            f"holds {file.n_bytes:,} bytes",
            path=file.name,
            expected=f"{end:,}, where the last sequence of {index_file.name} ends",
            fix="the .bin belongs to another .idx, or one of the two was written again",
        )
    return StoredRanges(n_ids, end, joined, ascending)


def _refuse_shared_ids(index: MegatronIndex, index_file: CorpusFile) -> None:
    """Refuse sequences of which two share some of their ids; the same ones again are taken on purpose."""
    holds_some = np.flatnonzero(index.lengths)
    order = holds_some[np.lexsort((index.lengths[holds_some], index.pointers[holds_some]))]
    starts, lengths = index.pointers[order], index.lengths[order].astype(np.int64)
    again = np.append(False, (np.diff(starts) == 0) & (np.diff(lengths) == 0))
    order, starts, lengths = order[~again], starts[~again], lengths[~again]
    ends = starts + lengths * index.dtype.itemsize
    shared = np.flatnonzero(starts[1:] < ends[:-1])
    if shared.size:
        first, second = sorted(order[shared[0] : shared[0] + 2].tolist())
        raise InputError(
            f"begins at byte {int(index.pointers[second]):,} and shares ids with sequence {first:,}",
            path=index_file.name,
            offset=f"sequence {second:,}",
            fix="the index is damaged; write it anew",
        )


def prefix_of(path: str) -> str:
    """Return the common path of an index and its data from either of them, or from itself."""
    bare = without_suffix(path)
    return bare[:-4] if bare.endswith((".bin", ".idx")) else bare


def shard_prefixes(names: Iterable[str], prefix: Callable[[str], str] = prefix_of) -> list[str]:
    """Return the prefix of each shard in the order of the names, as often as it is named.

    The index and the data of a shard name it once together, as where one glob matches both; the same of them
    twice names it twice.
    """
    times: Counter[tuple[str, bool]] = Counter()
    found: Counter[str] = Counter()
    prefixes = []
    for name in names:
        shard = prefix(name)
        by_data = without_suffix(name).endswith(".bin")
        times[shard, by_data] += 1
        if times[shard, by_data] > found[shard]:
            found[shard] += 1
            prefixes.append(shard)
    return prefixes


def refuse_other(name: str, *, base: Path) -> None:
    """Refuse a file among the shards that is neither an index nor its data.

    Raises
    ------
    InputError
        Always; text is told to be text.
    """
    file = files.file_at(name, base=base)
    refuse_text(file_bytes.read_range(file, 0, min(HEAD_BYTES, file.n_bytes)), name, [name])
    raise InputError(
        "is neither a .bin nor an .idx", path=name, fix="name the shards alone, see [corpus] paths"
    )


def find_pair(prefix: str, *, base: Path) -> tuple[CorpusFile, CorpusFile]:
    """Return the ``.idx`` and the ``.bin`` of a prefix, plain or packed.

    Raises
    ------
    InputError
        One of them is missing, or the prefix is a file of its own.
    """
    found = []
    for ending in (".idx", ".bin"):
        names = [prefix + ending + suffix for suffix in ("", *SUFFIXES)]
        name = next((name for name in names if files.exists(name, base=base)), None)
        if name is None and files.exists(prefix, base=base) and not files.is_folder(prefix, base=base):
            refuse_other(prefix, base=base)
        name = name or names[0]
        found.append(files.file_at(name, base=base))
    return found[0], found[1]
