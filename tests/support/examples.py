"""How many examples Hypothesis draws: few where kernels run in the interpreter, many for `make fuzz`."""

from __future__ import annotations

import os

FEW = os.environ.get("EXPOSURE_EXAMPLES") == "few"
MANY = os.environ.get("EXPOSURE_EXAMPLES") == "many"
_SHARE = 10
_TIMES = int(os.environ.get("EXPOSURE_TIMES", "100"))


def examples(n: int) -> int:
    """Return `n`; a tenth of it for ``EXPOSURE_EXAMPLES=few``, ``EXPOSURE_TIMES`` times it for ``many``."""
    if FEW:
        return max(5, n // _SHARE)
    return n * _TIMES if MANY else n
