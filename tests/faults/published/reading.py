"""Reads files that may be of any content, in a process of its own: what came of each, one line a file.

    python -m tests.faults.published.reading KIND < names

A file that makes the process crash or hang is found by who asked: it is the one no line came for.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import ExposureError
from indexer.foreign_errors import translate
from indexer.phrases.sources.files import FileOptions, read_file
from indexer.storage.arrow_tables import open_arrow
from indexer.storage.compressed import Limits, decompressed
from indexer.storage.files import file_at
from indexer.storage.json_array import array_objects
from indexer.storage.json_lines import parse_object

HANG_SECONDS = 10
MEMORY_BYTES = 2 << 30
"""What reading may take beyond what the libraries take."""

MOST_BYTES = 256 << 20
IN_LIBRARY = (
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
    KeyError,
    zstandard.ZstdError,
)


def read_zstd(path: Path) -> bytes:
    limits = Limits(MOST_BYTES)
    return b"".join(decompressed(file_at(str(path), base=Path()), "zstd", limits))


def reference_zstd(path: Path) -> bytes:
    """Return what the library makes of the frames, one after another; skippable ones are read over."""
    data = path.read_bytes()
    parts = []
    while data:
        if data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50:
            end = 8 + int.from_bytes(data[4:8], "little")
            if len(data) < max(8, end):
                raise ValueError("a skippable frame is cut")
            data = data[end:]
            continue
        decoder = zstandard.ZstdDecompressor().decompressobj()
        parts.append(decoder.decompress(data))
        if not decoder.eof:
            raise ValueError("a frame is cut")
        data = decoder.unused_data
    return b"".join(parts)


def read_table(path: Path) -> list[Any]:
    file = file_at(str(path), base=Path())
    try:
        return list(open_arrow(file).rows())
    finally:
        _read_as_corpus(path)


def _read_as_corpus(path: Path) -> None:
    """Read every column as ids too; what is no list of ids is refused."""
    try:
        names = open_arrow(file_at(str(path), base=Path())).names()
    except ExposureError:
        return
    for name in dict.fromkeys(names):
        try:
            reader = open_corpus(
                CorpusConfig(paths=[path.name], format="arrow", column=name), base=path.parent
            )
            for shard in reader.shards():
                for block in reader.blocks(shard, 0, shard.n_sequences):
                    block.ids.sum()
        except ExposureError:
            pass


def reference_table(path: Path) -> list[Any]:
    data = path.read_bytes()
    if data[:4] == b"PAR1":
        file = pq.ParquetFile(path)
        return [row for batch in file.iter_batches() for row in batch.to_pylist()]
    opened = pa.ipc.open_file(data) if data[:6] == b"ARROW1" else pa.ipc.open_stream(data)
    return opened.read_all().to_pylist()


def read_json_line(path: Path) -> Any:
    """Read the text as the value of a key, one object a line, as phrases, text and ids are."""
    return parse_object(b'{"v": ' + path.read_bytes() + b"}", name=path.name, number=2)["v"]


def reference_json_line(path: Path) -> Any:
    return json.loads((b'{"v": ' + path.read_bytes() + b"}").decode("utf-8"))["v"]


def read_json_array(path: Path) -> Any:
    return [v for _, v in array_objects([path.read_bytes()], Limits(), name=path.name)]


def reference_json_array(path: Path) -> Any:
    value = json.loads(path.read_bytes().decode("utf-8-sig"))
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("no array of objects")
    return value


def read_json_ids(path: Path) -> list[int]:
    """Read the text as a list of ids, by the parser of a few lines and by that of many."""
    line = b'{"ids": ' + path.read_bytes() + b"}\n"
    found = []
    for n_lines in (1, 3 + 300_000 // len(line)):
        copy = Path(WORK) / "ids.jsonl"
        copy.write_bytes(line * n_lines)
        reader = open_corpus(CorpusConfig(paths=[copy.name], format="jsonl", column="ids"), base=copy.parent)
        for shard in reader.shards():
            for block in reader.blocks(shard, 0, shard.n_sequences):
                found.append(block.ids[: int(block.stops[0] - block.starts[0])].tolist())
    assert all(ids == found[0] for ids in found)
    return found[0]


def reference_json_ids(path: Path) -> list[int]:
    line = b'{"ids": ' + path.read_bytes() + b"}"
    value = json.loads(line.decode("utf-8"))["ids"]
    if not isinstance(value, list) or not all(type(one) is int and abs(one) < 2**63 for one in value):
        raise ValueError("no list of ids")
    return value


def read_phrases(path: Path) -> list[Any]:
    """Read the file as phrases, whatever its name says it is."""
    return [row.values for row in read_file(file_at(str(path), base=Path()), FileOptions(limits=Limits()))]


KINDS: dict[str, tuple[Callable[[Path], Any], Callable[[Path], Any] | None]] = {
    "zstd": (read_zstd, reference_zstd),
    "table": (read_table, reference_table),
    "json line": (read_json_line, reference_json_line),
    "json array": (read_json_array, reference_json_array),
    "json ids": (read_json_ids, reference_json_ids),
    "phrases": (read_phrases, None),
}
WORK = "."


def same(one: Any, other: Any) -> bool:
    """Compare values of which some are not numbers (NaN), and are told by how they are written."""
    return one == other or repr(one) == repr(other)


def reads(reference: Callable[[Path], Any] | None, path: Path) -> str:
    """Tell whether the library reads a file."""
    if reference is None:
        return "not asked"
    try:
        reference(path)
    except BaseException:
        return "refuses"
    return "reads"


def outcome(kind: str, path: Path) -> dict[str, Any]:
    """Return what came of a file: refused (with the message), equal, other, or a bug."""
    read, reference = KINDS[kind]
    try:
        got = read(path)
    except BaseException as error:
        known = translate(error)
        if known is None or known.exit_code == 1:
            return {"what": "bug", "said": f"{type(error).__name__}: {error}"[:300]}
        refusal = {"what": "refused", "said": known.line()[:300], "exit_code": known.exit_code}
        return {**refusal, "library": reads(reference, path)}
    if reference is None:
        return {"what": "read"}
    try:
        expected = reference(path)
    except IN_LIBRARY as error:
        return {"what": "other", "said": f"the library refuses: {error}"[:300]}
    return {"what": "equal"} if same(got, expected) else {"what": "other", "said": "other content"}


def main() -> None:
    """Read the names, and print what came of each."""
    global WORK
    kind, WORK = sys.argv[1:3]
    names = [line.rstrip("\n") for line in sys.stdin]
    if Path("/proc/self/statm").exists():
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY_BYTES, now + MEMORY_BYTES))
    for name in names:
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        print(json.dumps({"name": name, **outcome(kind, Path(name))}), flush=True)
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
