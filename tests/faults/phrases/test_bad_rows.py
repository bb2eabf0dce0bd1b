"""A bad row of a phrase source is refused with exit code 2, naming file and line; harmless ones are read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import load_phrases

GOOD = b'{"sentence_good": "A hen sleeps.", "sentence_bad": "A hen sleep."}\n'

REFUSED = {
    "empty phrase": ("w.txt", b"a goose\n\na hen\n", "w.txt, line 2: phrase is empty"),
    "blank phrase": ("w.txt", b"a goose\n \t \na hen\n", "w.txt, line 2: phrase is empty"),
    "blank phrase in CSV": ("w.csv", b"text,n\na goose,1\n  ,2\n", "w.csv, line 3: phrase is empty"),
    "empty line in one-column CSV": ("w.csv", b"text\na goose\n\na hen\n", "w.csv, line 3: phrase is empty"),
    "NULL phrase": ("w.jsonl", b'{"text": "a"}\n{"text": null}\n', "w.jsonl, line 2: phrase is missing"),
    "absent phrase": ("w.jsonl", b'{"text": "a"}\n{"txt": "b"}\n', "w.jsonl, line 2: phrase is missing"),
    "NaN phrase": ("w.jsonl", b'{"text": "a"}\n{"text": NaN}\n', "w.jsonl, line 2: phrase is missing"),
    "number for a phrase": ("w.jsonl", b'{"text": 5}\n', "w.jsonl, line 1: phrase 5 is no text"),
    "NaN id": ("w.jsonl", b'{"text": "a", "id": NaN}\n', "w.jsonl, line 1: the id is missing"),
    "NULL id": ("w.jsonl", b'{"text": "a", "id": null}\n', "w.jsonl, line 1: the id is missing"),
    "long phrase": ("w.txt", b"a goose\n" + b"x" * 4097 + b"\n", "w.txt, line 2: phrase of 4,097 bytes"),
    "not UTF-8": ("w.txt", b"a goose\na h\xffn\n", "w.txt, line 2: is not UTF-8"),
    "half a surrogate pair": ("w.jsonl", b'{"text": "\\ud800"}\n', "w.jsonl, line 1: phrase holds half"),
    "no JSON": ("w.jsonl", GOOD + b'{"sentence_good": \n', "w.jsonl, line 2: is not a JSON object"),
    "JSON but no object": ("w.jsonl", GOOD + b"[1]\n", "w.jsonl, line 2: is not a JSON object"),
    "too many cells": ("w.csv", b"text,n\na,1\nb,2,3\n", "w.csv, line 3: 3 cells"),
    "open quote": ("w.csv", b'text,n\na,1\n"b,2\n', "w.csv, line 3: is not CSV"),
    "line breaks inside cells are counted": ("w.csv", b'text,n\n"a\nb",1\n,2\n', "w.csv, line 4: phrase is"),
    "column twice": ("w.csv", b"text,text\na,b\n", "column 'text' stands twice"),
    "empty sentence": ("w.csv", b"good,bad\na hen,\n", "w.csv, line 2: bad sentence is empty"),
    "one id for two pairs": (
        "w.csv",
        b"good,bad,id\na hen,a hens,1\na lamp,a lamps,1\n",
        "w.csv, line 3: pair w/1 stands twice, first at w.csv, line 2",
    ),
    "empty ids": (
        "w.jsonl",
        b'{"token_ids": [3]}\n{"token_ids": []}\n',
        "w.jsonl, line 2: the list of token",
    ),
    "negative id": ("w.jsonl", b'{"token_ids": [3, -1]}\n', "w.jsonl, line 1: [3, -1] are no token ids"),
    "id of 33 bits": ("w.jsonl", b'{"token_ids": [4294967296]}\n', "w.jsonl, line 1: [4294967296] are no"),
    "ids that are words": ("w.csv", b"token_ids\nfive\n", "w.csv, line 2: 'five' are no token ids"),
    "neither text nor ids": (
        "w.jsonl",
        b'{"token_ids": [1]}\n{"token_ids": null}\n',
        "line 2: neither a phra",
    ),
    "no phrase column": ("w.csv", b"a,b\n1,2\n", "w.csv: no column holds phrases or pairs (columns: a, b)"),
    "empty file": ("w.csv", b"", "w.csv: holds no phrases: it is empty"),
    "header alone": ("w.csv", b"text\n", "w.csv: holds no phrases: it is empty"),
    "cut Zstandard": (
        "w.jsonl.zst",
        zstandard.compress(GOOD * 50)[:-6],
        "w.jsonl.zst, frame 0, byte 0: is truncated",
    ),
    "broken Zstandard": (
        "w.jsonl.zst",
        zstandard.compress(GOOD)[:4] + b"\xff" * 9,
        "w.jsonl.zst, frame 0, byte 0: is truncated",
    ),
    "cut gzip": ("w.jsonl.gz", gzip.compress(GOOD * 50)[:-6], "w.jsonl.gz, member 0, byte 0: is truncated"),
    "no Parquet": ("w.parquet", b"PAR1 and nothing more", "w.parquet: is truncated or corrupt"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_row_is_refused_by_file_and_line(name: str, tmp_path: Path) -> None:
    file, content, message = REFUSED[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load_phrases(PhrasesConfig(source=file), MatchConfig(), base=tmp_path)
    assert message in error.value.line()
    assert error.value.exit_code == 2


def test_a_null_in_parquet_is_refused_by_row(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a goose", None]}), tmp_path / "w.parquet")
    with pytest.raises(ConfigError, match=r"w\.parquet, row 2: phrase is missing"):
        load_phrases(PhrasesConfig(source="w.parquet"), MatchConfig(), base=tmp_path)


READ = {
    "byte order mark": (b"\xef\xbb\xbfa goose\na hen\n", ["a goose", "a hen"]),
    "Windows line ends": (b"a goose\r\na hen\r\n", ["a goose", "a hen"]),
    "tabs and spaces at the ends": (b"\t a goose \t\na hen", ["a goose", "a hen"]),
    "a tab inside": (b"a\tgoose\n", ["a\tgoose"]),
    "blank lines at the end": (b"a goose\na hen\n\n \n", ["a goose", "a hen"]),
    "doubles": (b"a goose\nA Goose\n", ["a goose"]),
    "the longest phrase": (b"x" * 4096 + b"\n", ["x" * 4096]),
    "control characters": (b"a \x01 goose\n", ["a \x01 goose"]),
}


@pytest.mark.parametrize("name", READ)
def test_harmless_oddities_are_read(name: str, tmp_path: Path) -> None:
    content, wanted = READ[name]
    (tmp_path / "w.txt").write_bytes(content)
    found = load_phrases(PhrasesConfig(source="w.txt"), MatchConfig(), base=tmp_path)
    assert found.phrases["phrase"].to_pylist() == wanted
