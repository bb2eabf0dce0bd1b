"""First bytes that tell another format where bare ids are expected: its header would be read as ids.

Rows would begin later than those of the run then, and no check of the ids need notice. What is known here is
long enough that ids do not look like it by chance.
"""

from __future__ import annotations

import re

import numpy as np

from indexer.errors import InputError

MOST_BYTES = 64 * 1024
"""How much of a file is looked at: the heads of some formats hold a number for each sample."""
_MAGICS = (
    (rb"LITPKDS\x01\0{7}", "a packed chunk of TinyLlama or Lit-GPT", "litpkds"),
    (rb"(?:\x88\xd8\x34\x01\x01|\xa1\xd9\x34\x01\x07)\0{3}.{4}\0{1012}", "a shard of llm.c", "llmc"),
    (rb"MMIDIDX\0\0\x01\0{7}", "a Megatron index", "megatron"),
    (rb"TNTIDX\0\0\x01\0{7}", "a legacy Megatron index", "megatron-legacy"),
    (rb"PAR1\x15", "a Parquet file", "parquet"),
    (rb"ARROW1\0\0", "an Arrow file", "arrow"),
    (rb"\xff{4}..\0\0\x10\0{5}", "an Arrow stream", "arrow"),
    (rb".{257}ustar[\0 ]", "a tar archive", None),
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file", None),
    (rb"\x80[\x04\x05]\x95.{5}\0{3}", "a Python pickle", None),
    (rb"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20", "a file of torch.save", None),
    (rb"..[\0-\x7f]\0{5}\{\"", "a file of safetensors", None),
)
_KNOWN = tuple((re.compile(magic, re.DOTALL), what, form) for magic, what, form in _MAGICS)
_PACKED_AGAIN = re.compile(rb"\x28\xb5\x2f\xfd|\x1f\x8b\x08[\0-\x1f]|BZh[1-9]1AY&SY")
_FEWEST_OFFSETS = 3


def refuse_known_head(head: bytes, name: str, *, compression: str | None) -> None:
    """Refuse a file of another format where an array of bare ids is expected.

    Parameters
    ----------
    head : bytes
        The first bytes, unpacked; no more than `MOST_BYTES` are needed.
    name : str
        Name of the file.
    compression : str or None
        How it is packed.

    Raises
    ------
    InputError
        It begins as files of another format do.
    """
    what, form = next(
        ((what, form) for magic, what, form in _KNOWN if magic.match(head)), _of_offsets(head) or ("", None)
    )
    if what:
        fix = f'set [corpus] format = "{form}"' if form else "write its ids as an array, or as npy"
        raise InputError(f"is {what}, not bare ids", path=name, offset="byte 0", fix=fix)
    if compression is not None and _PACKED_AGAIN.match(head):
        raise InputError(f"holds a packed file inside {compression}", path=name, fix="unpack it once")


def _of_offsets(head: bytes) -> tuple[str, str] | None:
    """Tell shards that begin with a number of samples and where each begins in the file."""
    numbers = np.frombuffer(head[: len(head) // 4 * 4], "<u4").astype(np.int64)
    if len(numbers) <= _FEWEST_OFFSETS or not numbers[0]:
        return None
    n_samples, offsets = int(numbers[0]), numbers[1 : 2 + int(numbers[0])]
    n_head = 4 + 4 * (n_samples + 1)
    ascends = len(offsets) >= _FEWEST_OFFSETS and bool((np.diff(offsets) > 0).all())
    if ascends and offsets[0] == n_head:
        return "a chunk of LitData", "litdata"
    if ascends and head[n_head : n_head + 2] == b'{"':
        return "a shard of MDS", "mds"
    return None
