"""The compiled parser gives what Python's JSON parser gives, or gives up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.corpus.kernels.json_ids import parse_lines
from tests.support.examples import examples

KEY = "token_ids"
TEXTS = st.text(max_size=8) | st.sampled_from([KEY, f'"{KEY}": [1, 2]', "]}", "\\", '\\"', "{[", "é\u2028"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just(KEY), inner, max_size=3),
    max_leaves=6,
)
IDS = st.lists(
    st.integers(-(2**40), 2**40) | st.integers(0, 60_000) | st.integers(2**32 - 2, 2**32 + 1), max_size=6
)


@st.composite
def plain_lines(draw):
    """An object with a list of ids among other keys, spelled in one of JSON's ways."""
    fields = draw(st.dictionaries(TEXTS.filter(lambda text: text != KEY), VALUES, max_size=3))
    items = list(fields.items())
    ids = draw(IDS)
    items.insert(draw(st.integers(0, len(items))), (KEY, ids))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " :  ")]))
    return json.dumps(dict(items), separators=separators, ensure_ascii=draw(st.booleans())), ids


@pytest.mark.filterwarnings("ignore:overflow encountered")
@settings(max_examples=examples(100))
@given(st.lists(plain_lines(), min_size=1, max_size=4))
def test_plain_lines(lines):
    parsed = parse_lines([line.encode() for line, _ in lines], KEY)
    if parsed is None:
        # keys with escapes, and ids that are none, are left to the caller
        assert any("\\" in key for line, _ in lines for key in map(json.dumps, json.loads(line))) or any(
            "\\" in line or any(not 0 <= i < 2**32 for i in ids) for line, ids in lines
        )
        return
    ids, ends = parsed
    starts = [0, *ends[:-1].tolist()]
    got = [ids[a:b].tolist() for a, b in zip(starts, ends.tolist(), strict=True)]
    assert got == [expected for _, expected in lines]


@pytest.mark.filterwarnings("ignore:overflow encountered")
@settings(max_examples=examples(150))
@given(plain_lines(), st.data())
def test_a_changed_line_never_gives_other_ids_than_python_reads(line, data):
    text = bytearray(line[0].encode())
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(text) - 1))
        change = data.draw(st.sampled_from(["delete", "insert", "replace"]))
        byte = data.draw(st.sampled_from(list(b'[]{}",:-019. \te\\t')))
        if change == "delete":
            del text[at]
        elif change == "insert":
            text.insert(at, byte)
        else:
            text[at] = byte
        if not text:
            return
    parsed = parse_lines([bytes(text)], KEY)
    if parsed is None:
        return
    try:
        value = json.loads(bytes(text))
    except ValueError:
        # other fields are walked over, not judged: a line is taken for its ids alone
        return
    assert isinstance(value, dict) and parsed[0].tolist() == value[KEY]
