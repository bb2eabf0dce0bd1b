"""Is this the dtype of the ids: what bytes look like under another one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from indexer.units import TokenIds

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


def sign_of_zeros(ids: TokenIds, itemsize: int) -> str | None:
    """Return what shows that ids are wider than they are read: only every k-th is not zero.

    Parameters
    ----------
    ids : array
        A run of ids as they were read.
    itemsize : int
        Bytes of the dtype they were read by.
    """
    for k, places in _in_turns(ids, itemsize):
        zeros = np.sort((places == 0).mean(axis=0))
        if zeros[0] < 0.5 and zeros[1] > 0.95:
            return f"only one in {k} ids is not 0"
    return None


def _in_turns(ids: TokenIds, itemsize: int) -> Iterator[tuple[int, TokenIds]]:
    """Yield k, and ids as rows of k, for each dtype k times as wide."""
    for k in (2, 4, 8):
        if k * itemsize <= 8 and ids.size >= 32 * k:
            yield k, ids[: ids.size // k * k].reshape(-1, k)


def sign_of_wider(ids: TokenIds, itemsize: int) -> str | None:
    """Return what suggests that ids are wider than they are read: every k-th alone varies as ids do.

    Text may do so by chance; the wider ids must be plausible ones as well. Parameters as of `sign_of_zeros`.
    """
    for k, places in _in_turns(ids, itemsize):
        # the high half of an id of more than 65,536 is 0, 1 or a little more
        high = LARGEST_VOCABULARY >> 8 * itemsize
        small = np.sort((places < high).mean(axis=0))
        if high and small[0] < 0.75 and small[-1] > 0.99:
            return f"every second id lies below {high}, as the upper half of a wider id does"
        # of bytes, those of the upper half are low ones
        middle = np.sort(np.median(places, axis=0))
        if itemsize == 1 and ids.size >= 256 and middle[0] * 4 < middle[-1]:
            return f"one in {k} ids is far lower than those beside it, as the upper byte of a wider id is"
    return None


def sign_of_swapped(ids: TokenIds, itemsize: int) -> str | None:
    """Return what suggests that 16-bit ids are of the other byte order."""
    if itemsize != 2 or ids.size < 64 or len(np.unique(ids)) < 16:
        return None
    if np.median(ids & 0xFF) * 4 < np.median(ids >> 8):
        return "the low bytes of the ids vary less than the high ones"
    return None
