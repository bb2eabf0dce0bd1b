"""Turns a recorded run into tables, and puts the main one between the README's markers.

``python -m benchmarks.table [RECORD] [--readme README.md]``
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

from benchmarks.measure import RECORD, speed

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
ROOT = RECORD.parent.parent
OURS = ("exposure indexer, ids", "text")


def tables(run: dict) -> str:
    """Return every experiment of a run as a table."""
    machine = run["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, caches {machine['caches']},"
        f" Python {machine['python']}; {run['date']} UTC, commit {run['commit']},"
        f" workload `{run['workload']}`;"
        f" load average of the minute: {machine['load_before']:.1f}",
        "",
    ]
    several = _workloads(run)
    for name in several:
        rows = _of(run, name)
        for experiment in dict.fromkeys(row["experiment"] for row in rows):
            heading = experiment if len(several) == 1 else f"{experiment} ({name})"
            of_one = [row for row in rows if row["experiment"] == experiment]
            lines += [f"### {heading}", "", *_table(of_one), ""]
    if len(several) == 2:
        lines += [f"### {several[1]} against {several[0]}", "", *_ratios(run, *several), ""]
    return "\n".join(lines)


def _workloads(run: dict) -> list[str]:
    """Return the names of what was searched; older records have one for all rows."""
    return list(dict.fromkeys(row.get("workload") or run["workload"] for row in run["rows"]))


def _of(run: dict, workload: str) -> list[dict]:
    return [row for row in run["rows"] if (row.get("workload") or run["workload"]) == workload]


def _ratios(run: dict, first: str, second: str) -> list[str]:
    """Return the same rows of two workloads beside each other, in the order in which they were measured."""
    lines = [
        f"| what | phrases | {first} | {second} | {second} / {first} |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    others: dict[str, list[dict]] = {}
    for row in _of(run, second):
        others.setdefault(row["experiment"], []).append(row)
    for row in _of(run, first):
        if others.get(row["experiment"]):
            other = others[row["experiment"]].pop(0)
            one, two = speed(row)[0], speed(other)[0]
            cells = (f"{row['experiment']}: {row['name']}", row["phrases"], _short(one), _short(two))
            lines.append("| " + " | ".join(cells) + f" | {two / one:.2f} |")
    return lines


def main_table(run: dict) -> str:
    """Return the table of the README: the largest phrase set that every peer ran."""
    rows = [row for row in run["rows"] if row["experiment"] == "scan" and row["phrases"] in ("134k", "-")]
    return "\n".join(_table(rows))


def _table(rows: list[dict]) -> list[str]:
    ours = [row for row in rows if row["name"] in OURS]
    lines = [
        "| what | phrases | M tokens/s | (range) | ours is faster by | build s | peak MB | occurrences |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        median, low, high = speed(row)
        reference = [one for one in ours if len(ours) == 1 or one["phrases"] == row["phrases"]]
        ratio = f"{_short(speed(reference[0])[0] / median)}x" if reference else ""
        count = (
            "" if row["occurrences"] is None else f"{row['occurrences']:,} in {row['n_tokens'] / 1e6:.0f} M"
        )
        cells = [
            row["name"],
            row["phrases"],
            _short(median),
            f"{_short(low)} to {_short(high)}",
            ratio,
            f"{row['build_seconds']:.2f}",
            "" if row["private_bytes"] is None else f"{row['private_bytes'] / 1e6:,.0f}",
            count,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _short(value: float) -> str:
    """Return a positive number with three digits that count, and with its thousands apart."""
    n_decimals = 2 - math.floor(math.log10(value))
    return f"{round(value, n_decimals):,.{max(0, n_decimals)}f}"


def splice(readme: Path, record: Path) -> None:
    """Put the main table of a record between the markers of a file."""
    text = readme.read_text()
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{readme}: no place for the table; expected the lines {BEGIN} and {END}")
    run = json.loads(record.read_text())
    if not any(row["experiment"] == "scan" for row in run["rows"]):
        raise SystemExit(f"{record}: no rows of the experiment `scan`; name a record that has them")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    source = (
        f"`make bench` made it on {run['date'][:10]} ({run['machine']['processor']});"
        f" raw figures: `benchmarks/record/{record.name}`."
    )
    readme.write_text(f"{before}{BEGIN}\n{main_table(run)}\n\n{source}\n{END}{after}")


def newest() -> Path:
    records = sorted(RECORD.glob("*.json"))
    if not records:
        raise SystemExit("no recorded run; `make bench` makes one")
    return records[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("record", type=Path, nargs="?", help="a recorded run; the newest if none is named")
    parser.add_argument("--readme", type=Path, help="put the main table there")
    arguments = parser.parse_args()
    record = arguments.record or newest()
    if arguments.readme:
        splice(arguments.readme, record)
    else:
        print(tables(json.loads(record.read_text())))


if __name__ == "__main__":
    main()
