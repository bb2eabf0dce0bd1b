"""A word inside one token: what the tokens beside it tell decides, or the text where they do not tell."""

from __future__ import annotations

import pytest

from tests.support.text_cases import count, found


@pytest.mark.parametrize(
    ("before", "behind", "n"),
    [
        ("", "", 1),
        (" ", " ", 1),
        (",", ".", 1),
        ("a", " ", 0),
        (" ", "a", 0),
        ("7", " ", 0),
        (" ", "é", 0),
        ("é", " ", 0),
        ("«", "»", 1),
        (None, None, 1),
        ("a", None, 0),
    ],
)
def test_whole_neighbours_decide(before, behind, n):
    assert count("cat", before, "cat", behind) == n
    assert count("cat", before, "Cat", behind) == n


@pytest.mark.parametrize("token", [" cat", "(cat", "cat", "CAT!", "the cat sat", "\n\ncat "])
def test_the_token_itself_is_a_neighbour(token):
    assert count("cat", "the", token, " end") == (0 if token[0] in "cC" else 1)
    assert count("cat", " ", token, "s") == (0 if token[-1] == "t" and "sat" not in token else 1)


@pytest.mark.parametrize(
    ("pieces", "n"),
    [
        (["a", "", "cat"], 0),  # an id that spells nothing parts nothing
        ([" ", "", "cat"], 1),
        (["cat", "", "", "s"], 0),
        ([b"\xc3", b"\xa9", "cat"], 0),  # é over two tokens
        (["cat", b"\xc3", b"\xa9"], 0),
        ([b"\xe2\x80", b"\x94", "cat", b"\xe2\x80", b"\x94"], 1),  # a dash over two tokens
        ([b"\xc3", "cat"], 1),  # a character that does not end is none
        (["cat", b"\xa9"], 1),  # nor is the end of one
        (["cat", b"a \xe2"], 0),
        (["cat", b" a\xe2"], 1),
        ([b"\x94a", "cat"], 0),
        (["e", "\u0301", "cat"], 0),  # marks belong to what stands before them
        ([".", "\u0301\u0301", "", "cat"], 1),
        (["\u0301", "cat"], 1),
        (["cat", "\u0301"], 0),
    ],
)
def test_other_neighbours_are_read_through(pieces, n):
    assert count("cat", *pieces) == n


@pytest.mark.parametrize(
    ("pieces", "n"),
    [
        (["cat", "'s"], 0),
        (["cat", "'", "s", " "], 0),
        (["cat'", "s"], 0),
        (["cat'", "sun"], 1),
        (["cat's"], 0),
        (["cat's", "un"], 1),
        (["cat", "\u2019s", "."], 0),
        (["cat", b"\xe2\x80", b"\x99S"], 0),
        (["cat", "'", "t"], 1),
        (["cat", "'"], 1),
    ],
)
def test_possessives_over_tokens(pieces, n):
    assert count("cat", *pieces, possessive="exclude") == n
    assert count("cat", *pieces) == 1


def test_several_words_in_a_token_and_the_same_twice():
    rows = found(["to", "to be", "be"], [" to be, to be", " or", " to be"])
    assert [(offset, phrase) for _, offset, phrase, _ in rows] == [
        *[(0, 0)] * 2, *[(0, 1)] * 2, *[(0, 2)] * 2, (2, 0), (2, 1), (2, 2),
    ]  # fmt: skip


def test_what_is_cut_over_tokens_stands_among_what_is_not():
    rows = found(["the", "he"], [" the", " t", "he", " he", " ", "t", "h", "e", "the"])
    assert [(offset, phrase, n) for _, offset, phrase, n in rows] == [(0, 0, 1), (1, 0, 2), (3, 1, 1)]


@pytest.mark.parametrize("boundary", ["word", "none"])
def test_every_cut_of_a_word(boundary):
    cuts = [["cats"], ["c", "ats"], ["ca", "ts"], ["cat", "s"], ["c", "a", "ts"], ["c", "at", "s"], [*"cats"]]
    pieces = [piece for cut in cuts for piece in [" ", *cut]]
    assert count("cats", *pieces, boundary=boundary) == len(cuts)
