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
    """Add evaluation results to an index: samples of the harness, tables, surprisals of BabyLM.

    Samples (lm_eval --log_samples, any task) are joined to items by the text of their roles, and
    surprisal.json by its words. Tables are CSV, Parquet or JSON Lines with the columns model, checkpoint, and
    item_id or pair_id; what was measured stands in columns of its own, as correct, score_good, score_bad,
    surprisal or any other name, or in two called measure and value. What is there already of a model,
    checkpoint, item and measure is replaced. What does not meet an item of the index is listed.
    """
    import pyarrow as pa

    from indexer.exposure.item_names import ItemNames
    from indexer.exposure.result_files import read_results
    from indexer.exposure.results import add_results, name_some
    from indexer.index_dir import IndexDir

    index = IndexDir(index_dir)
    index.require_database()
    names = ItemNames(index)
    rows = pa.concat_tables([read_results(path, model, checkpoint, names=names) for path in files])
    joined = add_results(index, rows)
    measures = f" ({', '.join(joined.measures)})" if joined.measures else ""
    click.echo(
        f"{counted(joined.n_results, 'result')} added{measures}, {joined.n_replaced:,} of them in the place "
        "of older ones",
        err=True,
    )
    if joined.unknown_items:
        unknown = f"{counted(len(joined.unknown_items), 'item')} not in this index"
        click.echo(f"left out: {unknown}: {name_some(joined.unknown_items)}", err=True)
    if joined.off_grid:
        steps = name_some(tuple(f"{step:,}" for step in joined.off_grid))
        click.echo(
            f"not on the checkpoint grid of this index: {steps}; no split can be made as of there", err=True
        )
    for name, step, kind, n_missing in joined.missing:
        click.echo(
            f"missing: the results of {counted(n_missing, kind)} of the index for {name} at {step:,}",
            err=True,
        )
