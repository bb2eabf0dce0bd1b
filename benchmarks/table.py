"""Turns a recorded run into tables: ``python -m benchmarks.table [RECORD]``."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

from benchmarks.measure import RECORD, speed

ROOT = RECORD.parent.parent
OURS = ("exposure indexer, ids", "text")
READ_LIMIT = "read limit: xor of all ids"


def tables(run: dict) -> str:
    """Return every experiment of a run as a table."""
    lines = [of_machine(run), ""]
    several = workloads(run)
    for name in several:
        rows = rows_of(run, name)
        limit = next((speed(row)[0] for row in rows if row["name"] == READ_LIMIT), None)
        for experiment in dict.fromkeys(row["experiment"] for row in rows):
            heading = experiment if len(several) == 1 else f"{experiment} ({name})"
            of_one = [row for row in rows if row["experiment"] == experiment]
            lines += [f"### {heading}", "", *_table(of_one, limit), ""]
    if len(several) == 2:
        lines += [f"### {several[1]} against {several[0]}", "", *_ratios(run, *several), ""]
    return "\n".join(lines)


def of_machine(run: dict) -> str:
    """Return what a run was measured on, and when."""
    machine = run["machine"]
    text = (
        f"{machine['processor']}, {machine['cores']} cores, caches {machine['caches']},"
        f" Python {machine['python']}; {run['date']} UTC, commit {run['commit']},"
        f" workload `{run['workload']}`; load average of the minute: {machine['load_before']:.1f}"
    )
    by_core = any(row.get("clock") == "processor" for row in run["rows"])
    return text + ("; rows of one thread in the time they had a core" if by_core else "")


def workloads(run: dict) -> list[str]:
    """Return the names of what was searched; older records have one for all rows."""
    return list(dict.fromkeys(row.get("workload") or run["workload"] for row in run["rows"]))


def rows_of(run: dict, workload: str) -> list[dict]:
    """Return the rows of one workload."""
    return [row for row in run["rows"] if (row.get("workload") or run["workload"]) == workload]


def _ratios(run: dict, first: str, second: str) -> list[str]:
    """Return the same rows of two workloads beside each other, in the order in which they were measured."""
    lines = [
        f"| M tokens/s | phrases | {first} | {second} | {second} / {first} |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    others: dict[str, list[dict]] = {}
    for row in rows_of(run, second):
        others.setdefault(row["experiment"], []).append(row)
    for row in rows_of(run, first):
        if others.get(row["experiment"]):
            other = others[row["experiment"]].pop(0)
            one, two = speed(row)[0], speed(other)[0]
            cells = (f"{row['experiment']}: {row['name']}", row["phrases"], short(one), short(two))
            lines.append("| " + " | ".join(cells) + f" | {two / one:.2f} |")
    return lines


def _table(rows: list[dict], limit: float | None) -> list[str]:
    ours = [row for row in rows if row["name"] in OURS]
    table = [
        [
            "what",
            "phrases",
            "M tokens/s",
            "(range)",
            "of the read limit",
            "ours is faster by",
            "build s",
            "peak MB",
            "occurrences",
        ]
    ]
    for row in rows:
        median, low, high = speed(row)
        reference = [one for one in ours if len(ours) == 1 or one["phrases"] == row["phrases"]]
        count = ""
        if row["occurrences"] is not None:
            count = f"{row['occurrences']:,} in {short(row['n_tokens'] / 1e6)} M"
        table.append(
            [
                row["name"],
                row["phrases"],
                short(median),
                f"{short(low)} to {short(high)}",
                f"{short(median / limit * 100)} %" if limit else "",
                f"{short(speed(reference[0])[0] / median)}x" if reference else "",
                f"{row['build_seconds']:.2f}",
                "" if row["private_bytes"] is None else f"{row['private_bytes'] / 1e6:,.0f}",
                count,
            ]
        )
    return aligned(table)


def aligned(table: list[list[str]]) -> list[str]:
    """Return a table that lines up on a screen too; the first column is text, the others are numbers."""
    kept = [k for k in range(len(table[0])) if any(row[k] for row in table[1:])]
    widths = [max(len(row[k]) for row in table) for k in kept]
    lines = []
    for row in table:
        cells = [f"{row[k]:<{w}}" if k == 0 else f"{row[k]:>{w}}" for k, w in zip(kept, widths, strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    rule = ["-" * w if k == 0 else "-" * (w - 1) + ":" for k, w in zip(kept, widths, strict=True)]
    return [lines[0], "| " + " | ".join(rule) + " |", *lines[1:]]


def short(value: float) -> str:
    """Return a positive number with three digits that count, and with its thousands apart."""
    n_decimals = 2 - math.floor(math.log10(value))
    return f"{round(value, n_decimals):,.{max(0, n_decimals)}f}"


def newest() -> Path:
    """Return the last recorded run."""
    records = sorted(RECORD.glob("*.json"))
    if not records:
        raise SystemExit("no recorded run; `make bench` makes one")
    return records[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", type=Path, nargs="?", help="a recorded run; the newest if none is named")
    print(tables(json.loads((parser.parse_args().record or newest()).read_text())))


if __name__ == "__main__":
    main()
