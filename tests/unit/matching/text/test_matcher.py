"""The matcher as an object: bad input, the change to the fast search, threads, pickling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from indexer.errors import ConfigError, InputError
from indexer.matching.text import matcher as text_matcher
from indexer.matching.text.matcher import TextMatcher
from tests.naive import naive_text_matches
from tests.support.drawing import rows_of, vocabulary_of

WORDS = ["the", "cat", "dog", "sat", "on", "mat"]
SPELLED = [b" " + word.encode() for word in WORDS] + [
    b" The",
    b".",
    b"s",
    b" ",
    b"c",
    b"at",
    b"\xc3",
    b"\x9f",
]
PHRASES = ["the cat", "the cat sat", "cat sat on", "dog", "on the", "sat ß"]
MATCH = {"case": "fold", "boundary": "word", "possessive": "include", "whitespace": "exact"}


def matcher(**match: str) -> TextMatcher:
    numbers = np.arange(len(PHRASES), dtype=np.int32)
    return TextMatcher(PHRASES, numbers, vocabulary_of(SPELLED), **{**MATCH, **match})


def block(seed: int = 0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 60, 40)
    stops = np.cumsum(lengths).astype(np.int64)
    return rng.integers(0, len(SPELLED), stops[-1]).astype(np.uint16), stops - lengths, stops


def expected(ids, starts, stops):
    sequences = [ids[a:b].tolist() for a, b in zip(starts, stops, strict=True)]
    return naive_text_matches(
        list(enumerate(PHRASES)), sequences, spelled=SPELLED, case="fold", boundary="word"
    )


def test_the_change_to_the_fast_search_is_not_seen(monkeypatch):
    monkeypatch.setattr(text_matcher, "DECODED_TOKENS", 2000)
    searching = matcher()
    for seed in range(5):
        assert rows_of(searching.find(*block(seed))) == expected(*block(seed))
    assert searching._windows is not None


def test_threads_share_one_matcher():
    searching = matcher()
    searching.prepare(block()[0])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda seed: rows_of(searching.find(*block(seed))), range(12)))
    assert found == [expected(*block(seed)) for seed in range(12)]


def test_rows_may_overlap_and_stand_in_any_order():
    ids, _, _ = block()
    starts, stops = np.array([50, 0, 10, 10, 300]), np.array([60, 400, 11, 10, 500])
    for fast in (False, True):
        searching = matcher()
        if fast:
            searching.prepare(ids)
        assert rows_of(searching.find(ids, starts, stops)) == expected(ids, starts, stops)


def test_ids_are_never_written_to():
    ids, starts, stops = block()
    ids.flags.writeable = False
    assert rows_of(matcher().find(ids, starts, stops)) == expected(ids, starts, stops)


def test_a_vocabulary_larger_than_the_ids_of_the_stream_can_be():
    spelled = [*SPELLED, *(b"%d" % k for k in range(1 << 16))]
    searching = TextMatcher(PHRASES, np.arange(len(PHRASES), dtype=np.int32), vocabulary_of(spelled), **MATCH)
    ids, starts, stops = block()
    searching.prepare(ids)
    assert rows_of(searching.find(ids, starts, stops)) == expected(ids, starts, stops)


def test_nothing_to_look_for_and_nothing_to_look_at():
    nothing = np.zeros(0, np.int64)
    empty = TextMatcher([], np.zeros(0, np.int32), vocabulary_of(SPELLED), **MATCH)
    assert rows_of(empty.find(*block())) == []
    searching = matcher()
    searching.prepare(np.zeros(0, np.uint16))
    assert rows_of(searching.find(np.zeros(0, np.uint16), nothing, nothing)) == []


@pytest.mark.parametrize(
    ("phrases", "message"),
    [(["a", ""], "phrase 1 is empty"), (["\ud800"], "phrase 0 holds a lone surrogate")],
)
def test_phrases_that_are_no_text(phrases, message):
    with pytest.raises(InputError, match=message):
        TextMatcher(phrases, np.arange(len(phrases), dtype=np.int32), vocabulary_of(SPELLED), **MATCH)


@pytest.mark.parametrize("name", ["case", "boundary", "possessive", "whitespace"])
def test_unknown_settings(name):
    with pytest.raises(ConfigError, match=f"match.{name} is 'perhaps'"):
        matcher(**{name: "perhaps"})


def test_arrays_of_the_wrong_kind():
    ids, starts, stops = block()
    with pytest.raises(TypeError, match="int64"):
        matcher().find(ids.astype(np.int64), starts, stops)
    with pytest.raises(ValueError, match="beyond"):
        matcher().find(ids, starts, stops + 1)


def test_one_place_with_more_pairs_than_the_first_table_of_a_few_phrases_has_slots():
    # The table was filled to its last slot, and the search for a free one never ended.
    spelled = [b"x", *(b"y" + chr(n).encode() for n in range(0x4E00, 0x4E00 + 3000))]
    numbers = np.zeros(1, np.int32)
    match = {**MATCH, "boundary": "none"}
    searching = TextMatcher(["xy"], numbers, vocabulary_of(spelled), **match)
    ids = np.array([0, 17, 5, 0, 0, 3000], np.uint16)
    starts, stops = np.zeros(1, np.int64), np.full(1, len(ids), np.int64)
    searching.prepare(ids)
    assert rows_of(searching.find(ids, starts, stops)) == [(0, 0, 0, 2), (0, 4, 0, 2)]
