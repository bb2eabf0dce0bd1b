"""How many examples Hypothesis draws: few for a suite whose kernels run in the interpreter."""

from __future__ import annotations

import os

FEW = os.environ.get("EXPOSURE_EXAMPLES") == "few"
_SHARE = 10


def examples(n: int) -> int:
    """Return `n`, or a tenth of it where ``EXPOSURE_EXAMPLES=few`` asks for few."""
    return max(5, n // _SHARE) if FEW else n
