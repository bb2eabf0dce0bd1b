"""JSON lines are parsed, not searched; a line that is no list of ids is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import InputError
from tests.support.rows_read_back import rows_of


def test_json_lines_are_parsed_not_searched(tmp_path: Path):
    lines = [
        '{"token_ids": [1, 2, 3], "source": "c4"}',
        '  {"source":"a \\"token_ids\\": [9, 9]","meta":{"token_ids":[8]},"token_ids":[4]}',
        "",
        '{"token_ids":[],"x":null}\r',
        '{ "n" : 1e3 , "token_ids" : [ 5 , 6 ] }',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    for block_ids in (1, 4, 100):
        config = CorpusConfig(format="jsonl", paths=["a.jsonl"])
        assert rows_of(open_corpus(config, base=tmp_path, block_ids=block_ids)) == [
            [1, 2, 3],
            [4],
            [],
            [5, 6],
        ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"token_ids": [1, 2', "line 2: is not a JSON object"),
        ('{"ids": [1]}', "line 2: has no list of ids under 'token_ids'"),
        ('{"token_ids": [1, 2.5]}', "line 2: has no list of ids"),
        ('{"token_ids": [1, "2"]}', "line 2: has no list of ids"),
        ('{"token_ids": null}', "line 2: has no list of ids"),
        ('{"token_ids": [1, 18446744073709551616]}', "line 2: has no list of ids"),
        ("[1, 2]", "line 2: is not a JSON object"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line, message):
    (tmp_path / "a.jsonl").write_text('{"token_ids": [1]}\n' + line + '\n{"token_ids": [3]}\n')
    with pytest.raises(InputError, match=message):
        rows_of(open_corpus(CorpusConfig(format="jsonl", paths=["a.jsonl"]), base=tmp_path))


def test_a_line_of_another_length_is_refused(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"token_ids": [1, 2]}\n{"token_ids": [3]}\n')
    config = CorpusConfig(format="jsonl", paths=["a.jsonl"], sequence_length=2)
    with pytest.raises(InputError, match="line 2: holds 1 id; expected 2"):
        rows_of(open_corpus(config, base=tmp_path))
