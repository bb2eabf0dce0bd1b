"""Commands that die, or meet a full or broken disk, wherever they write: nothing is lost or left.

A few boundaries of each command in the suite, all with `make soak`, which takes an hour of processor time;
``EXPOSURE_SOAK=1 EXPOSURE_BOUNDARIES=3`` draws three of each. See `tests/support/dying_commands.py`.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.index_dir import IndexDir
from indexer.table_seal import wrong_with_table
from tests.support.dying_commands import Commands, Ended
from tests.support.grown_indexes import assert_same
from tests.support.small_corpus import SmallCorpus, ask, exposures

ALL = bool(os.environ.get("EXPOSURE_SOAK"))
N_BOUNDARIES = 2
N_DRAWN = int(os.environ.get("EXPOSURE_BOUNDARIES", "0"))


def chosen(unharmed: Ended, seed: str) -> list[int]:
    """Return numbers of boundaries: all, or a rename, the first write and some more."""
    numbers = range(1, unharmed.n_boundaries + 1)
    assert numbers, unharmed
    if ALL and N_DRAWN:
        drawn = sorted(random.sample(numbers, min(N_DRAWN, len(numbers))))
        print(f"{seed}: boundaries {drawn} of {len(numbers)}")
        return drawn
    if ALL:
        return list(numbers)
    renames = [n for n in numbers if unharmed.boundaries[n - 1].startswith("os.rename")]
    return sorted(
        {*renames[-1:], *random.Random(seed).sample(list(numbers), min(N_BOUNDARIES, len(numbers)))}
    )


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    with Commands() as commands:
        yield commands


@dataclass
class Reference:
    """An index that came to no harm."""

    corpus: SmallCorpus
    config: Path
    root: Path

    def copy(self, to: Path, *without: str) -> Path:
        if self.root.name not in without:
            shutil.copytree(self.root, to)
            for name in without:
                path = to / name
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return to

    def is_equal(self, root: Path) -> None:
        assert exposures(root) == exposures(self.root)
        partials = {path.name: path.read_bytes() for path in (self.root / "partials").iterdir()}
        assert {path.name: path.read_bytes() for path in (root / "partials").iterdir()} == partials


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"), n_shards=2)
    root = corpus.base / "index"
    build_index(corpus.config(), root, n_workers=1)
    return Reference(corpus, corpus.write_config(), root)


STATES: dict[str, tuple[list[str], tuple[str, ...]]] = {
    #              the command, and what of a whole index is not there yet
    "plan": (["plan", "CONFIG", "--out", "ROOT"], ("index",)),
    "plan again": (["plan", "CONFIG", "--out", "ROOT"], ("plan.json",)),
    "scan": (["scan", "ROOT", "--workers", "1"], ("partials",)),
    "merge": (["merge", "ROOT"], ("exposures.duckdb",)),
    "merge again": (["merge", "ROOT"], ()),
    "index": (["index", "CONFIG", "--out", "ROOT", "--workers", "1"], ("index",)),
}


@pytest.mark.parametrize("how", ["kill", "ENOSPC", "EIO"])
@pytest.mark.parametrize("name", STATES)
def test_an_index(name: str, how: str, commands: Commands, reference: Reference, tmp_path: Path) -> None:
    if how == "EIO" and not ALL:
        pytest.skip("a broken disk is met as a full one is; `make soak` tries both")
    if how == "ENOSPC" and name not in ("scan", "merge again") and not ALL:
        pytest.skip("with `make soak`")
    template, without = STATES[name]
    again = ["index", reference.config, "--out", "ROOT", "--workers", "1"]

    def words(template: list, root: Path) -> list[object]:
        known = {"ROOT": root, "CONFIG": reference.config}
        return [known.get(word, word) for word in template]

    root = reference.copy(tmp_path / "0" / "index", *without)
    unharmed = commands.run(words(template, root), watched=root)
    assert unharmed.code == 0, unharmed.said
    for at in chosen(unharmed, name + how):
        root = reference.copy(tmp_path / str(at) / "index", *without)
        has_table = (root / "exposures.duckdb").exists()
        ended = commands.run(words(template, root), watched=root, at=at, how=how)
        met = (name, at, unharmed.boundaries[at - 1], ended)
        # a worker that dies costs an attempt, and who only leaves something behind is done
        assert ended.code in ((-9, 5, 0) if name in ("scan", "index") else (-9,)) or how != "kill", met
        assert ended.code in (0, 5) or how == "kill", met
        assert "Traceback" not in ended.said, met
        if (root / "exposures.duckdb").exists():
            assert wrong_with_table(IndexDir(root), whole=True) is None, met
        if has_table:
            assert exposures(root) == exposures(reference.root), met
        if how != "kill":
            assert leftovers(root) == [] or "os.remove" in met[2], met
        done = commands.run(words(again, root), watched=root)
        assert done.code == 0, (met, done.said)
        reference.is_equal(root)
        assert leftovers(root) == [], met
        shutil.rmtree(tmp_path / str(at))


def test_an_index_that_grows(commands: Commands, tmp_path: Path) -> None:
    """Phrases and a shard are added at once, in two passes, with a file of every exposure."""
    corpus = SmallCorpus(tmp_path, n_shards=1, index={"occurrences": "all", "phrases_at_once": 40})
    config = corpus.write_config()
    lines = [f'{{"id": {100 + one}, "token_ids": [{one}, {(one * 7) % 40}]}}' for one in range(30)]
    (tmp_path / "more.jsonl").write_text("\n".join(lines) + "\n")
    build_index(load_config(config), tmp_path / "before", n_workers=1)
    corpus.write_shard(1, 1)
    build_index(load_config(config, ['phrases.added=["more.jsonl"]']), tmp_path / "afresh", n_workers=1)
    options = ["--workers", "1", "--add-phrases", tmp_path / "more.jsonl"]

    def run(root: Path, at: int = 0) -> Ended:
        return commands.run(["index", config, "--out", root, *options], watched=root, at=at)

    shutil.copytree(tmp_path / "before", tmp_path / "0")
    unharmed = run(tmp_path / "0")
    assert unharmed.code == 0, unharmed.said
    assert_same(tmp_path / "0", tmp_path / "afresh")
    for at in chosen(unharmed, "growing"):
        root = tmp_path / str(at)
        shutil.copytree(tmp_path / "before", root)
        ended = run(root, at)
        met = (at, unharmed.boundaries[at - 1], ended)
        assert ended.code in (-9, 4, 5, 0) and "Traceback" not in ended.said, met
        assert wrong_with_table(IndexDir(root), whole=True) is None, met
        done = run(root)
        assert done.code == 0, (met, done.said)
        assert_same(root, tmp_path / "afresh")
        assert leftovers(root) == [], met
        shutil.rmtree(root)


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if ".tmp" in path.name]


OUTPUTS = {
    "split to Parquet": ["split", "INDEX", "--out", "OUT/s.parquet"],
    "split to CSV": ["split", "INDEX", "--out", "OUT/s.csv"],
    "export for the harness": ["export", "INDEX", "--to", "lm-eval", "--out", "OUT/e"],
    "export for datasets": ["export", "INDEX", "--to", "datasets", "--out", "OUT/e"],
    "export of rows": ["export", "INDEX", "--to", "jsonl", "--out", "OUT/e"],
    "tables": ["export", "INDEX", "--to", "tables", "--out", "OUT/b"],
    "report": ["report", "INDEX", "--out", "OUT/report.html"],
}


@pytest.mark.parametrize("earlier", [False, True], ids=["new", "over an earlier one"])
@pytest.mark.parametrize("name", OUTPUTS)
def test_what_is_made_of_an_index(
    name: str, earlier: bool, commands: Commands, index_dir: Path, tmp_path: Path
) -> None:
    if not ALL and (name in ("report", "export for datasets", "split to CSV") or earlier):
        pytest.skip("with `make soak`")
    if earlier and name == "tables":
        pytest.skip("tables are written over nothing")

    def words(out: Path) -> list[object]:
        return [word.replace("INDEX", str(index_dir)).replace("OUT", str(out)) for word in OUTPUTS[name]]

    def made(out: Path) -> dict[str, bytes]:
        return {str(p.relative_to(out)): without_paths(p, out) for p in out.rglob("*") if p.is_file()}

    whole = tmp_path / "whole"
    unharmed = commands.run(words(whole), watched=whole)
    assert unharmed.code == 0, unharmed.said
    for at in chosen(unharmed, name):
        out = tmp_path / f"killed{at}"
        if earlier:
            assert commands.run(words(out), watched=out).code == 0
        ended = commands.run(words(out), watched=out, at=at)
        assert ended.code == -9, (at, unharmed.boundaries[at - 1], ended)
        visible = {name for name in made(out) if not any(part.startswith(".") for part in Path(name).parts)}
        assert all(made(out)[one] == made(whole)[one] for one in visible), (at, unharmed.boundaries[at - 1])
        done = commands.run(words(out), watched=out)
        assert done.code == 0 or (name == "tables" and "is not empty" in done.said), done.said
        assert made(out) == made(whole), (at, unharmed.boundaries[at - 1])


def without_paths(path: Path, out: Path) -> bytes:
    return path.read_bytes().replace(str(out).encode(), b"OUT")


def test_an_import(commands: Commands, index_dir: Path, tmp_path: Path) -> None:
    pairs = [row[0] for row in ask(index_dir, "SELECT pair_id FROM pairs ORDER BY pair_id LIMIT 20")]
    file = tmp_path / "r.csv"
    rows = [f"{pair},m,10,{number % 2 == 0}\n" for number, pair in enumerate(pairs)]
    file.write_text("".join(["pair_id,model,checkpoint,correct\n", *rows]))
    question = "SELECT * FROM results ORDER BY ALL"

    def copy(name: str) -> Path:
        shutil.copytree(index_dir, tmp_path / name)
        return tmp_path / name

    whole = copy("whole")
    unharmed = commands.run(["import", whole, file], watched=whole)
    assert unharmed.code == 0, unharmed.said
    expected = ask(whole, question)
    assert len(expected) == len(pairs)
    for at in chosen(unharmed, "import"):
        root = copy(f"killed{at}")
        assert commands.run(["import", root, file], watched=root, at=at).code == -9
        assert exposures(root) == exposures(index_dir) and ask(root, question) in ([], expected)
        assert commands.run(["import", root, file], watched=root).code == 0
        assert ask(root, question) == expected and exposures(root) == exposures(index_dir)
        assert leftovers(root) == []
        shutil.rmtree(root)
