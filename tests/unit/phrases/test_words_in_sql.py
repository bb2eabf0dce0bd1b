"""Words of a text are counted by the macro of the table as by what cuts a field into windows."""

from __future__ import annotations

import duckdb

from indexer.exposure.database import define_macros, sql
from indexer.phrases.segmentation import word_ranges

TEXTS = ["", "a b", "it's, so", "你好吗", "好吗　我 abc我", "ก็ดี ครับ", "が゙x", "é中a-b中", "한국 말", "'] [^"]


def test_words_are_counted_alike_by_sql_and_python() -> None:
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    texts = [*TEXTS, *(f"{before}{space}b" for space in spaces for before in "a中")]
    with duckdb.connect() as connection:
        connection.execute(sql("schema.sql"))
        define_macros(connection)
        for text in texts:
            (found,) = connection.execute("SELECT n_item_words($text)", {"text": text}).fetchone()
            assert found == len(word_ranges(text)), text
