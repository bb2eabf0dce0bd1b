"""What a corpus reads, a source of phrases reads: packed files, Arrow streams, saved data sets, arrays."""

from __future__ import annotations

import bz2
import json
import struct
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError, InputError, ResourceError
from indexer.phrases import load_phrases
from indexer.storage.compressed import Limits
from indexer.storage.json_array import array_objects

WORDS = ["a goose", "a hen", "two lamps"]
LINES = "".join(json.dumps({"phrase": word}) + "\n" for word in WORDS).encode()
SKIPPABLE = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"sizes"


def phrases(source: str, base: Path, **keys: object) -> list[str]:
    config = PhrasesConfig(source=source, **keys)
    found: list[str] = load_phrases(config, MatchConfig(), base=base).phrases["phrase"].to_pylist()
    return found


def stream(words: list[str]) -> bytes:
    table = pa.table({"phrase": words})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


FILES = {
    "a skippable frame first": ("a.jsonl.zst", SKIPPABLE + zstandard.compress(LINES) + SKIPPABLE),
    "many frames": (
        "a.jsonl.zst",
        b"".join(zstandard.compress(LINES[i : i + 7]) for i in range(0, len(LINES), 7)),
    ),
    "no suffix": ("a", SKIPPABLE + zstandard.compress(LINES)),
    "another suffix of zstd": ("a.jsonl.zstd", zstandard.compress(LINES)),
    "bz2": ("a.jsonl.bz2", bz2.compress(LINES)),
    "an Arrow stream": ("a.arrow", stream(WORDS)),
    "an Arrow stream without a suffix": ("a", stream(WORDS)),
    "a packed Arrow stream": ("a.arrow.zst", zstandard.compress(stream(WORDS))),
    "an array": ("a.json", json.dumps([{"phrase": word} for word in WORDS], indent=2).encode()),
    "a packed array": ("a.json.bz2", bz2.compress(json.dumps([{"phrase": word} for word in WORDS]).encode())),
    "an array without a suffix": ("a", b" \n" + json.dumps([{"phrase": word} for word in WORDS]).encode()),
    "lines that are named as an array": ("a.json", LINES),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_read(name: str, tmp_path: Path) -> None:
    file, content = FILES[name]
    (tmp_path / file).write_bytes(content)
    assert phrases(file, tmp_path) == WORDS


@pytest.mark.parametrize("file", ["a.json", "a.jsonl", "a"])
def test_lines_end_with_line_feeds_alone(file: str, tmp_path: Path) -> None:
    odd = "\u2028 \u2029 \x85"
    lines = [json.dumps({"phrase": word, "note": odd}, ensure_ascii=False) for word in WORDS]
    for end in ("\n", "\r\n"):
        (tmp_path / file).write_bytes(end.join(lines).encode())
        assert phrases(file, tmp_path) == WORDS
    (tmp_path / "w.txt").write_bytes("a\u2028goose\x0c\na\x0bhen\r\n".encode())
    assert phrases("w.txt", tmp_path) == ["a\u2028goose", "a\x0bhen"]


def test_a_saved_data_set_is_read_in_the_order_of_its_state(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    for name, words in (("b.arrow", WORDS[:1]), ("a.arrow", WORDS[1:]), ("stale.arrow", ["a ghost"])):
        (folder / name).write_bytes(stream(words))
    (folder / "state.json").write_text(
        json.dumps({"_data_files": [{"filename": "b.arrow"}, {"filename": "a.arrow"}]})
    )
    (folder / "dataset_info.json").write_text('{"features": {}}')
    assert phrases("saved", tmp_path) == WORDS
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["saved"]}')
    assert phrases(".", tmp_path) == WORDS
    (folder / "a.arrow").unlink()
    with pytest.raises(ConfigError, match=r"a\.arrow: no such file"):
        phrases("saved", tmp_path)


def test_descriptions_and_hidden_files_in_a_folder_are_no_phrases(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_bytes(LINES)
    (tmp_path / "dataset_info.json").write_text('{"features": {}}')
    (tmp_path / "._w.jsonl").write_bytes(b"\x00\x05\x16\x07")
    assert phrases(".", tmp_path) == WORDS


NO_TEXT = {
    "zip": ("w.txt", b"PK\x03\x04a goose", "is a zip archive"),
    "xz": ("w.jsonl.xz", b"\xfd7zXZ\x00", "is packed by xz"),
    "lz4": ("w.jsonl.lz4", b"\x04\x22\x4d\x18abc", "is packed by lz4"),
    "UTF-16": ("w.csv", "text\na goose\n".encode("utf-16"), "is text in UTF-16"),
    "UTF-16 without its mark": ("w.txt", "a goose\n".encode("utf-16-le"), "line 1: phrase holds .* NUL"),
    "carriage returns": ("w.txt", b"a goose\ra hen\r", "line 1: holds a carriage return"),
}


@pytest.mark.parametrize("name", NO_TEXT)
def test_what_is_no_text_in_utf_8_is_no_phrase(name: str, tmp_path: Path) -> None:
    file, content, said = NO_TEXT[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        phrases(file, tmp_path)


def test_brackets_and_globs(tmp_path: Path) -> None:
    (tmp_path / "[v1] d").mkdir()
    (tmp_path / "[v1] d" / "w.jsonl").write_bytes(LINES)
    assert phrases("[v1] d", tmp_path) == WORDS
    assert phrases("[v1] d/w.jsonl", tmp_path) == WORDS
    assert phrases("[v1] d/*.jsonl", tmp_path) == WORDS


def test_a_cut_stream_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.arrow").write_bytes(stream(WORDS)[:-8])
    with pytest.raises(ConfigError, match="no end marker"):
        phrases("a.arrow", tmp_path)


def test_a_long_window_is_refused_by_the_key_that_takes_it(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True, write_content_size=0)
    long = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    (tmp_path / "a.jsonl.zst").write_bytes(long.compress(LINES) + long.flush())
    with pytest.raises(ResourceError, match=r"raise \[phrases\] max_window_bytes to 268435456"):
        phrases("a.jsonl.zst", tmp_path)
    for enough in (1 << 28, 1 << 31, 1 << 40):
        assert phrases("a.jsonl.zst", tmp_path, max_window_bytes=enough) == WORDS


def test_bombs_are_refused_by_the_key_that_takes_them(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(b'{"phrase": "' + b"a" * (65 << 20) + b'"}\n'))
    with pytest.raises(ResourceError, match=r"unpacks to .*raise \[phrases\] max_file_bytes"):
        phrases("a.jsonl.zst", tmp_path, max_line_bytes=1 << 30)
    with pytest.raises(ResourceError, match=r"line 1: holds more than.*raise \[phrases\] max_line_bytes"):
        phrases("a.jsonl.zst", tmp_path, max_file_bytes=1 << 30)
    (tmp_path / "deep.jsonl").write_bytes(b'{"phrase": ' + b"[" * 100_000 + b"\n")
    with pytest.raises(ConfigError, match=r"nested too deeply|is not a JSON object"):
        phrases("deep.jsonl", tmp_path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=4
)


@settings(max_examples=40)
@given(
    rows=st.lists(st.dictionaries(st.text(), VALUES)), size=st.integers(1, 9), indent=st.none() | st.just(1)
)
def test_an_array_is_what_the_library_reads(rows: list[dict], size: int, indent: int | None) -> None:
    data = json.dumps(rows, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    try:
        wanted = json.loads(data.decode())
    except UnicodeDecodeError:
        return
    assert [row for _, row in array_objects(pieces, Limits(), name="a")] == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "ends inside"),
        ("[{}", "ends inside"),
        ("[{},", "ends inside"),
        ("[{},]", "is not a JSON object"),
        ("[{} {}]", "is not a JSON object"),
        ("[1]", "is not a JSON object"),
        ("[,{}]", "is not a JSON object"),
        ('[{"a": }]', "is not JSON"),
        ("[{}] x", "goes on after"),
        ("{}", "is no JSON array"),
        ("", "ends inside"),
    ],
)
def test_what_is_no_array_of_objects(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        list(array_objects([text.encode()], Limits(), name="a"))


def test_an_element_is_not_longer_than_a_line_may_be() -> None:
    pieces = [b'[{"a": "'] + [b"x" * 1000] * 100
    with pytest.raises(
        ResourceError, match=r"element 1: holds more than 5,000 bytes; raise \[corpus\] max_line_bytes"
    ):
        list(array_objects(pieces, Limits(max_line_bytes=5000), name="a"))
