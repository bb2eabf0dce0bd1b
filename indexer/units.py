"""The integers that cross borders: for each its dtype, origin, unit and sentinel.

============== ======= ====== ===========================================================
name           dtype   origin unit and meaning
============== ======= ====== ===========================================================
token id       uint16  0      vocabulary entry; uint32 where the vocabulary is larger
phrase_id      int32   0      row of the phrase table, dense
sequence       int64   0      training instance, numbered over the whole corpus
token_offset   int32   0      tokens from the start of its sequence to the occurrence
n_tokens       int32   1      tokens an occurrence touches
step           int64   0      global batch; ``UNKNOWN_STEP`` where no order is known
checkpoint     int64   0      number of steps the model has taken; it saw steps 0 .. c-1
exposure_count uint64  0      occurrences times the visits of their sequence
============== ======= ====== ===========================================================

Ranges are half-open: ``start`` is inside, ``stop`` is not. A column called ``step`` is always a
zero-based batch, one called ``checkpoint`` always a number of steps seen.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

TokenIds: TypeAlias = NDArray[Any]
"""1-D array of uint16 or uint32 token ids."""

Int32Array: TypeAlias = NDArray[np.int32]
Int64Array: TypeAlias = NDArray[np.int64]
Float64Array: TypeAlias = NDArray[np.float64]
Uint64Array: TypeAlias = NDArray[np.uint64]
Uint8Array: TypeAlias = NDArray[np.uint8]
Uint16Array: TypeAlias = NDArray[np.uint16]
Uint32Array: TypeAlias = NDArray[np.uint32]
BoolArray: TypeAlias = NDArray[np.bool_]

UNKNOWN_STEP = -1
"""Step of a sequence whose training order is not known; NULL in the table."""
