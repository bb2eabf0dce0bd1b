"""What stands too near to where decoding stopped is left to the window that reads on."""

import numpy as np
import pytest

from indexer.matching.text.kernels.search import LOOK_AHEAD, is_known
from indexer.matching.text.kernels.stream import DECODED_END, SEPARATOR


@pytest.mark.parametrize(
    ("text", "end", "known"),
    [
        (b"a b" + b"x" * LOOK_AHEAD, 3, True),
        (b"a b" + b"x" * (LOOK_AHEAD - 1), 3, False),
        (b"a b", 3, False),
        (b"a b" + bytes([SEPARATOR]) + b"xy", 3, True),
        (b"a bxy" + bytes([SEPARATOR]), 3, True),
    ],
)
def test_known(text, end, known):
    stream = np.frombuffer(text + bytes([DECODED_END, SEPARATOR]), np.uint8)
    assert is_known(stream, end, len(text)) == known
