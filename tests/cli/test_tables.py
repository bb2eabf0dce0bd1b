"""Tables fit the terminal they are printed on, and are whole where there is none."""

from __future__ import annotations

import pytest

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


def test_then_rows_stand_one_below_the_other_with_whole_texts() -> None:
    text = "x" * 70
    assert table_lines(["text", "a_count"], [[text, 1000]], 20) == [f"text     {text}", "a_count  1,000"]
    rows = [[text, number] for number in range(2)]
    assert table_lines(["text", "a_count"], rows, 20)[2:4] == ["", f"text     {text}"]
    many = [[text, number] for number in range(MOST_RECORDS + 1)]
    assert table_lines(["text", "a_count"], many, 20) == table_lines(["text", "a_count"], many)


@pytest.mark.parametrize("width", [4, 7, 30])
@pytest.mark.parametrize("text", ["", "a b", "a_long_name/and a-word", "unbreakable", "ends with ", "__"])
def test_a_broken_text_loses_no_letter(text: str, width: int) -> None:
    lines = _broken(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= width for line in lines)


def test_no_rows_are_names_alone() -> None:
    assert table_lines(["a_name", "b"], [], 7) == ["a_", "name  b", "----  -"]
