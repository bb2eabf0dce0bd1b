"""What commands say of what they did: whole, true, and before any work where it is a refusal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.config.load import spell
from indexer.errors import InputError
from indexer.plurals import counted
from indexer.storage.files import expand
from indexer.verification.bounds import bound


def test_a_merge_says_what_it_merged(index_dir: Path, tmp_path: Path, exposure) -> None:
    root = tmp_path / "index"
    shutil.copytree(index_dir, root)
    code, out, _ = exposure("merge", root)
    assert code == 0 and "merged 3 of 3 ranges" in out and " never" in out
    (root / "partials" / "000002.parquet").unlink()
    code, out, _ = exposure("merge", root, "--allow-missing")
    assert code == 0 and "merged 2 of 3 ranges" in out and " unknown" in out and " never" not in out


def test_a_scan_names_ranges_done_before_only_where_there_are_some(
    index_dir: Path, tmp_path: Path, exposure
) -> None:
    root = tmp_path / "index"
    shutil.copytree(index_dir, root)
    assert "scanned 0 of 3 ranges; 3 were done before" in exposure("scan", root)[1]
    for partial in (root / "partials").glob("*.parquet"):
        partial.unlink()
    _, out, _ = exposure("scan", root, "--workers", 1)
    assert out == f"scanned 3 of 3 ranges\nNext:\n  exposure merge {root}\n"


def test_a_manifest_of_no_known_format_is_refused_before_the_table(
    index_dir: Path, tmp_path: Path, exposure
) -> None:
    code, out, err = exposure("split", index_dir, "--out", tmp_path / "x.txt")
    assert (code, out) == (2, "") and "unknown manifest format 'txt'" in err


def test_both_files_that_were_written_are_named(index_dir: Path, tmp_path: Path, exposure) -> None:
    out = tmp_path / "x.csv"
    _, said, err = exposure("query", index_dir, "SELECT 1 AS one", "--out", out)
    assert f"wrote 1 row to {out}" in said and f"{out}.provenance.json" in said and err == ""
    assert json.loads((tmp_path / "x.csv.provenance.json").read_text())["rows"] == 1


def test_verify_refuses_an_unknown_phrase_before_any_stage(index_dir: Path, exposure) -> None:
    code, _, err = exposure("verify", index_dir, "--phrase", "no such phrase")
    assert code == 2 and err.count("\n") == 1


@pytest.mark.parametrize(
    ("n_drawn", "n_named", "said"),
    [
        (0, 1, "seen: none of 1,226 was drawn and 1 named; nothing is said of the others"),
        (0, 0, "seen: none of 1,226 was drawn; nothing is said of the others"),
        (1225, 1, "seen: all 1,226 were looked at"),
    ],
)
def test_a_phrase_that_was_named_gives_no_bound(n_drawn: int, n_named: int, said: str) -> None:
    assert bound("seen", n_drawn, 1226, n_named) == said


def test_a_bound_follows_from_what_was_drawn_alone() -> None:
    assert "10 of 1,226 were drawn and 90 named; if none of these fails, at most 25.89%" in bound(
        "seen", 10, 1226, 90
    )


def test_plurals_and_types_in_words() -> None:
    assert [counted(n, "phrase") for n in (0, 1, 1000)] == ["0 phrases", "1 phrase", "1,000 phrases"]
    assert spell(int | list[list[int]]) == "a whole number or a list of lists of whole numbers"


def test_a_pattern_that_matches_nothing_says_where(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        expand("[0-9]*.idx", base=tmp_path)
    assert f"matches no file; expected some in {tmp_path}" in refused.value.line()


def test_an_export_replaces_an_export_and_says_so_but_nothing_that_was_added(
    index_dir: Path, tmp_path: Path, exposure
) -> None:
    out = tmp_path / "export"
    export = ("export", index_dir, "--to", "csv", "--out", out)
    assert "earlier export" not in exposure(*export)[1]
    assert "in the place of the earlier export there" in exposure(*export)[1]
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("mine")
    code, _, err = exposure(*export)
    assert code == 4 and "holds notes/mine.txt, which the export there did not write" in err
    assert (out / "notes" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("statement", "near"),
    [
        ("SELECT exposure_cont FROM exposures", '"exposure_count"'),
        ("SELECT phrase FROM phrasess", 'Did you mean "phrases"'),
    ],
)
def test_a_misspelled_name_is_answered_with_near_ones(
    index_dir: Path, exposure, statement: str, near: str
) -> None:
    code, _, err = exposure("query", index_dir, statement)
    assert code == 2 and near in err and err.count("\n") == 1
