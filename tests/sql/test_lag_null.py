"""The null distribution of the lag equals plain loops over the same random splits."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import duckdb

from indexer.exposure.database import SCHEMA_VERSION, building, define_macros
from indexer.splits.ask import load_query, run
from tests.support.given_pairs import open_for_pairs, take_pairs

CHECKPOINTS = [10, 20, 30, 40]
N_SPLITS = 60


def naive_lag(train: set[str], pairs: list[str], correct: dict[tuple[str, int], bool]) -> float | None:
    """The lag of one split: None where training never gets there, infinity where only validation does not."""

    def reached(side: list[str]) -> int | None:
        for checkpoint in CHECKPOINTS:
            scored = [correct[pair, checkpoint] for pair in side if (pair, checkpoint) in correct]
            if scored and sum(scored) / len(scored) >= 0.8:
                return checkpoint
        return None

    t_train = reached([pair for pair in pairs if pair in train])
    t_val = reached([pair for pair in pairs if pair not in train])
    if t_train is None:
        return None
    return float("inf") if t_val is None else t_val - t_train


def test_the_null_equals_plain_loops(tmp_path: Path) -> None:
    chance = random.Random(3)
    pairs = [f"p/{number}" for number in range(24)]
    train = set(pairs[:10])
    correct = {
        (pair, checkpoint): chance.random() < min(0.95, checkpoint / 35 + (0.35 if pair in train else 0))
        for pair in pairs
        for checkpoint in CHECKPOINTS
        if chance.random() < 0.95
    }
    database = tmp_path / "index.duckdb"
    with building(database) as connection:
        open_for_pairs(connection)
        connection.execute(
            f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}'),"
            " ('plan_fingerprint', 'test'), ('complete', 'true'),"
            " ('steps_known', 'true'), ('grain', 'checkpoint');"
            "INSERT INTO phrases VALUES (0, 'seen', 1, 1), (1, 'not seen', 2, 2);"
            "INSERT INTO exposures VALUES (0, 1, 1, NULL, TRUE, 'seen', 0, 0, 0, 0, 0),"
            " (1, 0, 0, NULL, FALSE, 'never', NULL, NULL, NULL, NULL, NULL);"
            "INSERT INTO checkpoints VALUES (40, 400)"
        )
        for pair in pairs:
            phrase = 0 if pair in train else 1
            connection.execute(
                "INSERT INTO given_pairs (pair_id, paradigm, good_phrase_id, bad_phrase_id)"
                " VALUES (?, 'p', ?, ?)",
                [pair, phrase, phrase],
            )
        for (pair, checkpoint), right in correct.items():
            connection.execute(
                "INSERT INTO given_results VALUES ('m', ?, ?, -1, -1, ?)", [checkpoint, pair, right]
            )
        take_pairs(connection)
        define_macros(connection)

    hashes = duckdb.connect()
    lags = []
    for draw in range(1, N_SPLITS + 1):
        keys = dict(
            hashes.execute(
                "SELECT pair, md5_number_lower('5 ' || $draw || ' ' || pair) FROM unnest($pairs) AS t (pair)",
                {"draw": draw, "pairs": pairs},
            ).fetchall()
        )
        chosen = sorted(pairs, key=lambda pair: (keys[pair], pair))[: len(train)]
        lags.append(naive_lag(set(chosen), pairs, correct))
    observed = naive_lag(train, pairs, correct)
    assert observed is not None
    assert len(set(lags)) > 2

    query = load_query("lag_null")
    answer = run(
        database, query.name, query.sql, query.bind({"n_splits": str(N_SPLITS), "seed": "5"})
    ).rows.to_pylist()
    told = {float("inf") if row["validation_never"] else row["lag"]: row["splits"] for row in answer}
    assert told == Counter(lags)
    p = (sum(lag is not None and lag >= observed for lag in lags) + 1) / (N_SPLITS + 1)
    assert {row["p"] for row in answer} == {round(p, 6)}
    assert {row["observed_lag"] for row in answer} == {observed}
