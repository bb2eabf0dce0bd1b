"""Values as JSON holds them without loss: whole numbers beyond 2^53, which readers round, are text."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

LARGEST_EXACT = 1 << 53
"""Many readers take numbers for 64-bit floats: beyond this they are rounded (RFC 8259, section 6)."""


def as_json(value: Any) -> Any:
    """Return what stands for a value in JSON.

    Whole numbers beyond 2^53 and values JSON has no type for are text, NaN is null, bytes are hexadecimal.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return as_json(int(value))
        return str(value)
    if isinstance(value, int):
        return value if -LARGEST_EXACT <= value <= LARGEST_EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return str(value)
