"""An index folder that is odd, read-only, removed under the scan, or was left by another machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.build import build_index
from tests.support.small_corpus import SmallCorpus, exposures

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SmallCorpus:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"))
    corpus.write_config()
    build_index(corpus.config(), corpus.base / "whole", n_workers=1)
    return corpus


@pytest.fixture
def root(corpus: SmallCorpus, tmp_path: Path) -> Path:
    """An index of its own, to be spoiled."""
    shutil.copytree(corpus.base / "whole", tmp_path / "index")
    return tmp_path / "index"


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


PLAN, PARTIAL = "plan.json", "partials/000001.parquet"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (PLAN, ["query", "ROOT", "SELECT 1"]),
        (PARTIAL, ["merge", "ROOT"]),
        (PARTIAL, ["verify", "ROOT"]),
        ("plan/phrases.parquet", ["merge", "ROOT"]),
        ("plan/phrases.parquet", ["verify", "ROOT"]),
        ("lock", ["merge", "ROOT"]),
    ],
)
def test_a_pipe_in_the_place_of_a_file_is_refused(
    name: str, words: list[str], root: Path, exposure: Run
) -> None:
    put_pipe(root / name)
    code, out, err = exposure(*[str(root) if word == "ROOT" else word for word in words])
    assert code == 4 and (name in err or "FAILED" in out), out + err


@pytest.mark.parametrize("name", [PLAN, PARTIAL, "plan/phrases.parquet"])
def test_index_puts_a_file_in_the_place_of_a_pipe(
    name: str, corpus: SmallCorpus, root: Path, exposure: Run
) -> None:
    put_pipe(root / name)
    code, _, err = exposure("index", corpus.base / "exposure.toml", "--out", root, "--workers", "1")
    assert code == 0, err
    assert (root / name).read_bytes() == (corpus.base / "whole" / name).read_bytes()


def test_a_certificate_is_no_pipe(root: Path, tmp_path: Path, exposure: Run) -> None:
    os.mkfifo(tmp_path / "pipe")
    for option in ("--check", "--verification"):
        code, _, err = exposure("certify", root, "--out", tmp_path / "c", option, tmp_path / "pipe")
        assert code in (2, 3), (option, err)


@pytest.mark.parametrize("name", [PLAN, "exposures.duckdb", "lock"])
def test_a_folder_in_the_place_of_a_file_is_named(
    name: str, corpus: SmallCorpus, root: Path, exposure: Run
) -> None:
    (root / name).unlink()
    (root / name).mkdir()
    code, _, err = exposure("index", corpus.base / "exposure.toml", "--out", root, "--workers", "1")
    line = err.splitlines()[-1]
    assert code in (3, 4) and line.startswith(f"exposure: {root / name}: is "), err


@pytest.mark.parametrize(("target", "words"), [("nowhere", "is a link to a folder that is not there")])
def test_a_link_to_nowhere_is_told_for_what_it_is(
    target: str, words: str, corpus: SmallCorpus, tmp_path: Path, exposure: Run
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / target)
    code, _, err = exposure("index", corpus.base / "exposure.toml", "--out", tmp_path / "link")
    assert code == 2 and f"{tmp_path / 'link'}: {words}" in err, err


def test_a_link_to_an_index_is_that_index(corpus: SmallCorpus, root: Path, exposure: Run) -> None:
    (root / PARTIAL).unlink()
    link = root.with_name("link")
    link.symlink_to(root)
    code, _, err = exposure("index", corpus.base / "exposure.toml", "--out", link, "--workers", "1")
    assert code == 0, err
    assert exposures(link) == exposures(corpus.base / "whole")
    assert (root / PARTIAL).is_file() and link.is_symlink()


@pytest.fixture
def read_only(root: Path) -> Iterator[Path]:
    """Mount the index so that nothing can be written there."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts")
    for words in (["--bind", root, root], ["-o", "remount,ro,bind", root]):
        if subprocess.run(["mount", *map(str, words)], capture_output=True, check=False).returncode:
            subprocess.run(["umount", str(root)], capture_output=True, check=False)
            pytest.skip("nothing may be mounted here")
    yield root
    subprocess.run(["umount", str(root)], check=False)


def test_an_index_that_cannot_be_written_is_asked_and_verified_all_the_same(
    corpus: SmallCorpus, read_only: Path, exposure: Run
) -> None:
    for words in (["query", read_only, "SELECT 1"], ["status", read_only], ["verify", read_only]):
        code, _, err = exposure(*words)
        assert code == 0, err
    for words in (
        ["merge", read_only],
        ["scan", read_only],
        ["index", corpus.base / "exposure.toml", "--out", read_only],
    ):
        code, _, err = exposure(*words)
        assert code == 5 and "Read-only file system; mount it for writing" in err, err


def test_what_another_machine_left_is_told_of_and_removed(
    corpus: SmallCorpus, root: Path, exposure_process: Callable
) -> None:
    """Its process cannot be asked whether it lives; the lock, which the file system shares, is free."""
    (root / "lock").write_text("process 77 on elsewhere\n")
    left = root / ".exposures.duckdb.elsewhere.abcd1234.77.deadbeef.tmp"
    left.write_bytes(b"half a table")
    done = exposure_process("merge", root)
    assert done.returncode == 0 and not left.exists(), done.stderr
    assert "process 77 on elsewhere left without finishing (or writes on, where" in done.stderr
    assert exposures(root) == exposures(corpus.base / "whole")


_SCAN = """
import sys, time
from pathlib import Path
from indexer.scanning.scan import Scanner
scan = Scanner.scan

def wait(self, scan_range, *rest):
    rows = scan(self, scan_range, *rest)
    print("scanned", flush=True)
    while not Path("go").exists():
        time.sleep(0.01)
    return rows

Scanner.scan = wait
from indexer.cli.main import main
main(["scan", *sys.argv[1:], "--workers", "1"])
"""


@pytest.mark.parametrize("put_back", [False, True], ids=["removed", "replaced by another index"])
def test_a_folder_that_is_removed_while_it_is_scanned(
    put_back: bool, corpus: SmallCorpus, root: Path, tmp_path: Path
) -> None:
    shutil.rmtree(root / "partials")
    scanning = subprocess.Popen(
        [sys.executable, "-c", _SCAN, str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert scanning.stdout is not None
    assert scanning.stdout.readline() == "scanned\n", scanning.communicate()[1]
    shutil.rmtree(root)
    if put_back:
        other = SmallCorpus(tmp_path / "other", order={"kind": "sequential", "batch_size": 2})
        build_index(other.config(), root, n_workers=1)
        before = exposures(root)
        partials = {path.name: path.read_bytes() for path in (root / "partials").iterdir()}
    (tmp_path / "go").touch()
    _, said = scanning.communicate(timeout=120)
    assert "Traceback" not in said, said
    assert scanning.returncode == 4 and "was removed, or replaced, while it was scanned" in said, said
    if put_back:
        assert exposures(root) == before
        assert {path.name: path.read_bytes() for path in (root / "partials").iterdir()} == partials
    else:
        assert not root.exists()
