"""A file that was published in parts is read as one: in any format, packed or not, wherever it is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.config.load import config_from_tables
from indexer.errors import InputError
from indexer.exposure.status import read_status
from indexer.storage.files import expand, file_at, open_binary, read_range, stream
from indexer.storage.parts import in_order, part_of, with_wholes
from indexer.verification.verify import verify_index
from tests.support.small_corpus import SmallCorpus, exposures

DATA = bytes(range(256)) * 40


def cut(path: Path, pieces: int, ending: Callable[[int], str]) -> list[Path]:
    """Cut a file into pieces of odd sizes and take it away."""
    data = path.read_bytes()
    ends = [len(data) * (number + 1) // pieces | 1 for number in range(pieces - 1)]
    parts = []
    for number, (low, high) in enumerate(zip([0, *ends], [*ends, len(data)], strict=True)):
        parts.append(path.with_name(path.name + ending(number)))
        parts[-1].write_bytes(data[low:high])
    path.unlink()
    return parts


ENDINGS = {
    "part_000": lambda number: f".part_{number:03d}",
    "part from one": lambda number: f".part{number + 1}",
    "part in letters": lambda number: f".part-a{'abcdef'[number]}",
    "split -d": lambda number: f".{number:02d}",
    "split": lambda number: f".a{'abcdef'[number]}",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.bin.zstd.part_000", ("x.bin.zstd", 0)),
        ("a/x.bin.part-12", ("a/x.bin", 12)),
        ("x.bin.part3", ("x.bin", 3)),
        ("x.bin.partab", ("x.bin", 1)),
        ("x.bin.PART_7", ("x.bin", 7)),
        ("x.bin.ba", ("x.bin", 26)),
        ("x.npy.001", ("x.npy", 1)),
        ("x.bin.gz", None),
        ("x.bin.zst", None),
        ("x.jsonl.gz", None),
        ("part-00000.npy", None),
        ("part_00", None),
        ("x-part-00001-of-00002.bin", None),
        ("counterpart_00", None),
        ("x.bin", None),
        ("x.bin.1", None),
        ("model.00", None),
    ],
)
def test_which_names_are_parts(name: str, expected: tuple[str, int] | None) -> None:
    assert part_of(name) == expected


def test_a_lone_name_that_looks_like_a_part_stays_as_it_is() -> None:
    assert with_wholes(["x.bin.07", "y.bin"]) == ["x.bin.07", "y.bin"]
    assert with_wholes(["y.bin.01", "x.bin.00", "y.bin.02"]) == ["y.bin", "x.bin"]


@pytest.mark.parametrize("missing", [0, 2])
def test_a_part_that_is_not_there_is_named(missing: int) -> None:
    names = [f"x.bin.part_{number}" for number in range(5) if number != missing]
    if missing == 0:  # parts may be counted from one
        assert in_order("x.bin", names) == names
        return
    with pytest.raises(InputError, match=f"part {missing} is not there"):
        in_order("x.bin", names)


def test_two_parts_of_one_number_are_refused() -> None:
    with pytest.raises(InputError, match="the same part"):
        in_order("x.bin", ["x.bin.part_1", "x.bin.part_01"])


@given(st.lists(st.integers(0, len(DATA)), max_size=6), st.integers(0, len(DATA)), st.integers(0, len(DATA)))
def test_any_range_and_stream_are_those_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], one: int, other: int
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    ends = sorted(cuts)
    for number, (low, high) in enumerate(zip([0, *ends], [*ends, len(DATA)], strict=True)):
        (folder / f"x.bin.part_{number}").write_bytes(DATA[low:high])
    if not cuts:
        (folder / "x.bin.part_1").write_bytes(b"")
    file = file_at("x.bin", base=folder)
    low, high = sorted([one, other])
    assert file.n_bytes == len(DATA)
    assert read_range(file, low, high) == DATA[low:high]
    assert b"".join(stream(file, low)) == DATA[low:]
    with open_binary(file) as handle:
        handle.seek(low)
        assert handle.read(high - low) == DATA[low:high]


def test_a_pattern_stands_for_the_whole_and_a_single_part_is_refused(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"x.bin.part_{number}").write_bytes(b"12")
    assert expand("*.part_*", base=tmp_path) == ["x.bin"]
    assert expand("x.bin", base=tmp_path) == ["x.bin"]
    with pytest.raises(InputError, match=r"is one part of x\.bin") as refused:
        expand("x.bin.part_1", base=tmp_path)
    assert 'name "x.bin"' in refused.value.line()
    (tmp_path / "x.bin").write_bytes(b"121212")
    with pytest.raises(InputError, match="stands beside its own parts"):
        expand("x.bin.part_*", base=tmp_path)


def headerless(base: Path) -> Iterator[Path]:
    ids = np.random.default_rng(5).integers(0, 40, (90, 16)).astype("<u2")
    for number, rows in enumerate(np.split(ids, 3)):
        path = base / f"shards/s{number}.bin"
        rows.tofile(path)
        yield path


def tables(corpus: dict) -> dict:
    return {
        "phrases": {"source": "phrases.jsonl", "token_ids": "token_ids"},
        "corpus": {"vocab_size": 40, **corpus},
        "order": {"kind": "sequential", "batch_size": 4},
        "match": {"unit": "tokens"},
    }


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "zstd"])
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("format", ["headerless", "megatron"])
def test_an_index_of_parts_is_that_of_the_whole(
    tmp_path: Path, format: str, ending: Callable[[int], str], packed: bool
) -> None:
    SmallCorpus(tmp_path)
    corpus: dict = {"format": "megatron", "paths": ["shards/*.bin"]}
    shards = [tmp_path / f"shards/s{number:02}.bin" for number in range(3)]
    if format == "headerless":
        for path in (tmp_path / "shards").iterdir():
            path.unlink()
        shards = list(headerless(tmp_path))
        corpus = {"format": "headerless", "dtype": "uint16", "sequence_length": 16, "paths": ["shards/*.bin"]}
    build_index(config_from_tables(tables(corpus), origin="test", base=tmp_path), tmp_path / "whole")
    for path in shards:
        if packed:
            path.with_name(path.name + ".zst").write_bytes(
                zstandard.ZstdCompressor().compress(path.read_bytes())
            )
            path.unlink()
            path = path.with_name(path.name + ".zst")
        cut(path, 3, ending)
    corpus["paths"] = ["shards/*.bin.*"]
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    build_index(config, tmp_path / "parts", n_workers=1)
    assert exposures(tmp_path / "parts") == exposures(tmp_path / "whole")
    assert verify_index(tmp_path / "parts").exit_code == 0


def test_a_changed_part_costs_its_own_shard(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    corpus = {"format": "headerless", "dtype": "uint16", "sequence_length": 16, "paths": ["shards/*.bin.*"]}
    SmallCorpus(tmp_path, n_shards=0)
    for path in headerless(tmp_path):
        cut(path, 2, ENDINGS["part_000"])
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    build_index(config, tmp_path / "index", n_workers=1)
    part = tmp_path / "shards/s1.bin.part_001"
    data = bytearray(part.read_bytes())
    data[-2:] = b"\x05\x00"
    part.write_bytes(data)
    assert read_status(tmp_path / "index").changed_files == ("shards/s1.bin.part_001",)
    plan_index(config, tmp_path / "index")
    assert [done.range_number for done in scan_shards(tmp_path / "index", n_workers=1)] == [1]


def test_a_file_that_appears_in_the_place_of_its_parts_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    corpus = {"format": "headerless", "dtype": "uint16", "sequence_length": 16, "paths": ["shards/*.bin.*"]}
    SmallCorpus(tmp_path, n_shards=0)
    for path in headerless(tmp_path):
        cut(path, 2, ENDINGS["part_000"])
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    plan_index(config, tmp_path / "index")
    np.zeros(30 * 16, "<u2").tofile(tmp_path / "shards/s1.bin")
    list(scan_shards(tmp_path / "index", n_workers=1))
    merge_index(tmp_path / "index")
    (tmp_path / "shards/s1.bin").unlink()
    build_index(config, tmp_path / "afresh", n_workers=1)
    assert exposures(tmp_path / "index") == exposures(tmp_path / "afresh")
