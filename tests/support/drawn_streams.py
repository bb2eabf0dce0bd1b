"""Draws vocabularies, patterns and sequences with Hypothesis: what matchers of ids are compared on."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = [b"a", b"b", b" ", b" a", b"'", b"s", b"'s", b"S", b"", b"-", b"1", b"ab a", b"  "]
PIECES += ["é".encode(), "’".encode(), "’s".encode(), "中".encode(), "…".encode(), "\u3000".encode()]
CHARACTERS = ["é", "’", "中", "½", "𝒳", "\u3000", "‿", "\u0301", "ſ"]
MARKS = ["\u0301", "\u0301\u093f", "\u200d", "\ufe0f", "👍🏽", "a\u0301", "-\u0301", "\u200b", "\U000e0100"]
PIECES += [mark.encode() for mark in MARKS]
CHARACTERS += MARKS


@st.composite
def pieces(draw: st.DrawFn) -> bytes:
    """Whole pieces, parts of characters, and bytes that are no UTF-8 at all."""
    kind = draw(st.integers(0, 5))
    if kind <= 3:
        return draw(st.sampled_from(PIECES))
    if kind == 4:
        data = draw(st.sampled_from(CHARACTERS)).encode()
        cut = draw(st.integers(0, len(data)))
        return data[:cut] if draw(st.booleans()) else data[cut:]
    return draw(st.binary(max_size=3))


@st.composite
def streams(draw: st.DrawFn) -> dict:
    """A vocabulary, patterns cut from the stream or made up, and sequences that may overlap."""
    spelled = draw(st.lists(pieces(), min_size=2, max_size=9))
    n_ids = len(spelled)
    special = frozenset(draw(st.sets(st.integers(0, n_ids - 1), max_size=1)))
    plain = [i for i in range(n_ids) if i not in special]
    stream = draw(st.lists(st.integers(0, n_ids), max_size=50))  # n_ids itself is beyond the vocabulary
    pairs: set[tuple[int, tuple[int, ...]]] = set()
    for _ in range(draw(st.integers(0, 8))):
        if stream and draw(st.booleans()):
            first = draw(st.integers(0, len(stream) - 1))
            ids = tuple(stream[first : first + draw(st.integers(1, 6))])
        else:
            ids = tuple(draw(st.lists(st.sampled_from(plain), min_size=1, max_size=4)))
        if all(i in plain for i in ids):
            pairs.add((draw(st.integers(0, 3)), ids))
    bounds = st.tuples(st.integers(0, len(stream)), st.integers(0, len(stream))).map(sorted)
    ranges = [*draw(st.lists(bounds, max_size=4)), [0, len(stream)]]
    return {
        "spelled": spelled,
        "special": special,
        "stream": stream,
        "pairs": sorted(pairs),
        "ranges": ranges,
    }
