"""``exposure import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.cli.command import command
from indexer.cli.lines import tell
from indexer.cli.options import index_argument
from indexer.cli.progress import Progress, is_unwatched
from indexer.plurals import counted

if TYPE_CHECKING:
    import pyarrow as pa


@command(
    "exposure import index results.csv",
    "exposure import index out/step1000/samples_*.jsonl --model pythia-70m --checkpoint 1000",
    "exposure import index concepts.csv",
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
    Files without items, with the columns measure, part and value (and paradigm, where there is one), are
    measures of a model itself.
    """
    from indexer.exposure.item_names import ItemNames
    from indexer.exposure.result_files import read_results
    from indexer.index_dir import IndexDir

    index = IndexDir(index_dir)
    index.require_database()
    names = ItemNames(index)
    with Progress(quiet=is_unwatched()) as progress:
        progress.say(f"Reading {counted(len(files), 'file')} of results, then adding them")
        tables = [read_results(path, model, checkpoint, names=names) for path in files]
    of_items = [table for table in tables if "item_id" in table.column_names]
    of_models = [table for table in tables if "item_id" not in table.column_names]
    if of_items:
        _add_results(index_dir, of_items)
    if of_models:
        _add_measures(index_dir, of_models)


def _add_results(index_dir: str, tables: list[pa.Table]) -> None:
    import pyarrow as pa

    from indexer.exposure.results import add_results, name_some
    from indexer.index_dir import IndexDir

    joined = add_results(IndexDir(index_dir), pa.concat_tables(tables))
    measures = f" ({', '.join(joined.measures)})" if joined.measures else ""
    click.echo(
        f"{counted(joined.n_results, 'result')} added{measures}, {joined.n_replaced:,} of them in the place "
        "of older ones"
    )
    if joined.unknown_items:
        unknown = f"{counted(len(joined.unknown_items), 'item')} not in this index"
        meant = f"; the index writes {joined.likely}: put the data set before the id" if joined.likely else ""
        tell(f"left out: {unknown}: {name_some(joined.unknown_items)}{meant}")
    _say_off_grid(joined.off_grid)
    for missing in joined.missing:
        tell(missing.line())


def _add_measures(index_dir: str, tables: list[pa.Table]) -> None:
    import pyarrow as pa

    from indexer.exposure.model_measures import add_measures
    from indexer.exposure.results import name_some
    from indexer.index_dir import IndexDir

    joined = add_measures(IndexDir(index_dir), pa.concat_tables(tables))
    measures = f" ({', '.join(joined.measures)})" if joined.measures else ""
    click.echo(
        f"{counted(joined.n_rows, 'measure')} of models added{measures}, {joined.n_replaced:,} of them in "
        "the place of older ones"
    )
    if joined.unknown_paradigms:
        unknown = f"{counted(len(joined.unknown_paradigms), 'paradigm')} not in this index"
        tell(f"left out: {unknown}: {name_some(joined.unknown_paradigms)}")
    _say_off_grid(joined.off_grid)


def _say_off_grid(checkpoints: tuple[int, ...]) -> None:
    from indexer.exposure.results import name_some

    if checkpoints:
        steps = name_some(tuple(f"{step:,}" for step in checkpoints))
        tell(f"not on the checkpoint grid of this index: {steps}; no split can be made as of there")
