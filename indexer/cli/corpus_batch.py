"""``exposure batch``: the decoded rows of a step."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.cli.command import command
from indexer.cli.lines import harmless
from indexer.cli.options import allow_path_option, set_option
from indexer.plurals import counted

if TYPE_CHECKING:
    from indexer.config import Config
    from indexer.corpus import Shard
    from indexer.corpus.preflight.batch_view import BatchRow
    from indexer.storage.inventory import Inventory
    from indexer.tokenizers import Tokenizer


@command("exposure batch index 999", "exposure batch exposure.toml 0 --rows 2 --json")
@click.argument("source", metavar="INDEX|CONFIG", type=click.Path())
@click.argument("step", type=click.IntRange(min=0))
@click.option("--rows", type=click.IntRange(min=1), help="Print only the first so many rows.")
@click.option(
    "--characters", type=click.IntRange(min=1), help="Print only the first so many characters of a row."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each row, with its ids.")
@set_option
@allow_path_option
def batch(
    source: str,
    step: int,
    rows: int | None,
    characters: int | None,
    as_json: bool,
    overrides: tuple[str, ...],
    allow_paths: tuple[str, ...],
) -> None:
    """Print the rows the model saw at a step, decoded.

    A step is the zero-based number of a global batch: the checkpoint "step N" has seen 0 to N - 1.
    """
    from indexer.corpus import open_corpus, open_order
    from indexer.corpus.preflight.batch_view import batch_rows
    from indexer.storage.observer import observed_by
    from indexer.storage.recall import Recall
    from indexer.storage.roots import within

    config, tokenizer, shards, files = _opened(source, overrides)
    roots = config.roots(Path(source) if files else config.base, *map(Path, allow_paths))
    recall = None if files is None else Recall(files)
    with nullcontext() if recall is None else observed_by(recall), within(roots):
        given = config.given_keys("corpus")
        reader = open_corpus(config.corpus, base=config.base, tokenizer=tokenizer, shards=shards, given=given)
        order = open_order(config.order, reader, base=config.base, given=config.given_keys("order"))
        for row in islice(batch_rows(reader, order, step), rows):
            ids = row.ids.tolist()
            text = tokenizer.decode(ids) if tokenizer else " ".join(map(str, ids))
            text = text if characters is None else text[:characters]
            if as_json:
                click.echo(json.dumps(_as_object(step, row, text if tokenizer else None), ensure_ascii=False))
                continue
            place = f"step {step:,}, row {row.row:,}, sequence {row.sequence:,}, {row.shard}"
            click.echo(click.style(f"{place}, {counted(len(ids), 'id')}", bold=True))
            click.echo((harmless(text) if sys.stdout.isatty() else text) + "\n")
        if recall is not None:
            recall.end()


def _as_object(step: int, row: BatchRow, text: str | None) -> dict[str, Any]:
    fields = {"step": step, "row": row.row, "sequence": row.sequence, "shard": row.shard}
    counted = {} if row.counted is None else {"counted": row.counted.tolist()}
    return {**fields, "ids": row.ids.tolist(), **counted, "text": text}


def _opened(
    source: str, overrides: tuple[str, ...]
) -> tuple[Config, Tokenizer | None, tuple[Shard, ...] | None, Inventory | None]:
    """Return the configuration of an index or of a file, its tokenizer; shards and files of an index."""
    from indexer.index_dir import IndexDir

    index = IndexDir(source)
    if index.plan_file.is_file():
        from indexer.plan.plan_file import read_plan
        from indexer.plan.store import load_tokenizer_of

        plan = read_plan(index.plan_file)
        return plan.config, load_tokenizer_of(index, plan), plan.shards, plan.files
    from indexer.cli.index import read_config
    from indexer.tokenizers import configured_tokenizer

    config = read_config(source, overrides)
    return config, configured_tokenizer(config.tokenizer, base=config.base), None, None
