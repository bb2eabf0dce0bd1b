"""Every exposure is a row beside the table, and nothing else is, whatever is killed, altered or moved."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.config.load import config_from_tables
from indexer.errors import ConfigError, QueryRefusedError, StateError
from indexer.index_dir import IndexDir
from indexer.occurrence_files import SCHEMA, WRITING, file_facts
from indexer.partials import read_facts, write_partial
from indexer.plan import ranges
from indexer.scanning import occurrences, task
from indexer.scanning.task import ScanTask
from indexer.splits.ask import ask
from indexer.verification.verify import verify_index
from tests.naive import naive_exposures, naive_id_matches
from tests.support.small_corpus import SmallCorpus, exposures, sequences

END = 0
ROWS = "SELECT phrase_id, step, sequence, token_offset, n_tokens, document, shard FROM occurrences"


def corpus_of(base: Path, **tables) -> SmallCorpus:
    """Return flat arrays, whose documents are counted, in an order of two epochs."""
    corpus = SmallCorpus(base, index={"occurrences": "all", "places": 1}, **tables)
    for path in (base / "shards").glob("*.idx"):
        path.unlink()
    corpus.corpus = {
        "paths": ["shards/*.bin"], "format": "headerless", "dtype": "uint16", "sequence_length": 32,
        "end_of_document": END, **corpus.corpus,
    }  # fmt: skip
    corpus.order = {"kind": "sequential", "batch_size": 4, "epochs": 2, "checkpoints": [9, 36]}
    return corpus


def expected_rows(corpus: SmallCorpus) -> list[tuple]:
    """Return what plain loops find."""
    phrases = [json.loads(line)["token_ids"] for line in (corpus.base / "phrases.jsonl").open()]
    distinct = {tuple(ids): number for number, ids in reversed([*enumerate(phrases)])}
    numbers = {ids: number for number, ids in enumerate(sorted(distinct, key=distinct.__getitem__))}
    rows = []
    for number in range(corpus.n_shards):
        ids = np.fromfile(corpus.shard(number), "<u2").reshape(24, 32).tolist()
        found = naive_id_matches([(numbers[ids], ids) for ids in distinct if END not in ids], ids)
        first = 24 * number

        def steps_of(row: int, first: int = first) -> list[int]:
            return [(first + row) // 4, (72 + first + row) // 4]

        for phrase, step, row, offset, n_tokens, document in naive_exposures(ids, found, steps_of, END):
            rows.append((phrase, step, first + row, offset, n_tokens, document, number))
    return sorted(rows)


def rows_of(root: Path) -> list[tuple]:
    return sorted(tuple(row.values()) for row in ask(root, ROWS).rows.to_pylist())


@pytest.mark.parametrize("range_tokens", [1 << 26, 200], ids=["whole shards", "cut shards"])
def test_the_rows_are_those_of_plain_loops(tmp_path: Path, monkeypatch, range_tokens: int) -> None:
    monkeypatch.setattr(ranges, "LEAST_RANGE_TOKENS", range_tokens)
    corpus = corpus_of(tmp_path)
    plan = build_index(corpus.config(), tmp_path / "index", n_workers=1)
    assert len(plan.ranges) == (12 if range_tokens == 200 else 3)
    expected = expected_rows(corpus)
    assert rows_of(tmp_path / "index") == expected
    counts = ask(tmp_path / "index", "SELECT phrase_id, exposure_count, sequence_count FROM exposures").rows
    for row in counts.to_pylist():
        of_phrase = [one for one in expected if one[0] == row["phrase_id"]]
        assert row["exposure_count"] == len(of_phrase)
        assert row["sequence_count"] == len({one[2] for one in of_phrase})
    verification = verify_index(str(tmp_path / "index"), max_tokens=0)
    assert verification.held, [check for check in verification.checks if check.n_failed]
    looked_at = {check.name: check.n_looked_at for check in verification.checks}
    assert looked_at["occurrences, row by row, against the partials"] == len(expected) > 100
    assert looked_at["occurrences, found again in the raw corpus"] == len(expected)


def test_a_scan_that_dies_between_its_two_files_leaves_no_row(tmp_path: Path, monkeypatch) -> None:
    corpus, root = corpus_of(tmp_path), tmp_path / "index"
    plan_index(corpus.config(), root)

    def die(*_: object) -> None:
        raise StateError("dies")

    with monkeypatch.context() as patch, pytest.raises(StateError):
        patch.setattr(task, "write_partial", die)
        list(scan_shards(root, n_workers=1))
    index = IndexDir(root)
    assert index.occurrence_file(0).is_file() and not index.committed_ranges()
    merge_index(root, allow_missing=True)
    assert not index.occurrence_file(0).exists()
    with pytest.raises(ConfigError, match="holds no occurrences"):
        ask(root, "SELECT count(*) FROM occurrences")
    build_index(corpus.config(), root, n_workers=1)
    assert rows_of(root) == expected_rows(corpus)


@pytest.mark.parametrize("harm", ["gone", "altered", "of another range", "a link"])
def test_a_file_that_is_not_the_one_that_was_written(tmp_path: Path, harm: str) -> None:
    corpus, root = corpus_of(tmp_path), tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    whole = Path(shutil.copytree(root, tmp_path / "whole"))
    path, before = IndexDir(root).occurrence_file(1), exposures(root)
    data = bytearray(path.read_bytes())
    path.unlink()
    if harm == "altered":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif harm == "of another range":
        shutil.copy(IndexDir(root).occurrence_file(0), path)
    elif harm == "a link":
        (tmp_path / "elsewhere").write_bytes(data)
        path.symlink_to(tmp_path / "elsewhere")
    for question in ("SELECT count(*) FROM occurrences", "SELECT * FROM exposed_steps", "spacing/gaps"):
        with pytest.raises(StateError, match=r"occurrences/00000[01]\.parquet is not read"):
            ask(root, question)
    with pytest.raises(StateError, match=r"occurrences/00000[01]\.parquet is not read"):
        ask(whole, "SELECT count(*) FROM b.occurrences", attach={"b": root})
    assert ask(root, "SELECT count(*) FROM exposures").rows.num_rows == 1
    with pytest.raises(StateError) as stale:
        merge_index(root)
    assert stale.value.exit_code == 4 and "000001.parquet" in stale.value.line()
    assert not verify_index(str(root), max_tokens=1).held
    build_index(corpus.config(), root, n_workers=1)  # as the advice says
    assert exposures(root) == before
    assert rows_of(root) == expected_rows(corpus)


def test_the_table_of_before_does_not_read_what_a_scan_for_more_phrases_writes(tmp_path: Path) -> None:
    corpus, root = corpus_of(tmp_path), tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    before = rows_of(root)
    first = sequences(0)[0].tolist()
    added = next(first[at : at + 3] for at in range(29) if END not in first[at : at + 3])
    (tmp_path / "more.jsonl").write_text(json.dumps({"id": 99, "token_ids": added}) + "\n")
    tables = corpus.tables()
    tables["phrases"]["added"] = ["more.jsonl"]
    config = config_from_tables(tables, origin="test", base=tmp_path)
    plan = plan_index(config, root)
    assert rows_of(root) == before
    ScanTask(IndexDir(root), plan)(0)
    with pytest.raises(StateError, match=r"occurrences/000000\.parquet is not read"):
        rows_of(root)
    assert ask(root, "SELECT count(*) FROM exposures").rows.num_rows == 1
    build_index(config, root, n_workers=1)
    assert set(before) <= set(rows_of(root))


@pytest.mark.parametrize("column", ["phrase_id", "step", "sequence", "token_offset", "n_tokens", "shard"])
def test_verify_finds_a_row_that_was_forged(tmp_path: Path, column: str) -> None:
    """The partial holds the hash of the forged file, and the table was merged with it."""
    corpus, root = corpus_of(tmp_path), tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    index = IndexDir(root)
    rows = pq.read_table(index.occurrence_file(1)).to_pylist()
    rows[len(rows) // 2][column] += 1
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), index.occurrence_file(1), **WRITING)
    facts, partial = read_facts(index.partial_file(1)), pq.read_table(index.partial_file(1))
    forged = file_facts(index.occurrence_file(1), len(rows))
    write_partial(index.partial_file(1), partial, replace(facts, occurrences=forged))
    if column in ("phrase_id", "shard"):
        with pytest.raises(StateError, match="a phrase has as many occurrences as exposures"):
            merge_index(root)
        return
    merge_index(root)
    verification = verify_index(str(root), max_tokens=0)
    failed = {check.name for check in verification.checks if check.n_failed}
    assert failed <= {
        "occurrences, row by row, against the partials",
        "occurrences, found again in the raw corpus",
    }
    assert failed and verification.exit_code == 4


def test_an_index_that_is_moved_finds_its_occurrences(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    (tmp_path / "it's, [moved]").mkdir()
    moved = (tmp_path / "index").rename(tmp_path / "it's, [moved]" / "índex*")
    assert rows_of(moved) == expected_rows(corpus)


ATTACKS = """\
SELECT * FROM read_parquet('{root}/partials/000000.parquet')
SELECT * FROM read_parquet('{root}/occurrences/../partials/000000.parquet')
SELECT * FROM read_text('{root}/plan.json')
SELECT * FROM read_text('{root}/occurrences/../plan.json')
SELECT * FROM '{root}/partials/000000.parquet'
SELECT * FROM glob('{root}/*')
SELECT * FROM glob('{root}/occurrences/../*')
SELECT * FROM read_blob('{root}/occurrences/new.parquet')
SELECT * FROM read_blob('{root}/occurrences/link.parquet')
SELECT * FROM read_csv('/etc/passwd')
COPY phrases TO '{root}/occurrences/000000.parquet'
COPY phrases TO '{root}/occurrences/x.csv'
ATTACH '{root}/occurrences/000000.parquet' AS other
SET VARIABLE occurrences_of_x = '/etc'
RESET allowed_paths
SET enable_external_access = true
"""


def test_nothing_but_the_occurrences_is_read(tmp_path: Path) -> None:
    corpus, root = corpus_of(tmp_path), tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    (root / "occurrences/link.parquet").symlink_to(root / "partials/000000.parquet")
    before = IndexDir(root).occurrence_file(0).read_bytes()
    for attack in ATTACKS.format(root=root).splitlines():
        with pytest.raises(QueryRefusedError) as refused:
            ask(root, attack)
        assert refused.value.exit_code == 6, attack
    assert IndexDir(root).occurrence_file(0).read_bytes() == before
    assert not (root / "occurrences/x.csv").exists()


def test_added_phrases_give_the_files_of_a_scan_of_all(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(occurrences, "GROUP_ROWS", 7)
    corpus, root = corpus_of(tmp_path), tmp_path / "index"
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    lines = (tmp_path / "phrases.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "phrases.jsonl").write_text("".join(lines[:25]))
    (tmp_path / "more.jsonl").write_text("".join(lines[25:]))
    build_index(corpus.config(), root, n_workers=1)
    n_found = len(rows_of(root))
    config = corpus.config()
    added = replace(config, phrases=replace(config.phrases, added=["more.jsonl"]))
    build_index(added, root, n_workers=1)
    assert rows_of(root) == rows_of(tmp_path / "afresh") and len(rows_of(root)) > n_found > 20
    for number in range(3):
        one, other = (IndexDir(one).occurrence_file(number) for one in (root, tmp_path / "afresh"))
        assert one.read_bytes() == other.read_bytes()
    assert verify_index(str(root), max_tokens=0).held


def test_two_indexes_in_one_question_read_their_own_files(tmp_path: Path) -> None:
    roots, rows = [], []
    for name in ("one", "other"):
        corpus = corpus_of(tmp_path / name)
        if name == "other":
            sequences(7).tofile(corpus.shard(0))
        roots.append(tmp_path / name / "index")
        build_index(corpus.config(), roots[-1], n_workers=1)
        rows.append(rows_of(roots[-1]))
    assert rows[0] != rows[1]
    answer = ask(roots[0], ROWS.replace("occurrences", "b.occurrences"), attach={"b": roots[1]})
    assert sorted(tuple(row.values()) for row in answer.rows.to_pylist()) == rows[1]
    answer = ask(roots[0], ROWS, attach={"b": roots[1]})
    assert sorted(tuple(row.values()) for row in answer.rows.to_pylist()) == rows[0]


def test_an_index_without_occurrences_says_so(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    for question in ("SELECT count(*) FROM occurrences", "SELECT sequence FROM occurrences"):
        with pytest.raises(ConfigError, match='index again with \\[index\\] occurrences = "all"'):
            ask(tmp_path / "index", question)
