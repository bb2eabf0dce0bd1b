"""The tokens that can reach across a place in a word are those that some alignment with it allows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.matching.text.crossing import crossing_spellings
from indexer.matching.text.kernels.mandatory_pairs import Borders
from indexer.matching.text.kernels.stream import TOKEN_WHOLE, VocabularyTable
from indexer.matching.text.spellings import spellings_of

words = st.text("ab.", min_size=2, max_size=4).map(str.encode)
letters = st.text("ab .", min_size=1, max_size=7).map(str.encode)


def agrees(text, place, token, offset, borders):
    """Whether a token that begins `offset` bytes behind that of the text reaches across the place."""
    end = offset + len(token)
    if not (offset < place < end):
        return False
    for k, value in enumerate(token):
        if 0 <= offset + k < len(text) and text[offset + k] != value:
            return False
    if offset < 0 and borders.left_word and chr(token[-offset - 1]).isalnum():
        return False
    return not (end > len(text) and borders.right_word and chr(token[len(text) - offset]).isalnum())


@given(
    st.lists(st.tuples(words, st.integers(1, 3)), min_size=1, max_size=3),
    st.lists(letters, min_size=1, max_size=12, unique=True),
    st.booleans(),
    st.booleans(),
)
def test_every_alignment_is_seen(asked, tokens, left_word, right_word):
    texts = [text for text, _ in asked]
    places = [min(place, len(text) - 1) for text, place in asked]
    borders = Borders(left_word, right_word)
    table = VocabularyTable(
        kind=np.full(len(tokens), TOKEN_WHOLE, np.uint8),
        offsets=np.cumsum([0, *map(len, tokens)]).astype(np.int64),
        text=np.frombuffer(b"".join(tokens), np.uint8),
        record=np.zeros((len(tokens) + 1, 2), np.uint64),
    )
    spellings, spelling_of = spellings_of(table)
    found = crossing_spellings(texts, places, spellings, borders)
    for text, place, some in zip(texts, places, found, strict=True):
        expected = [
            int(spelling_of[number])
            for number, token in enumerate(tokens)
            if any(agrees(text, place, token, offset, borders) for offset in range(-len(token), place))
        ]
        assert some == sorted(expected)
