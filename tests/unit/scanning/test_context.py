"""The text around an occurrence is as wide in every script, and holds whole letters."""

from __future__ import annotations

import pytest

from indexer.cells import cells
from indexer.scanning.context import WIDTH, Context, _around

THAI = "เด็กๆกำลังกินข้าวผัดกับแม่พ่ออ่านหนังสือพิมพ์อยู่ใต้ต้นไม้ใหญ่นกร้องเพลงเสียงใส" * 3
CHINESE = "孩子们正在和妈妈一起吃炒饭爸爸在大树下看报纸图书馆里有三本书和一本词典" * 3
ENGLISH = "The children are eating with their mother and the father reads a paper. " * 5


def around(text: str, phrase: str, more: tuple[int, int] = (0, 0)) -> Context:
    """Show a phrase in a sequence whose ids are bytes, as many of its neighbours taken with it."""
    data = text.encode()
    start = data.index(phrase.encode(), len(data) // 3) - more[0]
    stop = start + sum(more) + len(phrase.encode())
    return _around(list(data), start, stop, WIDTH, lambda ids: bytes(ids).decode(errors="replace"))


@pytest.mark.parametrize(
    ("text", "phrase", "least"),
    [(THAI, "หนังสือ", WIDTH - 1), (CHINESE, "三本书", WIDTH - 1), (ENGLISH, "eating", 40)],
)
def test_contexts_are_as_wide_in_every_script(text: str, phrase: str, least: int) -> None:
    context = around(text, phrase)
    assert context.occurrence == phrase and "".join(context[:3]) in text
    assert all(least <= cells(side) <= WIDTH for side in (context.before, context.after))
    assert context.more_before and context.more_after


@pytest.mark.parametrize("more", [(1, 1), (2, 2), (3, 0), (0, 3), (5, 4)])
def test_a_letter_of_which_a_token_holds_a_part_belongs_to_the_text_around(more: tuple[int, int]) -> None:
    context = around(CHINESE, "三本书", more)
    assert "".join(context[:3]) in CHINESE
    whole = more[0] // 3, more[1] // 3
    assert len(context.occurrence) == 3 + sum(whole)


def test_between_words_where_there_are_spaces() -> None:
    context = around(ENGLISH, "eating")
    assert context.before.split()[0] in ENGLISH.split() and context.after.split()[-1] in ENGLISH.split()


def test_bytes_that_are_no_letter_stay_and_ends_of_a_sequence_are_told() -> None:
    data = b"\xff\xff a cat \xff"
    context = _around(list(data), 5, 8, WIDTH, lambda ids: bytes(ids).decode(errors="replace"))
    assert context[:3] == ("\ufffd\ufffd a ", "cat", " \ufffd")
    assert not context.more_before and not context.more_after
    context = _around(list(b"of" + b" some" * 12 + b" cat"), 63, 66, WIDTH, lambda ids: bytes(ids).decode())
    assert (context.more_before, context.more_after) == (True, False)


@pytest.mark.parametrize("text", [THAI, CHINESE])
def test_no_part_of_a_letter_is_shown_wherever_tokens_are_cut(text: str) -> None:
    data = list(text.encode())
    for start in range(60, 240, 7):
        context = _around(data, start, start + 9, 12, lambda ids: bytes(ids).decode(errors="replace"))
        assert "".join(context[:3]) in text
