"""Casts in kernels, as a type checker should see them.

In a kernel ``int64(x)`` is NumPy's cast and fixes the width of a number; to a type checker the result is an
`int`, as everything else is that a kernel counts. Without this every count would be one of two types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:

    def int64(value: Any) -> int:
        """Return a number of 64 bits with a sign."""

    def uint64(value: Any) -> int:
        """Return a number of 64 bits without a sign: as an index the compiler takes it as it is."""
else:
    int64 = np.int64
    uint64 = np.uint64
