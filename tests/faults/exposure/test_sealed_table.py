"""A table that is not the one that was merged answers nothing: edited, damaged, another's, without a seal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from indexer import open_index, table_seal
from indexer.build import build_index, merge_index
from indexer.config import load_config
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.splits.ask import ask
from indexer.table_seal import require_table, wrong_with_table

EDIT = "UPDATE exposures SET status = 'never', seen = false, exposure_count = 0 WHERE phrase_id = 0"


@pytest.fixture
def root(index_dir: Path, tmp_path: Path) -> Path:
    """An index of its own, which may be spoiled."""
    shutil.copytree(index_dir, tmp_path / "index")
    return tmp_path / "index"


def edit(root: Path, statement: str = EDIT) -> None:
    with duckdb.connect(str(root / "exposures.duckdb")) as connection:
        connection.execute(statement)


def edit_in_the_log(root: Path) -> None:
    """Change the table as a process does that dies before DuckDB has put the change into the file."""
    with duckdb.connect(str(root / "exposures.duckdb")) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute(EDIT)
    assert (root / "exposures.duckdb.wal").stat().st_size


def flip(root: Path) -> None:
    """Flip a bit far behind the head, the size unchanged."""
    data = bytearray((root / "exposures.duckdb").read_bytes())
    data[len(data) // 2] ^= 1
    (root / "exposures.duckdb").write_bytes(data)


def statuses(root: Path) -> list[dict]:
    counted = ask(root, "SELECT status, count(*) AS n FROM exposures GROUP BY ALL ORDER BY ALL")
    return counted.rows.to_pylist()


SPOILT = {
    "edited": edit,
    "edited in the log": edit_in_the_log,
    "a table added": lambda root: edit(root, "CREATE TABLE mine AS SELECT 1 AS n"),
    "without its seal": lambda root: (root / "exposures.seal").unlink(),
    "its seal damaged": lambda root: (root / "exposures.seal").write_text("{"),
    "its seal emptied": lambda root: (root / "exposures.seal").write_text('{"tables": []}'),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_no_question_is_answered_and_a_merge_mends_it(
    root: Path, tmp_path: Path, exposure, spoil: Callable[[Path], object]
) -> None:
    before = statuses(root)
    spoil(root)
    out = tmp_path / "out"
    for words in (
        ("query", root, "never_seen"),
        ("split", root, "--out", tmp_path / "split.csv"),
        ("export", root, "--to", "csv", "--out", out),
        ("export", root, "--to", "tables", "--out", out),
        ("show", root, "no phrase"),
        ("report", root, "--out", tmp_path / "report.html"),
        ("certify", root, "--out", tmp_path / "certificate", "--sample", 1, "--max-tokens", 1),
    ):
        code, output, error = exposure(*words)
        assert code == 4, (words, error)
    assert not out.exists() and not (tmp_path / "certificate.json").exists()
    with pytest.raises(StateError, match="exposure merge"):
        open_index(root)
    assert "is not the file that was merged" in exposure("status", root)[1]
    code, output, _ = exposure("verify", root, "--sample", 0, "--max-tokens", 1)
    assert code == 4 and "1 FAILED  file of the table against its seal" in output
    assert exposure("merge", root)[0] == 0
    assert statuses(root) == before
    assert "a count of 0 means never" in exposure("status", root)[1]


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_an_index_again_mends_it_too(sample: Path, root: Path, spoil: Callable[[Path], object]) -> None:
    merge_index(root)
    spoil(root)
    build_index(load_config(sample / "exposure.toml"), root, n_workers=1)
    require_table(IndexDir(root), whole=True)
    assert {row["status"] for row in statuses(root)} == {"seen", "never"}


def test_looking_at_it_with_duckdb_is_no_change(root: Path) -> None:
    path = str(root / "exposures.duckdb")
    for read_only in (True, False):
        with duckdb.connect(path, read_only=read_only) as connection:
            connection.execute("SELECT count(*) FROM exposures").fetchall()
        assert wrong_with_table(IndexDir(root), whole=True) is None


def test_a_flipped_bit_is_seen_by_all_that_read_the_whole_file(root: Path, tmp_path: Path, exposure) -> None:
    flip(root)
    require_table(IndexDir(root))  # the head is as it was: DuckDB's checksums are the guard
    with pytest.raises(StateError):
        require_table(IndexDir(root), whole=True)
    (tmp_path / "results.csv").write_text("pair_id,score_good,score_bad\n")
    assert exposure("import", root, tmp_path / "results.csv", "--model", "m", "--checkpoint", 50)[0] == 4
    assert (
        "is not the file that was merged" in exposure("status", root)[1]
        or "cannot be read" in exposure("status", root)[1]
    )


def test_imported_results_are_sealed_and_outlive_an_edit(
    root: Path, tmp_path: Path, exposure, caplog
) -> None:
    pair_id = ask(root, "SELECT pair_id FROM pairs ORDER BY ALL LIMIT 1").rows["pair_id"][0].as_py()
    (tmp_path / "results.csv").write_text(f"pair_id,score_good,score_bad\n{pair_id},1.0,0.5\n")
    code, _, error = exposure("import", root, tmp_path / "results.csv", "--model", "m", "--checkpoint", 50)
    assert code == 0, error
    require_table(IndexDir(root), whole=True)
    imported = ask(root, "SELECT * FROM results ORDER BY ALL").rows
    edit(root)
    merge_index(root)
    assert f"the {imported.num_rows} imported results in it taken along unproved" in caplog.text
    assert ask(root, "SELECT * FROM results ORDER BY ALL").rows.equals(imported)


@pytest.mark.parametrize("n_written", [0, 1])
def test_a_death_between_table_and_seal_leaves_a_table_that_is_sealed(
    root: Path, monkeypatch: pytest.MonkeyPatch, n_written: int
) -> None:
    write, written = table_seal._write_seal, []

    def die_at_last(*words: object) -> None:
        if len(written) == n_written:
            raise KeyboardInterrupt
        written.append(words)
        write(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(table_seal, "_write_seal", die_at_last)
    with pytest.raises(KeyboardInterrupt):
        merge_index(root)
    require_table(IndexDir(root), whole=True)
    monkeypatch.undo()
    merge_index(root)
    assert len(json.loads((root / "exposures.seal").read_text())["tables"]) == 1
    require_table(IndexDir(root), whole=True)


def test_a_reader_in_the_moment_of_a_merge_waits_for_the_seal(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seal that was read first names the table before; the one that is read again names this one."""
    index = IndexDir(root)
    sealed, other = table_seal._sealed(index), [table_seal.TableFacts(1, "0", "0")]
    answers = [other, sealed, sealed, sealed]
    monkeypatch.setattr(table_seal, "_sealed", lambda _: answers.pop(0))
    require_table(index)
