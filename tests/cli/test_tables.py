"""Tables fit the terminal they are printed on, and are whole where there is none."""

from __future__ import annotations

import pytest

from indexer.cells import cells
from indexer.cli.table import MOST_RECORDS, _broken, table_lines

NAMES = ["paradigm", "proxy_train", "n"]
ROWS = [["determiner_noun_agreement_with_adjective_1", 1234, 5], ["wh_island", None, 60]]


def test_a_table_is_as_wide_as_it_is_where_there_is_room() -> None:
    assert table_lines(NAMES, ROWS) == table_lines(NAMES, ROWS, 80) == [
        "paradigm                                    proxy_train   n",
        "------------------------------------------  -----------  --",
        "determiner_noun_agreement_with_adjective_1        1,234   5",
        "wh_island                                             -  60",
    ]  # fmt: skip


def test_first_names_are_broken_then_texts() -> None:
    assert table_lines(NAMES, ROWS, 54)[:2] == [
        "                                            proxy_",
        "paradigm                                     train   n",
    ]
    assert table_lines(NAMES, ROWS, 36) == [
        "                          proxy_",
        "paradigm                   train   n",
        "------------------------  ------  --",
        "determiner_noun_           1,234   5",
        "agreement_with_",
        "adjective_1",
        "wh_island                      -  60",
    ]


def test_what_all_rows_say_is_told_once_where_columns_do_not_fit() -> None:
    rows = [["seed-1", "surprisal", number, None] for number in (1, 2, 30)]
    names = ["model", "measure", "first_step", "a_note"]
    assert table_lines(names, rows, 36)[1] == "model   measure      step  note"
    assert table_lines(names, rows, 24) == [
        "in all rows: model",
        "  seed-1, measure",
        "  surprisal, a_note -",
        "",
        "first_step",
        "----------",
        "         1",
        "         2",
        "        30",
    ]
    assert table_lines(names, rows[:2], 24)[0] == "model       seed-1"


def test_then_rows_stand_one_below_the_other_with_whole_texts() -> None:
    text = "x" * 70
    assert table_lines(["text", "a_count"], [[text, 1000]], 16) == [f"text     {text}", "a_count  1,000"]
    words = table_lines(["text", "a_count"], [["some words of a text that is long", 1000]], 16)
    assert words == ["text     some words of a text", "         that is long", "a_count  1,000"]
    rows = [[text, number] for number in range(2)]
    assert table_lines(["text", "a_count"], rows, 16)[2:4] == ["", f"text     {text}"]
    many = [[text + str(number), number] for number in range(MOST_RECORDS + 1)]
    lines = table_lines(["text", "a_count"], many, 10)
    assert lines == table_lines(["text", "a_count"], many)


@pytest.mark.parametrize("width", [4, 7, 30])
@pytest.mark.parametrize("text", ["", "a b", "a_long_name/and a-word", "unbreakable", "ends with ", "__"])
def test_a_broken_text_loses_no_letter(text: str, width: int) -> None:
    lines = _broken(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("width", [None, 33])
def test_columns_line_up_in_any_script(width: int | None) -> None:
    texts = ["三本书和一本词典" * 2, "กำลังกินข้าวอยู่ที่บ้าน", "लड़का", "plain"]
    lines = table_lines(["text", "n", "other"], [[text, 7, "|e\u0301"] for text in texts], width)
    assert len({cells(line[: line.index("|")]) for line in lines[2:] if "|" in line}) == 1
    assert sum("7  |" in line for line in lines) == len(texts)
    assert "".join(line.split("  ")[0] for line in lines[2:]).startswith(texts[0])
    assert width is None or max(map(cells, lines)) <= width


def test_what_a_terminal_acts_upon_is_escaped() -> None:
    assert table_lines(["a"], [["x\x1b[31m\ty"]])[2] == "x\\x1b[31m y"


def test_no_rows_are_names_alone() -> None:
    assert table_lines(["long_name_of_it", "another"], [], 9) == ["no rows of long_name_of_it, another"]
    assert table_lines(["a_name", "b"], [], 7) == ["a_", "name  b", "----  -"]
