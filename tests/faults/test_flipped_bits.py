"""One bit anywhere in a partial or in a file of the plan is noticed, named, and mended by `index`."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.build import build_index, merge_index, scan_shards
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.partials import read_facts
from indexer.plan.plan_file import read_plan
from indexer.plan.store import check_files
from tests.support.small_corpus import SmallCorpus, exposures


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallCorpus, Path]:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"))
    build_index(corpus.config(), corpus.base / "index", n_workers=1)
    return corpus, corpus.base / "index"


def flips(data: bytes, at_most: int) -> Iterator[bytes]:
    """Yield the bytes with one bit flipped, in every byte where there are not too many."""
    dice = random.Random(5)
    places = range(len(data)) if len(data) <= at_most else sorted(dice.sample(range(len(data)), at_most))
    for place in places:
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << dice.randrange(8)
        yield bytes(spoilt)


def test_every_byte_of_a_partial(built: tuple[SmallCorpus, Path], tmp_path: Path) -> None:
    partial = IndexDir(built[1]).partial_file(0)
    facts = read_facts(partial)
    spoilt = tmp_path / "000000.parquet"
    for data in flips(partial.read_bytes(), 10_000):
        spoilt.write_bytes(data)
        with pytest.raises(StateError):
            read_facts(spoilt)
    for length in range(len(partial.read_bytes())):
        spoilt.write_bytes(partial.read_bytes()[:length])
        with pytest.raises(StateError):
            read_facts(spoilt)
    assert read_facts(partial) == facts


def test_every_byte_of_the_plan(built: tuple[SmallCorpus, Path], tmp_path: Path) -> None:
    text = IndexDir(built[1]).plan_file.read_bytes()
    spoilt = tmp_path / "plan.json"
    for data in flips(text, 3_000):
        spoilt.write_bytes(data)
        with pytest.raises(StateError, match=r"plan\.json: "):
            read_plan(spoilt)


def test_every_file_beside_the_plan(built: tuple[SmallCorpus, Path], tmp_path: Path) -> None:
    shutil.copytree(built[1], tmp_path / "index")
    index = IndexDir(tmp_path / "index")
    plan = read_plan(index.plan_file)
    assert set(plan.stored) == {path.name for path in index.frozen.iterdir()}
    for name in plan.stored:
        path = index.frozen / name
        data = path.read_bytes()
        for spoilt in flips(data, 500):
            path.write_bytes(spoilt)
            with pytest.raises(StateError, match=f"plan/{name}: is damaged"):
                check_files(index, plan)
        path.write_bytes(data)
    check_files(index, plan)


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(bytes(data))


def test_index_scans_a_damaged_partial_again_and_merge_names_it(
    built: tuple[SmallCorpus, Path], tmp_path: Path, exposure_process
) -> None:
    corpus, root = built
    shutil.copytree(root, tmp_path / "index")
    index = IndexDir(tmp_path / "index")
    before = exposures(root), index.partial_file(1).read_bytes()
    spoil(index.partial_file(1))
    with pytest.raises(StateError, match=r"000001\.parquet: is damaged.*`exposure index`"):
        merge_index(index.root)
    done = exposure_process("index", corpus.write_config(), "--out", index.root)
    assert done.returncode == 0 and "000001.parquet: is damaged" in done.stderr, done.stderr
    assert (exposures(index.root), index.partial_file(1).read_bytes()) == before


@pytest.mark.parametrize("name", ["phrases.parquet", "pairs.parquet", "patterns.npz"])
def test_scan_and_merge_refuse_a_damaged_file_of_the_plan_and_index_mends_it(
    built: tuple[SmallCorpus, Path], tmp_path: Path, name: str
) -> None:
    corpus, root = built
    shutil.copytree(root, tmp_path / "index")
    index = IndexDir(tmp_path / "index")
    spoil(index.frozen / name)
    with pytest.raises(StateError, match=rf"plan/{name}: is damaged.*`exposure index` again"):
        merge_index(index.root)
    if name != "pairs.parquet":  # which a scan does not need
        index.partial_file(0).unlink()
        with pytest.raises(StateError, match=rf"plan/{name}: is damaged"):
            list(scan_shards(index.root, n_workers=1))
    build_index(corpus.config(), index.root, n_workers=1)
    assert exposures(index.root) == exposures(root)


def test_a_plan_that_was_deleted_is_made_again_and_keeps_what_was_scanned(
    built: tuple[SmallCorpus, Path], tmp_path: Path
) -> None:
    corpus, root = built
    shutil.copytree(root, tmp_path / "index")
    IndexDir(tmp_path / "index").plan_file.unlink()
    scanned: list[int] = []
    build_index(
        corpus.config(),
        tmp_path / "index",
        n_workers=1,
        on_range=lambda _, done: scanned.append(done.range_number),
    )
    assert scanned == [] and exposures(tmp_path / "index") == exposures(root)
