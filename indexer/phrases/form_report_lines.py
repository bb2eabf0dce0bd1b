"""Spells a report on id forms: as lines for a person, as plain values for a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.phrases.form_report import LEAST_PRECISION, LEAST_RECALL, READINGS, FormReport

_READINGS = {
    "exact": "exact spelling",
    "case": "any case, one space",
    "loose": "any case, any white space, either apostrophe",
}
_SETS = {"phrases": "your phrases", "spans": "spans of the sample"}
_VERDICTS = {True: "passes", False: "FAILS", None: "no verdict: the sample holds none of them"}


def report_heading(unit: str) -> str:
    """Return what the lines are under: which counts they are about."""
    column = "exposure_count_tokens" if unit == "both" else "exposure_count"
    return f"Id forms against the decoded text: what {column} misses of it"


def report_lines(reports: Mapping[str, FormReport]) -> Iterator[str]:
    """Yield the lines of what `indexer.phrases.form_report.form_report` measured."""
    for name, report in reports.items():
        yield (
            f"{_SETS[name]}: {_VERDICTS[report.passes()]} "
            f"({report.n_found:,} of {report.n_phrases:,} occur in {report.n_tokens:,} tokens)"
        )
        if report.n_unspellable:
            yield f"  {report.n_unspellable:,} without ids: the vocabulary cannot spell them"
        yield from (f"  note: {note}" for note in report.notes)
        for reading in READINGS:
            recall = report.recall(reading)
            if recall is not None:
                yield (
                    f"  recall, {_READINGS[reading]}: {recall:.2%} "
                    f"({report.missed[reading]:,} of {report.occurrences[reading]:,} missed)"
                )
        for tested, words in ((False, "before"), (True, "after")):
            precision = report.precision(tested=tested)
            if precision is not None:
                yield f"  precision {words} the boundary test: {precision:.2%}"
        for kind, n_missed in report.missed_kinds.most_common():
            example = " ".join(report.examples[kind][0].split())
            yield f"  missed {n_missed:,}: {kind}, as in “{example}”"
    limits = f"limits: recall of exact spellings {LEAST_RECALL:.1%}, tested precision {LEAST_PRECISION:.0%}"
    fails = any(report.passes() is False for report in reports.values())
    yield limits + ('; [match] unit = "text" counts what id forms miss' if fails else "")


def report_values(reports: Mapping[str, FormReport]) -> dict[str, Any]:
    """Return the same as plain values, for JSON."""
    return {
        name: {
            "passes": report.passes(),
            "n_tokens": report.n_tokens,
            "n_phrases": report.n_phrases,
            "n_found": report.n_found,
            "n_unspellable": report.n_unspellable,
            "notes": list(report.notes),
            "occurrences": {reading: report.occurrences[reading] for reading in READINGS},
            "missed": {reading: report.missed[reading] for reading in READINGS},
            "recall": {reading: report.recall(reading) for reading in READINGS},
            "precision": report.precision(tested=False),
            "precision_tested": report.precision(tested=True),
            "missed_kinds": dict(report.missed_kinds),
            "examples": {kind: list(found) for kind, found in report.examples.items()},
        }
        for name, report in reports.items()
    }
