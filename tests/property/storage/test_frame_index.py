"""Packed files with an index of their frames: any range from the middle is that of the whole file."""

from __future__ import annotations

import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.corpus.blocks import id_sources
from indexer.corpus.blocks.id_sources import IdRun
from indexer.errors import InputError
from indexer.storage import frame_index as frames_of_files
from indexer.storage.compressed import Limits
from indexer.storage.files import file_at
from indexer.storage.frame_index import frame_index
from tests.support.framed_files import bgzf, cut, entries_of, seek_table, seekable_zstd, skippable

IDS = np.random.default_rng(8).integers(0, 60_000, 3_000).astype("<u2")
DATA = IDS.tobytes()


PACKINGS = {
    "zstd": lambda pieces: seekable_zstd(pieces),
    "zstd without checksums": lambda pieces: seekable_zstd(pieces, checksums=False),
    "gzip": bgzf,
}


def run_of(folder: Path, name: str, packed: bytes, n_ids: int = len(IDS)) -> IdRun:
    path = folder / name
    path.write_bytes(packed)
    kind = "gzip" if packed.startswith(b"\x1f\x8b") else "zstd"
    return IdRun(file_at(str(path), base=Path()), 0, n_ids, np.dtype("<u2"), kind, cut=True)


def slices(run: IdRun, borders: list[int], *, expecting: bool, overlap: int = 0) -> list[int]:
    """Read the ids of slices that follow each other, each from a source of its own; the last one first."""
    got: list[list[int]] = []
    for start, stop in reversed(list(pairwise([0, *borders, run.n_ids]))):
        source = run.open(Limits())
        if expecting:
            source.expect(start, min(stop + overlap, run.n_ids))
        middle = (start + stop) // 2
        ids = source.read(start, middle).tolist()
        ids += source.read(middle, min(stop + overlap, run.n_ids)).tolist()[: stop - middle]
        if stop == run.n_ids:
            source.finish()
        got.append(ids)
    return [one for ids in reversed(got) for one in ids]


