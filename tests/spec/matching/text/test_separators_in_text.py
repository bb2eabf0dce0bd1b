"""No occurrence runs across a sequence end, an id that stands for no text, or bytes that are no text."""

from tests.support.text_cases import count, found


def test_sequence_ends():
    assert found(["the cat"], ["the", " ca"], ["t", " the", " cat"], ["the"], [" cat"]) == [(1, 1, 0, 2)]


def test_special_ids():
    assert count("the cat", "the", None, " cat") == 0
    assert count("the cat", "the", " cat", None, "s") == 1
    assert count("é is", "é".encode()[:1], None, "é".encode()[1:], " is") == 0


def test_bytes_that_are_no_text():
    assert count("the cat", "the", b"\xff", " cat") == 0
    assert count("the \ufffd cat", "the ", b"\xff", " cat") == 0  # the replacement character is another
    assert count("a /b", "a ", b"\xc0\xaf", "b") == 0  # an overlong slash is no slash
    assert count("a b", "a ", b"\xe2\x82", "b") == 0
