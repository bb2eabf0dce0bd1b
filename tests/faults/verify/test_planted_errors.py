"""Case 25 of the faults: `verify` finds every error that was planted in an index, and says where."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.verification.findings import Check, Verification
from tests.support.doctoring import Doctored, Row
from tests.support.small_corpus import SmallCorpus

Verify = Callable[[Path], Verification]


def failed(verification: Verification) -> dict[str, Check]:
    return {check.name: check for check in verification.checks if check.n_failed}


def only(verification: Verification, name: str) -> Check:
    found = failed(verification)
    assert list(found) == [name], found
    return found[name]


def test_nothing_is_wrong_with_an_index_that_is_right(doctored: Doctored, verify: Verify) -> None:
    verification = verify(doctored.index.root)
    assert verification.held and verification.exit_code == 0, failed(verification)
    looked_at = {check.name: check.n_looked_at for check in verification.checks}
    (n_places,) = doctored.ask("SELECT count(*) FROM places")[0]
    (n_zeros,) = doctored.ask("SELECT count(*) FROM exposures WHERE NOT seen")[0]
    assert looked_at["recorded places, found again in the raw corpus"] == n_places > 50
    assert looked_at["zeros, proved again in the raw corpus"] == 3 * n_zeros > 20


def test_phrases_set_to_never_by_hand(doctored: Doctored, verify: Verify) -> None:
    (n_seen,) = doctored.ask("SELECT count(*) FROM exposures WHERE seen")[0]
    doctored.table(
        "UPDATE exposures SET exposure_count = 0, sequence_count = 0, seen = false, status = 'never', "
        "first_step = NULL, last_step = NULL, first_sequence = NULL, first_offset = NULL, first_shard = NULL"
    )
    doctored.table("DELETE FROM exposure_bins")
    doctored.table("DELETE FROM places")
    verification = verify(doctored.index.root)
    found = failed(verification)
    assert verification.exit_code == 4
    assert found["rows of exposures against the partials"].n_failed == n_seen
    assert "status" in found["rows of exposures against the partials"].details[0].what


def test_a_count_off_by_one(doctored: Doctored, verify: Verify) -> None:
    doctored.table("UPDATE exposures SET exposure_count = exposure_count + 1 WHERE phrase_id = 3")
    verification = verify(doctored.index.root)
    check = only(verification, "rows of exposures against the partials")
    assert check.n_failed == 1 and verification.exit_code == 4
    assert int(check.details[0].found) == int(check.details[0].expected) + 1


def test_a_wrong_first_step(doctored: Doctored, verify: Verify) -> None:
    doctored.table("UPDATE exposures SET first_step = first_step + 1 WHERE phrase_id = 3")
    check = only(verify(doctored.index.root), "rows of exposures against the partials")
    assert check.details[0].what.startswith("first_step")


def test_a_removed_place(doctored: Doctored, verify: Verify) -> None:
    doctored.table("DELETE FROM places WHERE phrase_id = 3 AND place = 1")
    check = only(verify(doctored.index.root), "rows of places against the partials")
    assert check.details[0].what == "the row is missing" and "(3, 1)" in check.details[0].where


def test_a_removed_shard_row(doctored: Doctored, verify: Verify) -> None:
    doctored.table("DELETE FROM shards WHERE shard = 1")
    assert only(verify(doctored.index.root), "rows of shards against the partials").n_failed == 1


def test_a_changed_bin(doctored: Doctored, verify: Verify) -> None:
    doctored.table("UPDATE exposure_bins SET exposure_count = exposure_count + 1 WHERE phrase_id = 3")
    check = only(verify(doctored.index.root), "rows of exposure_bins against the partials")
    assert check.n_failed >= 1


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE checkpoints SET tokens_seen = tokens_seen + 1 WHERE checkpoint = 1", "checkpoints"),
        ("UPDATE places SET token_offset = token_offset + 1 WHERE phrase_id = 3", "places"),
        ("INSERT INTO exposure_bins VALUES (3, 9999, 1)", "exposure_bins"),
        ("DELETE FROM exposures WHERE phrase_id = 3", "exposures"),
        ("INSERT INTO other_forms VALUES (3, 'NFD', 'x', 1)", "other_forms"),
        ("INSERT INTO unit_differences VALUES (3, 'text', 'x', 1)", "unit_differences"),
        ("UPDATE shards SET verified = true WHERE shard = 0", "shards"),
        ("UPDATE exposures SET sequence_count = sequence_count - 1 WHERE phrase_id = 3", "exposures"),
    ],
)
def test_rows_of_other_tables(doctored: Doctored, verify: Verify, statement: str, table: str) -> None:
    doctored.table(statement)
    found = failed(verify(doctored.index.root))
    assert f"rows of {table} against the partials" in found


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE phrases SET n_tokens = 9 WHERE phrase_id = 3", "rows of phrases against the plan"),
        ("UPDATE attributes SET phrase_id = 4 WHERE phrase_id = 3", "rows of attributes against the plan"),
        ("UPDATE provenance SET value = 'false' WHERE key = 'complete'", "provenance against the plan"),
        ("UPDATE provenance SET value = '999' WHERE key = 'stop_step'", "provenance against the plan"),
        ("DELETE FROM provenance WHERE key = 'plan_fingerprint'", "provenance against the plan"),
    ],
)
def test_tables_that_are_copied_from_the_plan(
    doctored: Doctored, verify: Verify, statement: str, name: str
) -> None:
    doctored.table(statement)
    assert only(verify(doctored.index.root), name).index_fails


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DROP TABLE places", "places.sequence"),
        ("ALTER TABLE shards ALTER n_bytes TYPE VARCHAR", "shards.n_bytes"),
        ("DROP VIEW pair_exposures", "view pair_exposures"),
        ("CREATE OR REPLACE MACRO is_covered(at_checkpoint) AS true", "macro is_covered"),
    ],
)
def test_other_tables_views_and_macros(doctored: Doctored, verify: Verify, statement: str, name: str) -> None:
    doctored.table(statement)
    verification = verify(doctored.index.root)
    check = only(verification, "columns, views and macros of the table against the schema")
    assert verification.exit_code == 4 and name in {finding.where for finding in check.details}


@pytest.mark.parametrize("how", ["left out", "cut short"])
def test_a_range_that_is_not_whole_in_the_plan(doctored: Doctored, verify: Verify, how: str) -> None:
    """The forger plans less than there is: nothing is missing then."""
    plan = doctored.plan()
    third = plan.ranges[2]
    last = (
        ()
        if how == "left out"
        else (replace(third, slices=(replace(third.slices[0], stop=third.stop - 1),)),)
    )
    doctored.write_plan(replace(plan, ranges=(*plan.ranges[:2], *last)))
    for number in range(2):
        doctored.partial_facts(number, plan_fingerprint=doctored.plan().fingerprint)
    found = failed(verify(doctored.index.root))
    check = found["ranges of the plan over its shards, checkpoints over its window"]
    assert "s02.bin" in check.details[0].where


def test_a_shard_that_is_left_out_of_the_plan(doctored: Doctored, verify: Verify) -> None:
    plan = doctored.plan()
    names = [f"shards/s0{number}.bin" for number in range(3)]
    answers = {key: names[:2] if one == names else one for key, one in plan.files.answers.items()}
    files = tuple(file for file in plan.files.files if file.shard != 2)
    doctored.write_plan(
        replace(
            plan,
            shards=plan.shards[:2],
            ranges=plan.ranges[:2],
            files=replace(plan.files, files=files, answers=answers),
        )
    )
    for number in range(2):
        fits = {
            "plan_fingerprint": doctored.plan().fingerprint,
            "files_hash": doctored.plan().files_hash(number),
        }
        doctored.partial_facts(number, **fits)
    doctored.merge()
    verification = verify(doctored.index.root)
    found = failed(verification)["files that [corpus] paths match, asked again"]
    assert "s02.bin" in found.details[0].found and verification.exit_code in (3, 4)


@pytest.mark.parametrize(
    "changes",
    [{"shard": 1}, {"stop": 5}, {"visited_tokens": (1, 2)}],
    ids=["shard", "sequences", "checkpoints"],
)
def test_what_a_partial_says_of_its_range(doctored: Doctored, verify: Verify, changes: dict) -> None:
    doctored.partial_facts(0, **changes)
    found = failed(verify(doctored.index.root))
    assert "partials against their checksums and the plan" in found


def test_a_table_with_flipped_bytes_is_one_line(doctored: Doctored, exposure: Callable) -> None:
    path = doctored.index.database_file
    data = bytearray(path.read_bytes())
    for at in range(20_000, len(data), 4096):
        data[at] ^= 0xFF
    path.write_bytes(data)
    code, _, err = exposure("verify", doctored.index.root)
    assert code == 4 and err.count("exposure: ") == 1 and "Traceback" not in err, err


def swap_two_phrases(rows: list[Row]) -> None:
    for column in ("phrase", "token_ids"):
        rows[3][column], rows[4][column] = rows[4][column], rows[3][column]


def test_a_swapped_phrase_in_the_plan_whose_file_has_a_new_checksum(
    doctored: Doctored, verify: Verify
) -> None:
    doctored.phrases(swap_two_phrases, deep=False)
    check = only(verify(doctored.index.root), "files of the plan against their hashes")
    assert check.details[0].where == "plan/phrases.parquet"
    assert check.details[0].what == "says something else than was planned"


def test_a_swapped_phrase_of_which_every_hash_fits(doctored: Doctored, verify: Verify) -> None:
    doctored.phrases(swap_two_phrases, deep=True)
    doctored.merge()
    verification = verify(doctored.index.root)
    found = failed(verification)
    assert verification.exit_code == 4
    assert "counts of phrases in whole ranges, counted again in the raw corpus" in found


def less_of(count: int) -> Callable[[list[Row]], None]:
    """Take the last exposures of a phrase with several out of a partial, and leave no trace within it."""

    def change(rows: list[Row]) -> None:
        row = next(row for row in rows if row["exposure_count"] == 2 and len(row["bins"]) == 2)
        last = row["places"].pop()
        row["exposure_count"] -= count
        row["sequence_count"] = min(row["sequence_count"], row["exposure_count"])
        row["bins"].pop()
        row["last_step"] = row["first_step"]
        assert last["step"] > row["first_step"]

    return change


def test_a_partial_that_misses_a_hit(doctored: Doctored, verify: Verify) -> None:
    doctored.partial(0, less_of(1))
    doctored.merge()
    verification = verify(doctored.index.root)
    check = only(verification, "counts of phrases in whole ranges, counted again in the raw corpus")
    assert verification.exit_code == 4 and check.n_failed == 1
    finding = check.details[0]
    assert (finding.expected, finding.found) == ("2", "1")
    assert "s00.bin" in finding.where and finding.phrase and finding.step is not None


def test_a_partial_without_a_phrase_that_stands_in_its_range(doctored: Doctored, verify: Verify) -> None:
    """The phrase is a false zero: the table agrees with the partials, the corpus does not."""
    counts = dict(doctored.ask("SELECT phrase_id, exposure_count FROM exposures"))
    gone = next(
        phrase
        for phrase, _, n_ranges in doctored.ask(
            "SELECT phrase_id, 0, count(DISTINCT shard) FROM places GROUP BY phrase_id ORDER BY phrase_id"
        )
        if n_ranges == 1 and counts[phrase] < 4
    )
    ((shard,),) = doctored.ask(f"SELECT DISTINCT shard FROM places WHERE phrase_id = {gone}")
    doctored.partial(shard, lambda rows: rows.remove(next(row for row in rows if row["phrase_id"] == gone)))
    doctored.merge()
    assert doctored.ask(f"SELECT status FROM exposures WHERE phrase_id = {gone}") == [("never",)]
    verification = verify(doctored.index.root)
    check = only(verification, "zeros, proved again in the raw corpus")
    assert (check.n_failed, verification.exit_code) == (1, 4)
    assert check.details[0].expected == str(counts[gone])


def test_doctored_rows_of_a_partial_whose_checksum_fits(doctored: Doctored, verify: Verify) -> None:
    def move(rows: list[Row]) -> None:
        row = next(row for row in rows if len(row["places"]) == 1)
        row["first_offset"] += 1
        row["places"][0]["token_offset"] += 1

    doctored.partial(0, move)
    doctored.merge()
    found = failed(verify(doctored.index.root))
    assert set(found) == {
        "counts of phrases in whole ranges, counted again in the raw corpus",
        "recorded places, found again in the raw corpus",
    }
    assert (
        found["recorded places, found again in the raw corpus"].details[0].what
        == "the phrase does not stand there"
    )


@pytest.mark.parametrize("facts", [{"n_visits": 5}, {"n_tokens": 5}], ids=["visits", "tokens"])
def test_what_a_partial_says_was_read(doctored: Doctored, verify: Verify, facts: dict) -> None:
    doctored.partial_facts(0, **facts)
    doctored.merge()
    assert only(verify(doctored.index.root), "what partials say was read, read again").n_failed == 1


def test_a_damaged_partial(doctored: Doctored, verify: Verify) -> None:
    path = doctored.index.partial_file(1)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    verification = verify(doctored.index.root)
    found = failed(verification)
    assert verification.exit_code == 4
    assert "is damaged" in found["partials against their checksums and the plan"].details[0].what


def test_a_changed_shard_of_the_same_size_and_time(doctored: Doctored, verify: Verify) -> None:
    shard = doctored.base / "shards/s01.bin"
    before = shard.stat()
    ids = np.fromfile(shard, "<u2")
    ids[:200] = ids[200:400]
    ids.tofile(shard)
    os.utime(shard, ns=(before.st_atime_ns, before.st_mtime_ns))
    verification = verify(doctored.index.root)
    found = failed(verification)
    assert verification.exit_code == 3, found
    check = found["ids of the corpus, hashed again, against the partials"]
    assert check.n_failed == 1 and "s01.bin" in check.details[0].where


def test_a_missing_shard_and_a_short_one(doctored: Doctored, verify: Verify) -> None:
    (doctored.base / "shards/s02.bin").unlink()
    short = doctored.base / "shards/s01.bin"
    short.write_bytes(short.read_bytes()[:-64])
    verification = verify(doctored.index.root)
    assert verification.exit_code == 3
    found = failed(verification)
    assert found["files of the corpus against sizes and hashes in the plan"].n_failed == 2
    assert found["ids of the corpus, hashed again, against the partials"].n_failed == 2


@pytest.mark.parametrize("name", ["shards/s01.idx", "shards/s01.bin", "order.npy"])
@pytest.mark.parametrize("keep", [0, 1, 20, 100])
def test_a_truncated_file_of_the_corpus_is_a_finding(
    doctored: Doctored, verify: Verify, name: str, keep: int
) -> None:
    path = doctored.base / name
    path.write_bytes(path.read_bytes()[:keep])
    verification = verify(doctored.index.root)
    assert verification.exit_code == 3
    found = failed(verification)
    assert "files of the corpus against sizes and hashes in the plan" in found and len(found) > 1


@pytest.mark.parametrize("at", [0, 9, 17, 18, 24, 34, 40, 140, 150])
def test_a_changed_byte_of_an_index_file_is_a_finding(doctored: Doctored, verify: Verify, at: int) -> None:
    path = doctored.base / "shards/s01.idx"
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    assert verify(doctored.index.root).exit_code == 3


def test_another_order_file(doctored: Doctored, verify: Verify) -> None:
    SmallCorpus.write_order(SmallCorpus(doctored.base, n_shards=3), seed=8)
    verification = verify(doctored.index.root)
    found = failed(verification)
    assert verification.exit_code == 3, found
    assert "order.npy" in found["files of the corpus against sizes and hashes in the plan"].details[0].where
    assert found["recorded places, found again in the raw corpus"].n_failed > 10


def test_another_index_file_beside_a_shard(doctored: Doctored, verify: Verify) -> None:
    shards = doctored.base / "shards"
    SmallCorpus(doctored.base / "other", n_shards=1).write_shard(0, 0, n=48, length=16)
    (shards / "s00.idx").write_bytes((doctored.base / "other/shards/s00.idx").read_bytes())
    verification = verify(doctored.index.root)
    assert verification.exit_code == 3
    assert (
        "s00.idx"
        in failed(verification)["files of the corpus against sizes and hashes in the plan"].details[0].where
    )


def test_a_copy_with_other_times_holds(doctored: Doctored, verify: Verify) -> None:
    for path in (doctored.base / "shards").iterdir():
        os.utime(path, (1, 1))
    assert verify(doctored.index.root).held
