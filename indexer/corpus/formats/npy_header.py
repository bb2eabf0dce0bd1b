"""The header of an npy file: dtype, order, shape, and where the data begin (NumPy's format 1.0 to 3.0)."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

import numpy as np

from indexer.corpus.blocks.ids import id_dtype
from indexer.errors import InputError

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 64 * 1024


class NpyHeader(NamedTuple):
    """What an npy header says.

    Attributes
    ----------
    dtype : dtype
        As stored, with its byte order.
    fortran_order : bool
        Whether the first index runs fastest.
    shape : tuple of int
        One or two numbers for token ids.
    offset : int
        Bytes before the data.
    """

    dtype: np.dtype[Any]
    fortran_order: bool
    shape: tuple[int, ...]
    offset: int


def parse_npy_header(head: bytes, *, name: str) -> NpyHeader | None:
    """Read the header at the start of `head`, or return None where there is none.

    Raises
    ------
    InputError
        The header is broken, of an unknown version, or of an array that cannot hold ids.
    """
    if not head.startswith(MAGIC):
        return None
    major = head[6] if len(head) > 6 else 0
    if major not in (1, 2, 3):
        raise InputError(
            f"is npy of unknown version {major}", path=name, offset="byte 6", expected="1, 2 or 3"
        )
    n_length = 2 if major == 1 else 4
    begin = 8 + n_length
    n_text = int.from_bytes(head[8:begin], "little")
    text = head[begin : begin + n_text]
    if len(head) < begin or len(text) < n_text:
        raise InputError("ends inside its npy header", path=name, offset=f"byte {len(head)}")
    try:
        fields = ast.literal_eval(text.decode("utf-8" if major == 3 else "latin-1").strip())
        shape = tuple(int(size) for size in fields["shape"])
        descr, fortran = fields["descr"], bool(fields["fortran_order"])
    except (ValueError, SyntaxError, KeyError, TypeError, OverflowError, RecursionError, MemoryError):
        raise InputError("has a broken npy header", path=name, offset=f"byte {begin}") from None
    if not isinstance(descr, str):
        raise InputError("holds records, not ids", path=name, offset=f"byte {begin}")
    if len(shape) not in (1, 2):
        raise InputError(f"has shape {shape}", path=name, expected="(ids,) or (sequences, ids)")
    return NpyHeader(id_dtype(descr, where=name), fortran and len(shape) == 2, shape, begin + n_text)
