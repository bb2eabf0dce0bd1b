"""``exposure import``."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli.command import command
from indexer.cli.options import index_argument
from indexer.plurals import counted


@command(
    "exposure import index results.csv",
    "exposure import index out/step1000/samples_*.jsonl --model pythia-70m --checkpoint 1000",
)
@index_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--model", default=None, help="Name of the model, where the file does not say.")
@click.option("--checkpoint", type=int, default=None, help="Steps taken, where the file does not say.")
def import_results(
    index_dir: str, files: tuple[Path, ...], model: str | None, checkpoint: int | None
) -> None:
    """Add evaluation results to an index: harness samples, CSV, Parquet or JSON Lines.

    Columns: model, checkpoint, pair_id, score_good, score_bad, correct. Rows of a model, checkpoint and pair
    that are there already are replaced. What does not meet a pair of the index is listed.
    """
    import pyarrow as pa

    from indexer.exposure.result_files import read_results
    from indexer.exposure.results import add_results, name_some
    from indexer.index_dir import IndexDir

    rows = pa.concat_tables([read_results(path, model, checkpoint) for path in files])
    joined = add_results(IndexDir(index_dir), rows)
    click.echo(
        f"{counted(joined.n_rows, 'row')} added, {joined.n_replaced:,} of them in the place of older ones",
        err=True,
    )
    if joined.unknown_pairs:
        unknown = f"{counted(len(joined.unknown_pairs), 'pair')} not in this index"
        click.echo(f"left out: {unknown}: {name_some(joined.unknown_pairs)}", err=True)
    if joined.off_grid:
        steps = name_some(tuple(f"{step:,}" for step in joined.off_grid))
        click.echo(
            f"not on the checkpoint grid of this index: {steps}; no split can be made as of there", err=True
        )
    for name, step, n_missing in joined.missing:
        click.echo(
            f"missing: the results of {counted(n_missing, 'pair')} of the index for {name} at {step:,}",
            err=True,
        )
