"""Is this the dtype of the ids: what bytes look like under another one."""

from __future__ import annotations

import numpy as np

LARGEST_VOCABULARY = 1 << 20
"""No tokenizer in use has more ids; a wrong dtype gives far larger ones."""
CANDIDATES = ("int64", ">i8", "uint32", ">u4", "uint16", ">u2")


def likely_dtype(data: bytes, vocab_size: int | None) -> str | None:
    """Return the dtype under which every id lies below the vocabulary, the widest one first.

    A narrower dtype always reads a wider file as well: small ids and zeros. Ids of a file read too wide
    are huge. So the widest dtype that fits is the likely one.

    Parameters
    ----------
    data : bytes
        A few thousand ids, from a place where an id begins.
    vocab_size : int or None
        Ids run from 0 to here, where that is known.
    """
    limit = vocab_size or LARGEST_VOCABULARY
    for spelling in CANDIDATES:
        dtype = np.dtype(spelling)
        values = np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)
        if values.size < 8:
            continue
        # one id that comes again and again is padding, and looks well in any dtype
        if int(values.min()) >= 0 and int(values.max()) < limit and len(np.unique(values)) > 2:
            if spelling == "uint16" and limit > 1 << 15 and _swapped_is_smaller(data):
                continue
            return spelling
    return None


def _swapped_is_smaller(data: bytes) -> bool:
    """Tell whether 16-bit ids of the other byte order use far fewer high bytes, as words do."""
    pairs = np.frombuffer(data[: len(data) // 2 * 2], np.uint8).reshape(-1, 2)
    return bool(np.median(pairs[:, 0]) * 4 < np.median(pairs[:, 1]))
