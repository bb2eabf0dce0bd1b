"""What takes how many cells on a terminal, and lines that are broken for it."""

from __future__ import annotations

import pytest

from indexer.cells import beginning, cells, ending, pieces, shortened
from indexer.cli.in_context import print_in_context
from indexer.cli.lines import paragraph, to_left, to_right
from indexer.scanning.context import Context

WIDE = "三本书和一本词典"
THAI = "กำลังกินข้าว"


@pytest.mark.parametrize(
    ("text", "n_cells"), [("plain", 5), ("三本书", 6), ("cafe\u0301", 4), ("की", 1), ("กิน", 2), ("ｶﾞ", 2)]
)
def test_marks_take_no_cell_and_wide_letters_two(text: str, n_cells: int) -> None:
    assert cells(text) == n_cells
    assert to_left(text, 9) == text + " " * (9 - n_cells)
    assert to_right(text, 9) == " " * (9 - n_cells) + text


@pytest.mark.parametrize("text", [WIDE, THAI, "e\u0301" * 9, "plain text"])
def test_pieces_lose_nothing_and_fit(text: str) -> None:
    assert "".join(pieces(text, 5)) == text
    assert all(cells(piece) <= 5 for piece in pieces(text, 5))
    assert cells(shortened(text, 5)) <= 5 and shortened(text, 99) == text


def test_lines_are_broken_between_words_and_letters_without_spaces() -> None:
    assert paragraph("one two three", "- ", "  ", 22) == "- one two three"
    assert paragraph("one two three four five", "- ", "  ", 22) == "- one two three four\n  five"
    assert paragraph(f"a {WIDE * 2}", "", "  ", 22).split("\n") == [f"a {WIDE}三本", "  书和一本词典"]


def test_commands_and_hashes_stay_whole() -> None:
    told = paragraph(f"give `exposure query index most_exposed` or {'0' * 30}", "", "", 22)
    assert told.split("\n") == ["give", "`exposure query index most_exposed`", "or", "0" * 30]


def test_without_a_terminal_a_text_is_a_line() -> None:
    assert paragraph("many words " * 50, "- ", "  ") == "- " + " ".join(["many words"] * 50)


@pytest.mark.parametrize("text", [WIDE * 3, THAI * 3, "e\u0301" * 40, "a plain text of words " * 3])
def test_both_ends_of_a_text_fit_and_are_its_own(text: str) -> None:
    for width in (7, 8, 20):
        first, last = beginning(text, width), ending(text, width)
        assert text.startswith(first) and text.endswith(last)
        assert width // 2 <= cells(first) <= width and width // 2 <= cells(last) <= width
        assert not (last[0] == "\u0301" or text[len(first)] == "\u0301")
    assert ending(text, 999) == beginning(text, 999) == text


def test_an_occurrence_is_set_apart_over_lines_and_acts_on_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("indexer.cli.in_context.terminal_width", lambda: 24)
    monkeypatch.setattr("click.style", lambda text, **_: f"[{text}]")
    print_in_context(Context("some words\n\x1b[31m ", "of an occurrence of it", " here", 0, True, False))
    assert capsys.readouterr().out.splitlines() == [
        "    …some words \\x1b[31m",
        "    [of an occurrence of]",
        "    [it] here",
    ]
