"""``exposure export``: a split as other tools read it."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from indexer.cli.command import command
from indexer.cli.done import print_done, quoted
from indexer.cli.lines import tell
from indexer.cli.options import (
    checkpoint_option,
    index_argument,
    min_count_option,
    parameter_option,
    read_parameters,
    side_option,
)
from indexer.plurals import counted


@command(
    "exposure export index --to lm-eval --out tasks && lm_eval --include_path tasks --tasks exposure ...",
    "exposure export index --to csv --checkpoint 1000 --out split",
    "exposure export index --to datasets --query hold_out -p checkpoint=1000 --out pairs",
    "exposure export index --to tables --out tables",
    "exposure export index --to skip-list --by document --out skip",
    "exposure export index --to loss-mask --query mine.sql --out mask",
)
@index_argument
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Choice(
        ["lm-eval", "datasets", "parquet", "csv", "jsonl", "tables", "skip-list", "loss-mask", "places"]
    ),
    help="What is written: a split; all tables of the index as Parquet files; or, of an index of all "
    "occurrences, what to leave out of the corpus, to mask in the loss, or where everything stands.",
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write."
)
@checkpoint_option
@min_count_option
@side_option
@click.option(
    "--query",
    "question",
    default=None,
    help="Another split: the name of a query or a .sql file with columns pair_id and split; of occurrences, "
    "which phrases: a query with a column phrase_id.",
)
@click.option(
    "--by",
    type=click.Choice(["document", "sequence"]),
    default=None,
    help="What a skip-list lists: documents (the default), or sequences.",
)
@parameter_option
def export(
    index_dir: str,
    target: str,
    out: Path,
    checkpoint: int | None,
    min_count: int,
    side: str,
    question: str | None,
    by: str | None,
    parameters: tuple[str, ...],
) -> None:
    """Write a split for other tools, with the index fingerprint, the query and its parameters."""
    if target == "tables":
        from indexer.exposure.bundle import write_bundle
        from indexer.index_dir import IndexDir

        files = write_bundle(IndexDir(index_dir), out)
        click.echo(f"wrote {counted(len(files), 'table')} to {out}")
        return
    from indexer.splits.exports.corpus_edits import EDITS, write_edits

    if by is not None and target != "skip-list":
        raise click.UsageError(f"--by has no effect on --to {target}")
    if target in EDITS:
        _refuse_options_of_splits(target)
        written = write_edits(
            index_dir,
            target,
            out,
            by=by or "document",
            question=question,
            parameters=read_parameters(parameters),
        )
        of = {"skip-list": by or "document", "loss-mask": "range", "places": "exposure"}[target]
        click.echo(f"wrote {counted(written.n_rows, of)} to {out}")
        if not written.complete:
            tell("zeros are not certain here (see exposure status): there may be more")
        return
    from indexer.splits.ask import load_query
    from indexer.splits.exports import write_export

    question = question or "splits/at_checkpoint"
    declared = {parameter.name for parameter in load_query(question).parameters}
    options = {
        "checkpoint": "NULL" if checkpoint is None else str(checkpoint),
        "min_count": str(min_count),
        "side": side,
    }
    if checkpoint is not None and "checkpoint" not in declared:
        raise click.UsageError(f"{question} has no parameter checkpoint")
    given = {name: value for name, value in options.items() if name in declared}
    replaced = out.is_dir() and any(out.iterdir())
    split = write_export(
        index_dir, target, out, question=question, parameters={**given, **read_parameters(parameters)}
    )
    sizes = ", ".join(f"{table.num_rows:,} {name}" for name, table in split.splits.items())
    instead = ", in the place of the earlier export there" if replaced else ""
    print_done(f"wrote {sizes} to {out}{instead}", *_next(target, out))
    if split.n_unknown:
        tell(f"left out {counted(split.n_unknown, 'pair')}, whose split this index does not know")


def _next(target: str, out: Path) -> list[str]:
    """Return the command that reads what was written, where another tool has one."""
    if target != "lm-eval":
        return []
    return [
        f"lm_eval --include_path {quoted(out)} --tasks exposure --model hf --model_args pretrained=MODEL"
        " --log_samples --output_path results"
    ]


def _refuse_options_of_splits(target: str) -> None:
    context = click.get_current_context()
    for name in ("checkpoint", "min_count", "side"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = name.replace("_", "-")
            raise click.UsageError(
                f"--{option} has no effect on --to {target}: name the phrases with --query"
            )
