"""Charts of the splits: their balance, and how much they hang on the way of matching."""

from __future__ import annotations

from indexer.report.chart import Chart, rows_of
from indexer.report.stacked_rows import stacked_rows
from indexer.report.theme import AGREEMENT, SPLITS
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

FEW_PAIRS = 100
"""The study set paradigms aside whose splits had fewer pairs than this."""


def balance_by_phenomenon(query: QueryFile, answer: Answer) -> Chart:
    """Draw how many pairs of each phenomenon a split puts where."""
    rows = rows_of(answer)
    for row in rows:
        row["phenomenon"] = row["phenomenon"] or "no phenomenon"
    legend = {part: colour for part, colour in SPLITS.items() if any(row[part] for row in rows)}
    panels = (stacked_rows(rows, "phenomenon", legend, "minimal pairs"),) if legend else ()
    return Chart("split_balance", query.title, query.sentence, answer, panels, legend)


def balance_by_paradigm(query: QueryFile, answer: Answer) -> Chart:
    """Draw how many pairs of each paradigm a split puts where; mark those too small to study."""
    rows = rows_of(answer)
    few = 0
    for row in rows:
        smaller = min(("proxy_train", "proxy_validation"), key=lambda part: int(row[part]))
        if row[smaller] < FEW_PAIRS:
            few += 1
            # short, since names are long and pages narrow; the colours say which split it is
            row["remark"] = f"  \u25b2 {row[smaller]}"
    note = (
        f"\u25b2 marks paradigms with fewer than {FEW_PAIRS} pairs in a split, and says how many: "
        f"{few} of {len(rows)}."
        if few
        else ""
    )
    legend = {part: colour for part, colour in SPLITS.items() if any(row[part] for row in rows)}
    panels = (stacked_rows(rows, "paradigm", legend, "minimal pairs"),) if legend else ()
    return Chart("split_balance_by_paradigm", query.title, query.sentence, answer, panels, legend, note)


def match_sensitivity(query: QueryFile, answer: Answer) -> Chart:
    """Draw how many pairs change sides between text and token-id matching."""
    rows = rows_of(answer)
    panels = (stacked_rows(rows, "paradigm", AGREEMENT, "minimal pairs"),)
    return Chart("match_sensitivity", query.title, query.sentence, answer, panels, AGREEMENT)
