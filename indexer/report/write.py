"""Writes the report of an index: asks the questions, draws the charts, makes the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from indexer import __version__
from indexer.errors import ResourceError
from indexer.index_dir import IndexDir, commit_file
from indexer.plurals import counted
from indexer.report.acquisition_charts import acquisition_by_count, forgetting
from indexer.report.chart import Chart, Row, rows_of
from indexer.report.exposure_charts import exposure_counts, first_exposures, phrases_met, spacing
from indexer.report.item_charts import share_over_training
from indexer.report.model_charts import (
    attention_by_head,
    attention_share,
    concept_auroc,
    effective_rank,
)
from indexer.report.result_charts import (
    accuracy_by_dose,
    accuracy_by_seen,
    accuracy_over_checkpoints,
    null_of_the_lag,
)
from indexer.report.split_charts import balance_by_paradigm, balance_by_phenomenon, match_sensitivity
from indexer.splits.ask import Answer, ask, load_query
from indexer.splits.query_file import QueryFile

Draw = Callable[[QueryFile, Answer], Chart]

BOTH_WAYS = "explore/match_sensitivity"
"""Has rows in an index that counts text and ids alone."""

CHARTS: tuple[tuple[str, Draw], ...] = (
    ("splits/balance", balance_by_phenomenon),
    ("splits/balance_by_paradigm", balance_by_paradigm),
    ("explore/exposure_histogram", exposure_counts),
    ("dynamics/first_exposures_by_phenomenon", first_exposures),
    ("dynamics/first_exposures", phrases_met),
    ("spacing/gaps_by_count", spacing),
    (BOTH_WAYS, match_sensitivity),
)
"""Charts an index can draw by itself: the question and what draws the answer, in the order of the page."""

PAIR_CHARTS = ("dynamics/first_exposures_by_phenomenon", BOTH_WAYS)
"""Of these, those that tell of pairs; those of splits need pairs too."""

THRESHOLD = 0.8
"""Accuracy that counts as reached, as in arXiv 2606.00230."""


def result_charts(threshold: float) -> tuple[tuple[str, Draw], ...]:
    """Return those that need imported results of pairs, with lags at an accuracy."""
    return (
        ("dynamics/accuracy", partial(accuracy_over_checkpoints, threshold=threshold)),
        ("dynamics/lag_null", null_of_the_lag),
        ("dynamics/accuracy_by_dose", accuracy_by_dose),
        ("dynamics/accuracy_by_seen", accuracy_by_seen),
    )


ITEM_CHARTS: tuple[tuple[str, Draw], ...] = (("contamination/share_over_training", share_over_training),)
"""Those that need items other than pairs."""

MEASURE_CHARTS: tuple[tuple[str, Draw], ...] = (
    ("acquisition/acquisition_by_count", acquisition_by_count),
    ("acquisition/forgetting", forgetting),
)
"""Those that need imported results of any measure."""

MODEL_CHARTS: tuple[tuple[str, str, Draw], ...] = (
    ("auroc", "models/concept_vectors", concept_auroc),
    ("effective_rank", "models/concept_vectors", effective_rank),
    ("attention", "models/attention_by_head", attention_by_head),
    ("attention", "models/attention_share", attention_share),
)
"""Those that need imported measures of models, by the measure each needs."""

TABLES = ("explore/shards", "explore/provenance")
UNCERTAIN = "Zeros are not certain here: what was not seen so far is unknown, not never. See exposure status."

RESULT_TABLES = ("dynamics/lag", "dynamics/lag_published")


def write_report(
    root: str | Path,
    out: Path,
    *,
    images: Path | None = None,
    min_count: int = 1,
    side: str = "either",
    threshold: float | None = None,
    allow_paths: Sequence[str] = (),
    announce: Callable[[str], None] = lambda line: None,
) -> list[Chart]:
    """Write the report of an index.

    Parameters
    ----------
    root : str or Path
        The index directory.
    out : Path
        The page, one HTML file that opens offline.
    images : Path, optional
        Folder for each chart as SVG and PNG; default: ``<stem of out>_charts`` beside the page.
    min_count, side : int, str
        The split that is drawn, over the whole training window.
    threshold : float, optional
        Accuracy that counts as reached, 0 to 1; default: 0.8 in charts, and 0.7, 0.8 and 0.9 in the table.
    allow_paths : sequence of str
        Folders that first places may be read from besides what the plan names.
    announce : callable
        Is told what is being waited for.

    Returns
    -------
    list of Chart
        What was drawn.

    Raises
    ------
    ResourceError
        The packages of the extra ``report`` are not installed.
    """
    _require_packages()
    from indexer.report.images import bundle, svg, write_images
    from indexer.report.page import page, snippet
    from indexer.report.search import script, search_box

    given = {"min_count": str(min_count), "side": side}
    given |= {} if threshold is None else {"threshold": str(threshold)}
    overview = rows_of(ask(root, "explore/overview"))[0]
    with_results = _n_rows(root, "pair_results") > 0
    asked = CHARTS + (result_charts(THRESHOLD if threshold is None else threshold) if with_results else ())
    n_items = _n_rows(root, "items WHERE kind = 'item'")
    asked += ITEM_CHARTS if n_items else ()
    asked += MEASURE_CHARTS if _n_rows(root, "results") else ()
    measured = rows_of(ask(root, "SELECT DISTINCT measure FROM model_measures"))
    asked += tuple((name, draw) for measure, name, draw in MODEL_CHARTS if {"measure": measure} in measured)

    charts = []
    for name, draw in asked:
        query = load_query(name)
        if not overview["pairs"] and (name in PAIR_CHARTS or "min_count" in _names(query)):
            continue  # a split of no pairs
        announce(f"Asking: {query.title}")
        answer = ask(root, name, parameters_of(name, given))
        if name == BOTH_WAYS and not answer.rows.num_rows:
            continue  # counted in one way only
        charts.append(draw(query, answer))
    tables = []
    for name in (RESULT_TABLES if with_results else ()) + TABLES:
        query = load_query(name)
        answer = ask(root, name, parameters_of(name, given))
        tables.append((query.title, query.sentence, answer))

    announce("Drawing")
    drawn = [(chart, svg(chart.print_specification()) if chart.panels else "") for chart in charts]
    answer = tables[0][2]
    taken = "".join(f" Taken on purpose: {found}." for found in answer.taken_on_purpose.values())
    found = rows_of(ask(root, "SELECT value FROM provenance WHERE key = 'notes'"))
    notes = [note for row in found for note in json.loads(row["value"])]
    html = page(
        title="Exposure report",
        facts=_facts(overview, n_items, min_count, side),
        notes=[f"{note[:1].upper()}{note[1:]}." for note in notes],
        warning=(("" if answer.complete else UNCERTAIN) + taken).strip(),
        charts=drawn,
        tables=tables,
        footer=f"Index {answer.fingerprint}, {counted(answer.n_unverified_shards, 'shard')} not compared "
        f"with a known hash, exposure-indexer {__version__}.",
        script=bundle(snippet() + script()),
        search=search_box(IndexDir(root), allow_paths=allow_paths, announce=announce),
    )
    commit_file(out, lambda aside: aside.write_text(html, encoding="utf-8"))
    write_images([pair for pair in drawn if pair[1]], images or out.with_name(f"{out.stem}_charts"))
    return charts


def _n_rows(root: str | Path, of_what: str) -> int:
    return int(rows_of(ask(root, f"SELECT count(*) AS n FROM {of_what}"))[0]["n"])


def _held(n_pairs: int, n_items: int) -> str:
    """Name what stands in the index beside phrases, with a comma behind each."""
    pairs = f"{counted(n_pairs, 'minimal pair')}, " if n_pairs else ""
    items = f"{counted(n_items, 'other item' if n_pairs else 'item')}, " if n_items else ""
    return pairs + items


def _facts(overview: Row, n_items: int, min_count: int, side: str) -> str:
    split = (
        f" The split: pairs are proxy_train whose phrases (side = {side}) have at least "
        f"{counted(min_count, 'exposure')} in the whole training window."
        if overview["pairs"]
        else ""
    )
    return (
        f"{counted(overview['phrases'], 'phrase')}, {_held(overview['pairs'], n_items)}"
        f"{counted(overview['tokens'], 'token')} in {counted(overview['sequences'], 'sequence')}, "
        f"{counted(overview['steps'] or 0, 'step')}; "
        f"{counted(overview['phrases_seen'], 'phrase')} seen, {counted(overview['exposures'], 'exposure')}."
        f"{split}"
    )


def _require_packages() -> None:
    missing = [package for package in ("altair", "vl_convert") if find_spec(package) is None]
    if missing:
        raise ResourceError(
            f"the report needs {' and '.join(missing)}",
            fix="install the extra: python -m pip install 'exposure-indexer[report]'",
        )


def parameters_of(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return which of the given parameters a question takes; a threshold is one of accuracy alone."""
    names = set(_names(load_query(name))) - (set() if name.startswith("dynamics/") else {"threshold"})
    return {key: value for key, value in given.items() if key in names}


def _names(query: QueryFile) -> list[str]:
    return [parameter.name for parameter in query.parameters]
