"""Pairs and their results as tests write them, one row each; made items as a merge makes them."""

from __future__ import annotations

import duckdb

from indexer.exposure.database import sql
from indexer.phrases.pair_table import empty_pairs

_RESULTS = """
CREATE TEMP TABLE given_results (
    model VARCHAR, checkpoint BIGINT, pair_id VARCHAR, score_good DOUBLE, score_bad DOUBLE, correct BOOLEAN
)
"""


def open_for_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables `given_pairs`, as a merge reads it, and `given_results`."""
    columns = empty_pairs()
    connection.register("no_pairs", columns)
    connection.execute("CREATE TEMP TABLE given_pairs AS SELECT * FROM no_pairs")
    connection.unregister("no_pairs")
    connection.execute(_RESULTS)


def take_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Turn what stands in `given_pairs` and `given_results` into items and their results."""
    connection.execute(sql("items_of_pairs.sql"))
    unpivoted = sql("results_of_version_1.sql").replace("FROM results", "FROM given_results")
    connection.execute(f"INSERT INTO results {unpivoted}")
    connection.execute("DROP TABLE given_pairs; DROP TABLE given_results")
