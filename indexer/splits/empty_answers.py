"""Tells a question that this index can only answer with no rows from one that found nothing."""

from __future__ import annotations

import re

from indexer.errors import ConfigError
from indexer.exposure.query_door import UNHURRIED, ask_in_process
from indexer.index_dir import IndexDir
from indexer.splits.named_values import require_pairs

_HELD = """SELECT
    EXISTS (FROM results) AS results,
    EXISTS (FROM items WHERE kind = 'item') AS items,
    EXISTS (FROM model_measures) AS measures,
    (SELECT value FROM provenance WHERE key = 'match_unit') AS unit,
    (SELECT value FROM provenance WHERE key = 'steps_known') AS steps_known
"""
_OF_PAIRS = "pairs|pair_results|pair_exposures|pair_from|split_at|matched_split_at|probe_positions"
_OF_RESULTS = "results|pair_results|acquisition"
_OF_ITEMS = "item_verdicts|verbatim_runs"
_OF_BOTH_UNITS = "unit_differences"
_OF_STEPS = r"\b(?:first_step|last_step|exposure_bins|exposed_steps)\b"


def refuse_what_is_always_empty(index: IndexDir, sql: str) -> None:
    """Refuse a question that gave no rows, if the index holds nothing of what it is about.

    Parameters
    ----------
    index : IndexDir
        What was asked.
    sql : str
        The text of the question.

    Raises
    ------
    ConfigError
        It reads minimal pairs, results, items or measures of models, and the index holds none of these; or
        it compares the units, and the index counts in one; or it asks for steps, and the order is not known.
    """
    if _reads(sql, _OF_PAIRS):
        require_pairs(index)
    (held,) = ask_in_process(index.database_file, "empty_answers", _HELD, {}, UNHURRIED).rows.to_pylist()
    add_some = f"add some with `exposure import {index.typed} FILES`"
    compares = _reads(sql, _OF_BOTH_UNITS) or "exposure_count_tokens IS NOT NULL" in sql
    if compares and held["unit"] != "both":
        raise ConfigError(
            f"counts in one unit, {held['unit']}, so there is nothing to compare",
            path=index.root,
            fix='index again, elsewhere, with [match] unit = "both"',
        )
    if held["steps_known"] == "false" and re.search(_OF_STEPS, sql):
        raise ConfigError(
            "holds no steps, since the order of the corpus is not known, so there is nothing to tell",
            path=index.root,
            fix="index again, elsewhere, with the order of the run: [order] kind",
        )
    if _reads(sql, _OF_RESULTS) and not held["results"]:
        raise ConfigError("holds no results, so there is nothing to tell", path=index.root, fix=add_some)
    if _reads(sql, "model_measures") and not held["measures"]:
        raise ConfigError("holds no measures of models", path=index.root, fix=add_some)
    if (_reads(sql, _OF_ITEMS) or "kind = 'item'" in sql) and not held["items"]:
        raise ConfigError(
            "holds no items but minimal pairs, so there is nothing to tell",
            path=index.root,
            fix=f"ask `exposure query {index.typed} explore/overview`, or index again with items in it",
        )


def _reads(sql: str, names: str) -> bool:
    return re.search(rf"\b(?:FROM|JOIN)\s+(?:{names})\b", sql) is not None
