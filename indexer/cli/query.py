"""``exposure query`` and ``split``: questions and what is written of their answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.cli.command import command
from indexer.cli.lines import print_paragraph, tell
from indexer.cli.options import (
    IndexFolder,
    allow_path_option,
    attach_option,
    checkpoint_option,
    index_argument,
    max_rows_option,
    min_count_option,
    parameter_option,
    query_memory_option,
    read_parameters,
    side_option,
    timeout_option,
)
from indexer.cli.table import print_table
from indexer.plurals import counted

if TYPE_CHECKING:
    from indexer.splits.ask import Answer


@command(
    "exposure query index most_exposed -p n_rows=5",
    "exposure query index hits_to_judge -p n_hits=5 --context",
    "exposure query index seen_here_never_there --attach other=index2 -p before=1000",
    "exposure query index \"SELECT count(*) FROM exposures WHERE status = 'never'\"",
    "exposure query --list by_item",
)
@click.argument("index_dir", metavar="INDEX", required=False, type=IndexFolder())
@click.argument("question", required=False)
@parameter_option
@attach_option
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "csv", "json", "jsonl", "parquet"]),
    default="table",
    show_default=True,
    help="How the rows are printed; parquet needs --out.",
)
@click.option("--out", type=click.Path(dir_okay=False), help="Write to a file.")
@click.option(
    "--context", is_flag=True, help="Where rows are places: add the text of the corpus around each."
)
@allow_path_option
@click.option("--limit", type=click.IntRange(min=1), default=None, help="Fetch this many rows at most.")
@timeout_option
@query_memory_option
@max_rows_option
@click.option(
    "--list",
    "list_queries",
    is_flag=True,
    help="List the questions that are ready, or those with a word in their name.",
)
def query(
    index_dir: str | None,
    question: str | None,
    parameters: tuple[str, ...],
    attached: tuple[str, ...],
    output_format: str,
    out: str | None,
    context: bool,
    allow_paths: tuple[str, ...],
    limit: int | None,
    timeout: float | None,
    max_memory: str | None,
    max_rows: int,
    list_queries: bool,
) -> None:
    """Ask an index: by the name of a question, a .sql file, or one SELECT.

    Read-only, and in a process of its own, which is ended when it takes too much time or memory.
    """
    if list_queries:
        _print_questions(_word_listed(index_dir, question))
        return
    if index_dir is None or question is None:
        raise click.UsageError("give an INDEX and a QUESTION, or --list")
    from indexer.config.sizes import parse_size
    from indexer.exposure.query_door import QueryLimits

    limits = QueryLimits(
        seconds=timeout or "by question",
        memory_bytes=None if max_memory is None else parse_size(max_memory, key="--max-memory"),
        max_rows=max_rows,
        limit=limit,
    )
    from indexer.splits.ask import ask
    from indexer.splits.manifest import manifest_format

    if out is not None:
        manifest_format(Path(out), None if output_format == "table" else output_format)
    others = read_parameters(attached, "--attach")
    if context and others:
        raise click.UsageError("--context reads from the corpus of one index: leave --attach out")
    answer = ask(index_dir, question, read_parameters(parameters), limits, others)
    if context:
        from indexer.splits.in_context import in_context

        answer = in_context(index_dir, answer, allow_paths)
    if not answer.rows.num_rows:
        _explain_no_rows(index_dir, answer)
    if answer.more:
        tell(f"showing the first {counted(answer.rows.num_rows, 'row')}; there are more")
    if out is not None:
        click.echo(_written(answer, Path(out), None if output_format == "table" else output_format))
    else:
        _print(answer, output_format)
    if answer.query == "contamination/by_item":
        _tell_boilerplate(answer)


@command("exposure split index --checkpoint 1000 --min-count 1 --side either --out split.parquet")
@index_argument
@checkpoint_option
@min_count_option
@side_option
@click.option("--out", type=click.Path(dir_okay=False), help="Manifest: .parquet, .csv or .jsonl.")
def split(index_dir: str, checkpoint: int | None, min_count: int, side: str, out: str | None) -> None:
    """Split the pairs into proxy_train and proxy_validation and print the balance."""
    from indexer.splits.ask import ask
    from indexer.splits.manifest import manifest_format

    if out is not None:
        manifest_format(Path(out))  # before the balance is printed
    parameters = _split_parameters(checkpoint, min_count, side)
    balance = ask(index_dir, "splits/balance_by_paradigm", parameters)
    # written first: who looks at the beginning of the table, as `| head` does, closes the pipe
    written = None
    if out is not None:
        written = _written(ask(index_dir, "splits/at_checkpoint", parameters), Path(out), None)
    _print(balance, "table")
    if not balance.complete:
        why = "; ".join(balance.taken_on_purpose.values()) or "ranges are missing"
        tell(f"zeros are not certain here ({why}): pairs not seen so far are unknown")
    if written is not None:
        click.echo(written)


def _split_parameters(checkpoint: int | None, min_count: int, side: str) -> dict[str, str]:
    return {
        "checkpoint": "NULL" if checkpoint is None else str(checkpoint),
        "min_count": str(min_count),
        "side": side,
    }


def _print(answer: Answer, output_format: str) -> None:
    from indexer.splits.json_values import as_json

    rows = answer.rows
    if output_format == "table":
        print_table(rows.column_names, [list(row.values()) for row in rows.to_pylist()])
    elif output_format == "csv":
        import pyarrow.csv as pacsv

        from indexer.splits.flat_columns import flat_columns

        sys.stdout.flush()
        pacsv.write_csv(flat_columns(rows), sys.stdout.buffer)
    elif output_format == "json":
        click.echo(json.dumps(as_json(rows.to_pylist()), indent=1, ensure_ascii=False))
    elif output_format == "jsonl":
        for row in rows.to_pylist():
            click.echo(json.dumps(as_json(row), ensure_ascii=False))
    else:
        raise click.UsageError("parquet needs --out")


def _tell_boilerplate(answer: Answer) -> None:
    """Say why rows of windows that were seen have no verdict, and what counts these windows."""
    n_untold = answer.rows["windows_counted"].to_pylist().count(0)
    if n_untold:
        tell(
            f"{counted(n_untold, 'row', 'has', 'have')} no verdict: all windows stand in over"
            f" {answer.parameters['max_sequences']:,} sequences (boilerplate);"
            " give -p max_sequences=... to count them"
        )


def _explain_no_rows(index_dir: str, answer: Answer) -> None:
    """Refuse a ready question that this index can only leave empty; say what any other asked for."""
    from indexer.index_dir import IndexDir
    from indexer.splits.empty_answers import refuse_what_is_always_empty
    from indexer.splits.query_file import load_query_file, shipped_queries

    if answer.query not in shipped_queries():
        return
    refuse_what_is_always_empty(IndexDir(index_dir), answer.sql)
    file = load_query_file(shipped_queries()[answer.query], answer.query)
    tell(f"no rows: the index holds none of what was asked for. {file.sentence}")


def _written(answer: Answer, path: Path, output_format: str | None) -> str:
    """Write rows and where they come from; return what was written."""
    from indexer.splits.manifest import write_manifest

    file, *beside = write_manifest(answer, path, output_format)
    where = "".join(f"; where they come from: {one}" for one in beside)
    return f"wrote {counted(answer.rows.num_rows, 'row')} to {file}{where}"


def _word_listed(index_dir: str | None, question: str | None) -> str:
    """Return what is listed: a word alone stands where an index would."""
    if question is None and index_dir is not None and not Path(index_dir).is_dir():
        return index_dir
    return question or ""


def _print_questions(word: str) -> None:
    from indexer.splits.ask import load_query
    from indexer.splits.query_file import load_query_file, shipped_queries

    listed = {name: path for name, path in shipped_queries().items() if word in name}
    if not listed:
        load_query(word)  # says what may be meant
    for name, path in listed.items():
        file = load_query_file(path, name)
        click.echo(name)
        print_paragraph(f"{file.title}. {file.sentence}", "    ", "    ")
        for other, what in file.attached.items():
            print_paragraph(what, f"    --attach {other}=INDEX2  ", "       ")
        for parameter in file.parameters:
            default = "" if parameter.default is None else f" = {parameter.default}"
            name_and_default = f"    -p {parameter.name}{default}  "
            print_paragraph(f"{parameter.type}: {parameter.help}", name_and_default, "       ")
        click.echo(f"    {file.example}")
