"""Every question has an example that can be asked, and the page of questions is up to date."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from indexer.cli.options import read_parameters
from indexer.splits.query_file import load_query_file, shipped_queries
from indexer.splits.questions_page import questions_page


@pytest.mark.parametrize("name", shipped_queries())
def test_the_example_of_a_question_fits_its_parameters(name: str) -> None:
    file = load_query_file(shipped_queries()[name], name)
    program, command, _, asked, *words = shlex.split(file.example)
    assert (program, command, asked) == ("exposure", "query", name)
    given = list(zip(words[::2], words[1::2], strict=True))
    assert {option for option, _ in given} <= {"-p", "--attach"}
    file.bind(read_parameters(tuple(word for option, word in given if option == "-p")))
    file.refuse_others(read_parameters(tuple(word for option, word in given if option == "--attach")))


def test_the_page_of_questions_is_the_one_the_files_make() -> None:
    page = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
    assert page == questions_page(), "run `python -m indexer.splits.questions_page > docs/questions.md`"
