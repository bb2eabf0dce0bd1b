"""A file that was published in parts is read as one: in any format, packed or not, wherever it is cut."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
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
from indexer.storage.file_bytes import open_binary, read_range, stream
from indexer.storage.files import expand, file_at
from indexer.storage.notes import noting
from indexer.storage.parts import Parts, part_of, reading_parts
from indexer.verification.verify import verify_index
from tests.support.small_corpus import SmallCorpus, exposures

DATA = bytes(range(256)) * 40


def cut(path: Path, pieces: int, ending: Callable[[int], str]) -> list[Path]:
    """Cut a file into pieces of one odd size, and a smaller one, and take it away."""
    data = path.read_bytes()
    size = -(-len(data) // pieces) | 1
    ends = [min(size * (number + 1), len(data)) for number in range(pieces - 1)]
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
        ("x.bin.part0of4", ("x.bin", 0, 4)),
        ("x.bin.part-1-of-3", ("x.bin", 1, 3)),
        ("x.part0.bin", ("x.bin", 0)),
        ("x_part-03.npy.zst", ("x.npy.zst", 3)),
        ("x.partab.jsonl", ("x.jsonl", 1)),
        ("a.b/x.part1of4.bin", ("a.b/x.bin", 1, 4)),
        ("x.part0.parquet", None),
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
def test_which_names_are_parts(name: str, expected: tuple | None) -> None:
    assert part_of(name) == (None if expected is None else (*expected, None)[:3])


@pytest.fixture
def joined() -> Iterator[None]:
    with reading_parts(Parts.JOINED):
        yield


def write_parts(folder: Path, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        (folder / name).write_bytes(np.random.default_rng(len(name) + size).bytes(size))


@pytest.mark.parametrize(
    ("names", "how", "path", "said"),
    [
        ("x.bin.part_1 x.bin.part_2", Parts.JOINED, "*.part_*", 'part 0 is not there.*"joined from 1"'),
        ("x.bin.part_1 x.bin.part_2", Parts.JOINED_FROM_1, "*.part_*", ""),
        ("x.bin.part_0 x.bin.part_1", Parts.JOINED_FROM_1, "*.part_*", "part 2 is not there|part 1|named"),
        ("x.bin.ab x.bin.ac", Parts.JOINED, "x.bin.*", "part 0 is not there"),
        ("x.bin.part_0 x.bin.part_2", Parts.JOINED, "*.part_*", "part 1 is not there"),
        ("x.bin.part_0 x.bin.part_1", Parts.JOINED, "*.part_1", "has 2 parts, and 1 of them are named"),
        ("x.bin.part_0 x.bin.part_1", Parts.JOINED, "x.bin.part_0", "has 2 parts, and 1 of them are named"),
        ("x.bin.part_1 x.bin.part_01", Parts.JOINED_FROM_1, "*.part_*", "the same part"),
        ("x.bin x.bin.part_0 x.bin.part_1", Parts.JOINED, "x.bin*", "stands beside its own parts"),
        ("x.bin x.bin.part_0 x.bin.part_1", Parts.JOINED, "x.bin.part_*", "stands beside its own parts"),
        ("x.bin.part_0 x.bin.part_1", Parts.JOINED, "x.bin", ""),
        ("x.bin.part_0 x.bin.part_1", Parts.JOINED, "*.part_*", ""),
        (
            "x.bin.part_0 x.bin.part_1",
            Parts.UNSAID,
            "*.part_*",
            r'part_0: looks like a part of x\.bin.*"joined"',
        ),
        ("x.bin.part_0 x.bin.part_1", Parts.UNSAID, "x.bin.part_1", 'looks like a part.*"separate"'),
        ("x.bin.part_7", Parts.UNSAID, "*", "looks like a part"),
        ("x.part0.bin x.part1.bin", Parts.UNSAID, "*", r"looks like a part of x\.bin and 1 more"),
        ("x.part0.bin x.part1.bin", Parts.JOINED, "*.bin", ""),
        ("x.part0.bin x.part1.bin xy.part0.bin", Parts.JOINED, "x.bin", ""),
        ("x.bin.part0of2 x.bin.part1of3", Parts.JOINED, "*", "different numbers of parts: 2, 3"),
        ("x.bin.part0of2 x.bin.part1", Parts.JOINED, "*", "different numbers of parts: none, 2"),
        ("x.bin.part0of1 x.bin.part1of1", Parts.JOINED, "*", "is part 1 of 1, counted from 0"),
        ("xaa xab xac", Parts.JOINED, "x*", ""),
    ],
)
def test_parts_are_all_there_or_refused(tmp_path: Path, names: str, how: Parts, path: str, said: str) -> None:
    write_parts(tmp_path, dict.fromkeys(names.split(), 8))
    with reading_parts(how):
        if said:
            with pytest.raises(InputError, match=said):
                expand(path, base=tmp_path)
        else:
            assert expand(path, base=tmp_path) == ["x" if "xaa" in names else "x.bin"]
    assert expand(path, base=tmp_path)  # what is no corpus has no parts


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
    with noting(), reading_parts(Parts.JOINED):
        expand("x.bin", base=folder)
        file = file_at("x.bin", base=folder)
    low, high = sorted([one, other])
    assert file.n_bytes == len(DATA)
    assert read_range(file, low, high) == DATA[low:high]
    assert b"".join(stream(file, low)) == DATA[low:]
    with open_binary(file) as handle:
        handle.seek(low)
        assert handle.read(high - low) == DATA[low:high]


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


@pytest.mark.parametrize(
    ("format", "ending", "packed"),
    [
        ("headerless", ENDINGS["part_000"], True),
        ("headerless", ENDINGS["split"], False),
        ("megatron", ENDINGS["part from one"], False),
        ("megatron", ENDINGS["split -d"], True),
    ],
)
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
    with pytest.raises(InputError, match="looks like a part of"):
        build_index(config_from_tables(tables(corpus), origin="test", base=tmp_path), tmp_path / "unsaid")
    corpus["parts"] = "joined from 1" if ending(0).endswith("1") else "joined"
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    build_index(config, tmp_path / "parts", n_workers=1)
    assert exposures(tmp_path / "parts") == exposures(tmp_path / "whole")
    assert verify_index(tmp_path / "parts").exit_code == 0


def test_a_changed_part_costs_its_own_shard(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    corpus = {"format": "headerless", "dtype": "uint16", "sequence_length": 16, "paths": ["shards/*.bin.*"]}
    corpus["parts"] = "joined"
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
    corpus["parts"] = "joined"
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


def in_parts(base: Path, sizes: list[int], *, doubled: bool = False) -> dict:
    """Write one stream in parts of some sizes; return its configuration."""
    SmallCorpus(base, n_shards=0)
    ids = np.random.default_rng(5).integers(0, 40, sum(sizes)).astype("<u1").astype("<u2").tobytes()
    ends = np.cumsum([0, *sizes]) * 2
    for number, (low, high) in enumerate(pairwise(ends)):
        (base / f"shards/x.bin.part_{number}").write_bytes(ids[low:high])
    if doubled:
        shutil.copy(base / "shards/x.bin.part_0", base / "shards/x.bin.part_1")
    corpus = {"format": "headerless", "dtype": "uint16", "sequence_length": 16, "paths": ["shards/*"]}
    return {**corpus, "parts": "joined"}


@pytest.mark.parametrize(
    ("sizes", "doubled", "said"),
    [
        ([100, 100, 40], False, ""),
        ([100, 0, 40], False, "part_1 holds 0 bytes"),
        ([100, 60, 40], False, "part_1 holds 120 bytes, and .*part_0 200"),
        ([100, 100, 140], False, "part_2 is the last part and holds 280 bytes"),
        ([100, 100, 0], False, "part_2 holds nothing"),
        ([100, 100, 100], False, "part_2 is as large as the parts before it: more may follow"),
        ([100], False, "is the only part"),
        ([100, 100, 40], True, "part_1 holds the bytes of .*part_0"),
    ],
)
def test_parts_that_may_be_cut_empty_doubled_or_missing_are_refused(
    tmp_path: Path, sizes: list[int], doubled: bool, said: str
) -> None:
    corpus = in_parts(tmp_path, sizes, doubled=doubled)
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    if not said:
        assert plan_index(config, tmp_path / "index").n_tokens == sum(sizes) // 16 * 16
        return
    with pytest.raises(InputError, match=said):
        plan_index(config, tmp_path / "index")
    corpus["allow_repeats" if doubled else "allow_holes"] = True
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    plan = plan_index(config, tmp_path / "on purpose")
    assert list(plan.taken) == ["repeated shards" if doubled else "holes"]


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("sizes", "first", "total", "said"),
    [
        ([100, 100, 100], 0, 3, ""),  # no more can follow, though the last is as large as the others
        ([100, 100, 40], 1, 3, ""),
        ([100, 100, 40], 0, 4, r"x\.bin is in 4 parts by their names, and part 3 is not there"),
        ([100, 100, 100], 1, 4, "part 4 is not there"),
        ([100], 0, 4, "3 parts from 1 on are not there"),
    ],
)
def test_names_that_say_how_many_parts_there_are(
    tmp_path: Path, sizes: list[int], first: int, total: int, said: str, inside: bool
) -> None:
    corpus = {**in_parts(tmp_path, sizes), "parts": "joined from 1" if first else "joined"}
    for path in sorted((tmp_path / "shards").iterdir(), reverse=True):
        part = f"part{int(path.name[-1]) + first}of{total}"
        path.rename(path.with_name(f"x.{part}.bin" if inside else f"x.bin.{part}"))
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    if said:
        with pytest.raises(InputError, match=said + ".*allow_holes = true"):
            plan_index(config, tmp_path / "index")
        corpus["allow_holes"] = True
        config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    plan = plan_index(config, tmp_path / "index")
    assert plan.n_tokens == sum(sizes) // 16 * 16
    assert list(plan.taken) == (["holes"] if said else [])


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ([0, 1, 2], ""),
        ([0, 1, 2, 3], r"lacks a part that the manifest names: x\.bin\.part_3"),
        (["whole"], r"the manifest has the hash of the whole \(x\.bin\)"),
        ([0, 1], "has no hash"),
    ],
)
def test_a_manifest_is_held_against_the_parts(tmp_path: Path, named: list, said: str) -> None:
    corpus = in_parts(tmp_path, [100, 100, 100])
    lines = []
    for one in named:
        path = tmp_path / f"shards/x.bin.part_{one}"
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "0" * 64
        lines.append(f"{digest}  {'x.bin' if one == 'whole' else path.name}")
    (tmp_path / "shards.sha256").write_text("\n".join(lines) + "\n")
    corpus["manifest"] = "shards.sha256"
    config = config_from_tables(tables(corpus), origin="test", base=tmp_path)
    if said.startswith("has no"):
        assert any(said in note for note in plan_index(config, tmp_path / "index").notes)
        return
    if said:
        with pytest.raises(InputError, match=said):
            plan_index(config, tmp_path / "index")
        return
    build_index(config, tmp_path / "index", n_workers=1)
    assert read_status(tmp_path / "index").n_unverified_shards == 0
    (tmp_path / "shards/x.bin.part_1").write_bytes(bytes(200))
    corpus["allow_repeats"] = True
    with pytest.raises(InputError, match="part_1: has the sha256"):
        build_index(config, tmp_path / "other", n_workers=1)


@pytest.mark.parametrize(
    ("names", "sizes", "doubted"),
    [
        ("xaa xab xac", [100, 100, 40], True),
        ("xaa xab", [100, 40], True),
        ("ids-00 ids-01 ids-02", [100, 100, 40], True),
        ("ids-00 ids-01 ids-02", [96, 96, 40], False),  # whole sequences: the same, read either way
        ("ids-00 ids-01 ids-02", [100, 90, 40], False),  # who cuts, cuts by one size
        ("ids-00 ids-01", [100, 40], False),
        ("xba xbb xbc", [100, 100, 40], False),
    ],
)
def test_shards_that_look_like_parts_of_one_stream_are_refused(
    tmp_path: Path, names: str, sizes: list[int], doubted: bool
) -> None:
    corpus = {**in_parts(tmp_path, sizes), "parts": None}
    for number, name in enumerate(names.split()):
        (tmp_path / f"shards/x.bin.part_{number}").rename(tmp_path / "shards" / name)
    corpus["paths"] = ["shards/*"]
    n_tokens = {}
    for parts in (None, "separate", "joined"):
        given = {key: value for key, value in {**corpus, "parts": parts}.items() if value is not None}
        config = config_from_tables(tables(given), origin="test", base=tmp_path)
        if parts is None and doubted:
            with pytest.raises(InputError, match=r'look like parts of one stream.*parts = "joined"'):
                plan_index(config, tmp_path / "unsaid")
        elif parts != "joined" or doubted:
            n_tokens[parts] = plan_index(config, tmp_path / f"as {parts}").n_tokens
    if doubted:
        assert n_tokens["joined"] == sum(sizes) // 16 * 16
        assert n_tokens["separate"] == sum(size // 16 * 16 for size in sizes)
