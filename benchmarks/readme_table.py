"""Puts the main rows of several recorded runs, of several makers, between the README's markers.

``python -m benchmarks.readme_table RECORD...``: a column for each workload of each record.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.measure import speed
from benchmarks.table import READ_LIMIT, ROOT, aligned, rows_of, short, workloads

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
OURS = "exposure indexer, ids"
CALLED = {"real": "real text", "seeded": "seeded language"}


def main_table(runs: list[dict]) -> list[str]:
    """Return the rows of `scan`, a column for each workload of each run: M tokens/s, and against ours."""
    columns = []
    for run in runs:
        for name in workloads(run):
            rows = {row["name"]: row for row in rows_of(run, name) if row["experiment"] == "scan"}
            if rows:
                heading = f"{_maker(run)}, {CALLED.get(name, name)}"
                columns.append((f"{heading} (anyone)" if name == "seeded" else heading, rows))
    table = [["M tokens/s (ours against it)", *(heading for heading, _ in columns)]]
    for name in dict.fromkeys(name for _, rows in columns for name in rows):
        table.append([name, *(_cell(rows, name) for _, rows in columns)])
    table.append(["occurrences ours found, as counted", *(_found(rows[OURS]) for _, rows in columns)])
    return aligned(table)


def _cell(rows: dict[str, dict], name: str) -> str:
    if name not in rows:
        return ""
    median, ours = speed(rows[name])[0], speed(rows[OURS])[0]
    if name == OURS:
        return f"{short(median)} ({ours / speed(rows[READ_LIMIT])[0]:.1%} of reading)"
    return f"{short(median)} ({short(ours / median)}x)"


def _found(row: dict) -> str:
    return f"{row['occurrences']:,} in {short(row['n_tokens'] / 1e6)} M"


def _maker(run: dict) -> str:
    words = run["machine"]["processor"].replace("(R)", "").replace("Processor", "").split()
    return " ".join(words[:2])


def splice(readme: Path, records: list[Path]) -> None:
    """Put the main table of records between the markers of a file."""
    text = readme.read_text()
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{readme}: no place for the table; expected the lines {BEGIN} and {END}")
    runs = [json.loads(record.read_text()) for record in records]
    for record, run in zip(records, runs, strict=True):
        if not {READ_LIMIT, OURS} <= {row["name"] for row in run["rows"]}:
            raise SystemExit(f"{record}: no rows of the experiment `scan`; name a record that has them")
    sources = [_source(record, run) for record, run in zip(records, runs, strict=True)]
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    table = "\n".join(main_table(runs))
    readme.write_text(f"{before}{BEGIN}\n{table}\n\nMeasured:\n\n" + "\n".join(sources) + f"\n{END}{after}")


def _source(record: Path, run: dict) -> str:
    caches = " / ".join(run["machine"]["caches"].values())
    by_core = any(row.get("clock") == "processor" for row in run["rows"])
    return (
        f"* {run['machine']['processor']} (caches {caches}), {run['date'][:10]}, commit {run['commit']},"
        f" `benchmarks/record/{record.name}`"
        + ("; beside other work, in the time a row had a core" if by_core else "")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    arguments = parser.parse_args()
    splice(arguments.readme, arguments.records)


if __name__ == "__main__":
    main()
