"""Partials written by hand, and the tables that are merged from them: plain loops say what is wanted."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.exposure.database import building, sql
from indexer.exposure.partial_rows import beyond_64_bits, read_rows
from indexer.partials import SCHEMA
from indexer.phrases import pair_table

TABLES = ("exposures", "exposure_bins", "places", "unit_differences")


def row(phrase: int, *places: tuple[int | None, int, int], unit="tokens", alone=(), kept=None) -> dict:
    """Return what a scan writes of a phrase seen at places of (step, sequence, token_offset)."""
    ordered = sorted(places, key=lambda place: (-1 if place[0] is None else place[0], *place[1:]))
    steps = [step for step, *_ in ordered if step is not None]
    bins: dict[int, int] = {}
    for step in steps:
        bins[10 if step < 10 else 20] = bins.get(10 if step < 10 else 20, 0) + 1
    return {
        "unit": unit,
        "phrase_id": phrase,
        "exposure_count": len(ordered),
        "sequence_count": len({sequence for _, sequence, _ in ordered}),
        "first_step": ordered[0][0],
        "first_sequence": ordered[0][1],
        "first_offset": ordered[0][2],
        "last_step": max(steps, default=None),
        "bins": [{"checkpoint": at, "exposure_count": n} for at, n in sorted(bins.items())],
        "places": [
            {"step": step, "sequence": sequence, "token_offset": offset, "n_tokens": 2}
            for step, sequence, offset in ordered[:kept]
        ],
        "alone": [{"spelled": spelled, "exposure_count": n} for spelled, n in alone],
    }


def _merged(folder: Path, at_once: int, *partials: list[dict], n_places, complete, units) -> dict:
    """Return the rows of every table, merged from partials, of three phrases and two shards of 100."""
    names = []
    for number, rows in enumerate(partials):
        names.append(str(folder / f"{number}.parquet"))
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), names[-1])
    phrases = {
        "phrase_id": [0, 1, 2],
        "phrase": ["a b", "c d", "e f"],
        "n_words": [2] * 3,
        "n_tokens": [2] * 3,
    }
    pq.write_table(pa.table(phrases), folder / "phrases.parquet")
    pq.write_table(pair_table.SCHEMA.empty_table(), folder / "pairs.parquet")
    with building(folder / f"{at_once}.duckdb") as connection:
        connection.execute("INSERT INTO checkpoints VALUES (10, 100), (20, 200)")
        connection.execute(
            "INSERT INTO shards VALUES (0, 'a', 1, 'x', 0, 100, 9, 0, 100, FALSE),"
            " (1, 'empty', 1, 'x', 100, 0, 0, 0, 0, FALSE), (2, 'b', 1, 'x', 100, 100, 9, 0, 100, FALSE)"
        )
        variables = {
            "phrases": str(folder / "phrases.parquet"),
            "pairs": str(folder / "pairs.parquet"),
            "first_unit": units[0],
            "second_unit": units[1],
            "n_places": n_places,
            "certain": complete,
        }
        for name, value in variables.items():
            connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
        read_rows(connection, names, at_once=at_once)
        connection.execute(sql("merge.sql"))
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


def merged(folder: Path, *partials: list[dict], n_places=3, complete=True, units=("tokens", None)) -> dict:
    """Return the rows of every table, the same whether all partials are few or each is one of many."""
    few, many = (
        _merged(folder, at_once, *partials, n_places=n_places, complete=complete, units=units)
        for at_once in (1000, 1)
    )
    assert few == many
    return few


def test_counts_are_added_and_the_first_step_wins_wherever_it_was_scanned(tmp_path: Path):
    late, early = row(0, (7, 3, 1), (19, 4, 0)), row(0, (2, 150, 9), (2, 151, 0))
    found = merged(tmp_path, [late], [early])
    assert found["exposures"] == [
        (0, 4, 4, None, True, "seen", 2, 19, 150, 9, 2),
        (1, 0, 0, None, False, "never", None, None, None, None, None),
        (2, 0, 0, None, False, "never", None, None, None, None, None),
    ]
    assert found["exposure_bins"] == [(0, 10, 3), (0, 20, 1)]


def test_of_one_step_the_first_sequence_wins_then_the_first_offset(tmp_path: Path):
    found = merged(tmp_path, [row(1, (5, 9, 4), (5, 9, 2))], [row(1, (5, 120, 0))])
    assert found["exposures"][1] == (1, 3, 2, None, True, "seen", 5, 5, 9, 2, 0)


def test_places_are_the_first_of_all_partials(tmp_path: Path):
    one = row(0, (1, 0, 0), (4, 1, 0), (8, 2, 0))
    other = row(0, (3, 100, 5), (3, 100, 1), (9, 101, 0))
    found = merged(tmp_path, [one], [other], n_places=4)
    assert [place[1:5] for place in found["places"]] == [
        (0, 1, 0, 0),
        (1, 3, 100, 1),
        (2, 3, 100, 5),
        (3, 4, 1, 0),
    ]
    assert [place[-1] for place in found["places"]] == [0, 2, 2, 0]


@pytest.mark.parametrize(("complete", "status"), [(True, "never"), (False, "unknown")])
def test_no_count_is_never_only_where_nothing_is_missing(tmp_path: Path, complete, status):
    found = merged(tmp_path, [row(0, (1, 0, 0))], complete=complete)
    assert [each[5] for each in found["exposures"]] == ["seen", status, status]


def test_without_an_order_the_first_place_is_the_first_of_the_corpus(tmp_path: Path):
    found = merged(tmp_path, [row(0, (None, 130, 1))], [row(0, (None, 7, 3), (None, 8, 0))])
    assert found["exposures"][0] == (0, 3, 3, None, True, "seen", None, None, 7, 3, 0)
    assert found["exposure_bins"] == []


def test_with_both_units_text_counts_and_ids_stand_beside(tmp_path: Path):
    text = row(0, (1, 0, 0), (2, 1, 0), unit="text", alone=[("a b", 1)])
    again = row(0, (3, 100, 0), unit="text", alone=[("a b", 1), ("A b", 1)])
    ids = row(0, (2, 1, 0))
    only_ids = row(1, (6, 2, 2), alone=[("c d", 1)])
    found = merged(tmp_path, [text, ids, only_ids], [again], units=("text", "tokens"))
    assert found["exposures"][0][:8] == (0, 3, 3, 1, True, "seen", 1, 3)
    # ids alone are not an exposure of the text
    assert found["exposures"][1][:6] == (1, 0, 0, 1, False, "never")
    assert found["exposures"][2][:6] == (2, 0, 0, 0, False, "never")
    assert found["exposure_bins"] == [(0, 10, 3)]
    assert found["unit_differences"] == [
        (0, "text", "A b", 1),
        (0, "text", "a b", 2),
        (1, "tokens", "c d", 1),
    ]


def test_exposures_beyond_64_bits_are_refused_by_the_phrase(tmp_path: Path) -> None:
    many = {**row(1, (3, 4, 5)), "exposure_count": (1 << 64) - 1}
    with building(tmp_path / "x.duckdb") as connection:
        connection.register("count_rows", pa.Table.from_pylist([many, many], SCHEMA))
        error = beyond_64_bits(connection)
    assert error.exit_code == 3
    assert "phrase 1 has 36,893,488,147,419,103,230 exposures" in error.line()


def test_the_largest_count_is_kept_to_the_last_digit(tmp_path: Path) -> None:
    halves = [{**row(1, (3, 4, 5)), "exposure_count": n} for n in ((1 << 63) - 1, 1 << 63)]
    tables = merged(tmp_path, *[[half] for half in halves])
    assert any((1 << 64) - 1 in line for line in tables["exposures"])
    (tmp_path / "again").mkdir()
    with pytest.raises(duckdb.ConversionException):
        merged(tmp_path / "again", *[[half] for half in (halves[1], halves[1])])
