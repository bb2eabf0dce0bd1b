"""Exports hold the split they name, and the tools they are for read them as meant."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from indexer.errors import ConfigError, StateError
from indexer.exposure.database import SCHEMA_VERSION, building, define_macros
from indexer.splits.ask import ask
from indexer.splits.exports import EXPORTS, write_export
from tests.support.given_pairs import open_for_pairs, take_pairs

N_PAIRS = 12


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return make_index(tmp_path / "index")


def make_index(root: Path, complete: str = "true") -> Path:
    """Twelve pairs of two paradigms; the good phrase of every third was met, that of pair 11 is excluded."""
    root.mkdir()
    with building(root / "exposures.duckdb") as connection:
        open_for_pairs(connection)
        connection.execute(
            f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}'),"
            f" ('plan_fingerprint', '0123abcd'), ('complete', '{complete}'),"
            " ('steps_known', 'true'), ('grain', 'checkpoint');"
            "INSERT INTO checkpoints VALUES (10, 100), (20, 200)"
        )
        for number in range(2 * N_PAIRS):
            count = 2 if number % 6 == 0 else 0
            first = number if count else None
            status = "seen" if count else "never" if complete == "true" else "unknown"
            connection.execute("INSERT INTO phrases VALUES (?, ?, 2, 2)", [number, f"phrase {number}"])
            connection.execute(
                "INSERT INTO exposures VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)",
                [number, count, count, count > 0, status, first, first, first, first, 0 if count else None],
            )
            if count:
                connection.execute(
                    "INSERT INTO exposure_bins VALUES (?, ?, 2)", [number, 10 if number < 10 else 20]
                )
        for number in range(N_PAIRS):
            paradigm = f"paradigm_{number % 2}"
            connection.execute(
                "INSERT INTO given_pairs (pair_id, dataset, paradigm, phenomenon, good_sentence,"
                " bad_sentence, good_phrase_id, bad_phrase_id, good_phrase_start, good_phrase_stop,"
                " bad_phrase_start, bad_phrase_stop, excluded)"
                " VALUES (?, 'ours', ?, 'kind', ?, ?, ?, ?, 5, 12, 5, 11, ?)",
                [
                    f"{paradigm}/{number}",
                    paradigm,
                    f'The "é, good" {number}.',
                    f'The "é, bad" {number}.',
                    2 * number,
                    2 * number + 1,
                    "identical" if number == N_PAIRS - 1 else None,
                ],
            )
        take_pairs(connection)
        define_macros(connection)
    return root


def expected(index: Path, **parameters: str) -> dict[str, set[str]]:
    rows = ask(index, "splits/at_checkpoint", parameters).rows.to_pylist()
    return {
        split: {row["pair_id"] for row in rows if row["split"] == split}
        for split in ("proxy_train", "proxy_validation")
    }


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("target", EXPORTS)
def test_every_export_carries_its_provenance_and_equals_itself(
    index: Path, tmp_path: Path, target: str
) -> None:
    out = tmp_path / "out"
    split = write_export(index, target, out, parameters={"checkpoint": "10"})
    first = digest(out)
    origin = json.loads((out / "provenance.json").read_text())
    assert next(iter(origin)) == "manifest_version"
    assert origin["index_fingerprint"] == "0123abcd"
    assert origin["parameters"] == {"checkpoint": 10, "min_count": 1, "side": "either"}
    assert "split_at" in origin["sql"]
    assert origin["splits"] == {name: len(ids) for name, ids in expected(index, checkpoint="10").items()}
    assert {name: set(table["pair_id"].to_pylist()) for name, table in split.splits.items()} == expected(
        index, checkpoint="10"
    )
    write_export(index, target, out, parameters={"checkpoint": "10"})
    assert digest(out) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "out"]


def test_plain_files_hold_sentences_phrases_and_counts(index: Path, tmp_path: Path) -> None:
    write_export(index, "csv", tmp_path / "out")
    with open(tmp_path / "out" / "pairs.csv", encoding="utf-8", newline="") as file:
        rows = {row["pair_id"]: row for row in csv.DictReader(file)}
    assert len(rows) == N_PAIRS - 1
    seen, unseen = rows["paradigm_1/3"], rows["paradigm_0/2"]
    assert (seen["split"], unseen["split"]) == ("proxy_train", "proxy_validation")
    assert seen["sentence_good"] == 'The "é, good" 3.'
    assert seen["sentence_bad"] == 'The "é, bad" 3.'
    assert (seen["phrase_good"], seen["phrase_bad"]) == ("é, good", "é, bad")
    assert (seen["exposure_count_good"], seen["first_step_good"]) == ("2", "6")
    assert (unseen["exposure_count_good"], unseen["first_step_good"], unseen["status_good"]) == (
        "0",
        "",
        "never",
    )


def test_unknown_pairs_are_left_out_and_counted(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", complete="false")
    with pytest.raises(StateError, match=r"no pair is in proxy_validation; other tools take an empty split"):
        write_export(index, "datasets", tmp_path / "out")
    file = tmp_path / "mine.sql"
    file.write_text("-- title: Mine\n-- Mine.\nSELECT pair_id, split FROM split_at(NULL, 1, 'either')")
    file.write_text(
        file.read_text().replace("split FROM", "replace(split, 'proxy_train', 'met') AS split FROM")
    )
    split = write_export(index, "datasets", tmp_path / "out", question=str(file))
    assert {name: table.num_rows for name, table in split.splits.items()} == {"met": 4}
    assert split.n_unknown == N_PAIRS - 1 - 4
    assert "7 pairs are left out" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("pair_id FROM pairs", "has no column split"),
        ("phrase AS split FROM phrases", "has no column pair_id"),
        ("pair_id, 'x' AS split FROM pairs, range(2)", "names a pair twice"),
        ("'nobody/1' AS pair_id, 'x' AS split", "not in the index: 'nobody/1'"),
        ("pair_id, '10-99' AS split FROM pairs", "split '10-99' is no plain word"),
    ],
)
def test_what_is_no_split_is_refused(index: Path, tmp_path: Path, select: str, message: str) -> None:
    file = tmp_path / "mine.sql"
    file.write_text(f"-- title: Mine\n-- Mine.\nSELECT {select}")
    with pytest.raises(ConfigError, match=message):
        write_export(index, "csv", tmp_path / "out", question=str(file))
    assert not (tmp_path / "out").exists()


def test_somebodys_folder_is_left_alone(index: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years")
    with pytest.raises(StateError, match="holds something that is no export"):
        write_export(index, "csv", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_datasets_reads_the_folder_offline(index: Path, tmp_path: Path) -> None:
    # Two folders of one name: datasets keeps what it read by the name, the card's YAML and nothing else.
    first, second = tmp_path / "a" / "out", tmp_path / "b" / "out"
    write_export(index, "datasets", first)
    write_export(index, "datasets", second, parameters={"checkpoint": "10"})
    assert expected(index) != expected(index, checkpoint="10")
    code = (
        "import json, sys; from datasets import load_dataset; loaded = map(load_dataset, sys.argv[1:]);"
        "print(json.dumps([{n: [list(p['pair_id']), p['sentence_good'][:]] for n, p in one.items()}"
        " for one in loaded]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(first), str(second)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, other = json.loads(told.stdout)
    assert {name: set(part[0]) for name, part in loaded.items()} == expected(index)
    assert {name: set(part[0]) for name, part in other.items()} == expected(index, checkpoint="10")
    assert loaded["proxy_train"][1][0] == 'The "é, good" 0.'
    for name in loaded:
        (written,) = (first / "data").glob(f"{name}-*.parquet")
        pq.read_table(written, page_checksum_verification=True)


def test_croissant_names_every_file_by_its_hash(index: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(index, "datasets", out)
    described = json.loads((out / "croissant.json").read_text())
    assert {part["contentUrl"]: part["sha256"] for part in described["distribution"]} == {
        name: hash_ for name, hash_ in digest(out).items() if name.startswith("data/")
    }
    for records in described["recordSet"]:
        (written,) = (out / "data").glob(f"{records['name']}-*.parquet")
        table = pq.read_table(written)
        assert [field["name"] for field in records["field"]] == table.column_names


def test_croissant_is_read_by_mlcroissant(index: Path, tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    out = tmp_path / "out"
    write_export(index, "datasets", out)
    dataset = mlcroissant.Dataset(jsonld=out / "croissant.json")
    assert not dataset.metadata.issues.errors
    for split, pair_ids in expected(index).items():
        records = list(dataset.records(split))
        assert {record[f"{split}/pair_id"].decode() for record in records} == pair_ids


def test_the_harness_evaluates_each_split_and_its_samples_join(index: Path, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval")
    tasks, out = tmp_path / "tasks", tmp_path / "out" / "step20"
    write_export(index, "lm-eval", tasks)
    words = ["--model", "dummy", "--include_path", str(tasks), "--tasks", "exposure"]
    subprocess.run(
        [sys.executable, "-m", "lm_eval", *words, "--log_samples", "--output_path", str(out)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    from indexer.exposure.result_files import read_results

    for split, pair_ids in expected(index).items():
        (samples,) = out.rglob(f"samples_exposure_{split}_*.jsonl")
        lines = [json.loads(line) for line in samples.read_text().splitlines()]
        for line in lines:
            sentences = [arguments["arg_1"] for arguments in line["arguments"].values()]
            document = line["doc"]
            assert [text.strip() for text in sentences] == [
                document["sentence_good"],
                document["sentence_bad"],
            ]
        assert set(read_results(samples)["item_id"].to_pylist()) == pair_ids
        assert len(lines) == len(pair_ids)
