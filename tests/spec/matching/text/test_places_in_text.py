"""Overlapping, nested and repeated occurrences all count; a place is a character of the text, not a token."""

from tests.support.text_cases import found


def test_overlapping_and_nested():
    phrases = ["a b a", "a b", "b a b", "b"]
    assert found(phrases, ["a", " b", " a", " b"]) == [
        (0, 0, 0, 3),
        (0, 0, 1, 2),
        (0, 1, 2, 3),
        (0, 1, 3, 1),
        (0, 2, 1, 2),
        (0, 3, 3, 1),
    ]


def test_two_places_in_one_token():
    assert found(["a b"], ["a b a b"]) == [(0, 0, 0, 1), (0, 0, 0, 1)]
    assert found(["a b"], ["a b a", " b"]) == [(0, 0, 0, 1), (0, 0, 0, 2)]
    assert found(["aa"], ["aaa"], boundary="none") == [(0, 0, 0, 1), (0, 0, 0, 1)]


def test_phrases_that_fold_alike_are_both_found():
    assert found(["the cat", "The Cat"], ["THE", " CAT"]) == [(0, 0, 0, 2), (0, 0, 1, 2)]