@pytest.mark.parametrize("packing", PACKINGS)
@given(
    cuts=st.lists(st.integers(0, len(DATA)), max_size=9),
    borders=st.lists(st.integers(0, len(IDS)), max_size=4).map(sorted),
    expecting=st.booleans(),
    overlap=st.integers(0, 1),
    local=st.booleans(),
)
def test_slices_together_are_the_file(tmp_path_factory, packing, cuts, borders, expecting, overlap, local):
    folder = tmp_path_factory.mktemp("framed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames_of_files, "GROUP_BYTES", 400)
        run = run_of(folder, "a", PACKINGS[packing](cut(DATA, cuts)))
        index = run.frames
        assert index is not None
        assert index.n_bytes == len(DATA)
        if not local and packing != "gzip":
            # as of a store: frames beyond those that are expected are not opened
            (folder / "rest").write_bytes(b"")
            parts = (run.file, file_at(str(folder / "rest"), base=Path()))
            whole = type(run.file)("whole", str(folder / "whole"), run.file.n_bytes, None, False, parts=parts)
            run = IdRun(whole, 0, run.n_ids, run.dtype, run.compression, cut=True)
        assert slices(run, borders, expecting=expecting, overlap=overlap) == IDS.tolist()
        begins = run.cuts(7)
        assert begins is not None
        # who begins there unpacks less than a row in vain
        wasted = [min(14 * row - at for at in index.unpacked.tolist() if at <= 14 * row) for row in begins]
        assert all(n_bytes < 14 for n_bytes in wasted)


@given(
    cuts=st.lists(st.integers(1, len(DATA) - 1), min_size=2, max_size=6, unique=True),
    borders=st.lists(st.integers(1, len(IDS) - 1), min_size=1, max_size=4).map(sorted),
    data=st.data(),
)
def test_a_table_that_lies_is_refused_by_one_of_the_slices(tmp_path_factory, cuts, borders, data):
    pieces = cut(DATA, cuts)
    checksums = data.draw(st.booleans())
    frames, entries = entries_of(pieces, checksums=checksums)
    one = data.draw(st.integers(0, len(pieces) - 1))
    other = data.draw(st.integers(0, len(pieces) - 1).filter(lambda number: number != one))
    column = data.draw(st.sampled_from([0, 1, 2] if checksums else [0, 1]))
    lies = [list(entry) for entry in entries]
    by = data.draw(st.integers(1, max(1, min(lies[other][column], 500))))
    # an entry of no packed bytes leaves the table alone, which is another test
    assume(column == 2 or lies[other][column] - by >= (column == 0))
    lies[one][column] = (lies[one][column] + by) & 0xFFFFFFFF
    if column == 0 or (column == 1 and data.draw(st.booleans())):
        lies[other][column] -= by  # so that it adds up to the file
    elif column == 1 and data.draw(st.booleans()):
        lies[one], lies[other][1] = list(entries[one]), lies[other][1] - by
    n_ids = sum(entry[1] for entry in lies) // 2
    table = seek_table([tuple(entry) for entry in lies], checksums=checksums)
    run = run_of(tmp_path_factory.mktemp("lying"), "a", b"".join(frames) + table, n_ids)
    borders = [min(border, n_ids) for border in borders]
    assert run.frames is not None
    with pytest.raises(InputError, match=r"unpacks to|seek table|truncated|belong to no zstd frame"):
        slices(run, borders, expecting=data.draw(st.booleans()))


def test_a_table_that_is_not_of_all_of_the_file_is_left_alone(tmp_path):
    pieces = cut(DATA, [1_000, 4_000])
    whole = seekable_zstd(pieces)
    frames, entries = entries_of(pieces, checksums=False)
    table = seek_table(entries, checksums=False)
    for number, (packed, n_times) in enumerate(
        [
            (whole + whole, 2),  # two files joined: each table is of its own frames
            (frames[0] + whole, 0),
            (b"".join(frames) + table[:-1], 0),
            (b"".join(frames) + table + skippable(b"more"), 1),
            (b"".join(frames) + seek_table(entries[:-1], checksums=False), 0),
            (b"".join(frames) + seek_table([], checksums=False), 0),
            (b"".join(frames) + seek_table([(0, 0), *entries], checksums=False), 1),
            (b"".join(frames) + seek_table([(0, 2), *entries], checksums=False), 0),
            (b"".join(frames) + skippable(table[8:-9] + b"\xff" * 4 + table[-5:]), 0),
            (b"".join(frames), 1),
        ]
    ):
        run = run_of(tmp_path, f"{number}", packed, n_times * len(IDS))
        assert run.frames is None
        assert not run.seekable
        if n_times:
            assert slices(run, [], expecting=True) == IDS.tolist() * n_times


def test_gzip_that_is_not_all_blocks_is_left_alone(tmp_path):
    blocks = bgzf(cut(DATA, [1_000, 4_000]))
    packer = zlib.compressobj(wbits=31)
    plain = packer.compress(DATA) + packer.flush()
    for number, packed in enumerate((plain, blocks + plain, plain + blocks, blocks[:-1], blocks + b"\0")):
        file = run_of(tmp_path, str(number), packed).file
        assert frame_index(file, "gzip") is None


def test_a_block_that_is_not_as_its_head_says_is_refused(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames_of_files, "GROUP_BYTES", 1)
        packed = bytearray(bgzf(cut(DATA, [1_000, 4_000])))
        at = int.from_bytes(packed[16:18], "little") + 1
        packed[at - 4] ^= 2  # its unpacked size
        run = run_of(tmp_path, "a", bytes(packed), len(IDS) + 1)
        with pytest.raises(InputError, match=r"corrupt: .*length|ends elsewhere|unpacks to"):
            slices(run, [1_000], expecting=False)


def test_long_frames_are_not_unpacked_to_look_at_their_middle(tmp_path, monkeypatch):
    run = run_of(tmp_path, "a", seekable_zstd(cut(DATA, [1_000])))
    assert run.seekable
    monkeypatch.setattr(id_sources, "SHORT_FRAME_BYTES", len(DATA) - 1_001)
    assert not run.seekable
    assert run.cuts(5).tolist() == [100]
    assert not run_of(tmp_path, "b", seekable_zstd([DATA])).seekable
