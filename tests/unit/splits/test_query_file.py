"""What the text of a parameter means."""

from __future__ import annotations

import pytest

from indexer.splits.query_file import Parameter


@pytest.mark.parametrize("text", ["null", "NULL", "Null"])
def test_null_is_no_value_but_where_a_text_must_be_given(text: str) -> None:
    assert Parameter("n", "BIGINT", None, "").parse(text) is None
    assert Parameter("source", "VARCHAR", "NULL", "").parse(text) is None
    assert Parameter("phrase", "VARCHAR", None, "").parse(text) == text
