"""``exposure index``, and its three parts ``plan``, ``scan`` and ``merge``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from indexer.cli.command import command
from indexer.cli.done import print_done, quoted
from indexer.cli.lines import tell
from indexer.cli.options import (
    add_phrases_option,
    address_option,
    allow_missing_option,
    allow_path_option,
    allow_words,
    config_argument,
    engine_option,
    index_argument,
    index_out_option,
    max_memory_option,
    set_option,
    workers_option,
)
from indexer.cli.progress import Progress, is_unwatched, wants_json
from indexer.plurals import counted

if TYPE_CHECKING:
    from indexer.config import Config
    from indexer.crew import RangeDone
    from indexer.plan.plan import Plan


def read_config(path: str, overrides: tuple[str, ...]) -> Config:
    """Read a configuration with environment variables and ``--set`` on top."""
    from indexer.config.load import environment_overrides, load_config

    return load_config(path, [*environment_overrides(), *overrides])


@command(
    "exposure index exposure.toml --out index",
    "exposure index exposure.toml --out index --add-phrases more.txt",
)
@config_argument
@index_out_option
@set_option
@add_phrases_option
@workers_option
@max_memory_option
@engine_option
@address_option
@allow_path_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say too which way of searching is the fastest here.")
def index(
    config: str,
    index_dir: str,
    overrides: tuple[str, ...],
    added: tuple[str, ...],
    workers: int,
    max_memory: str,
    engine: str | None,
    address: str,
    allow_paths: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Build the index of a corpus: plan, scan and merge in a row.

    Running again goes on where it stopped and gives the same rows. Shards that were added behind the others
    are scanned alone, and so are phrases that are added.
    """
    quiet = quiet or wants_json()
    with Progress(quiet=quiet) as progress:
        progress.say("Loading libraries")
        from indexer.build import build_index

        def on_range(plan: Plan, done: RangeDone) -> None:
            progress.advance(done.n_tokens, plan.n_tokens * done.n_passes, "tokens")

        def on_compiled(ways: dict[str, str]) -> None:
            for unit, way in ways.items() if verbose else ():
                progress.say(f"Search of {unit}: {way}")

        build_index(
            _adding(read_config(config, _with(overrides, max_memory, allow_paths)), index_dir, added),
            index_dir,
            n_workers=workers,
            engine=engine or "",
            address=address,
            announce=progress.say,
            on_range=on_range,
            on_row=lambda n_rows: progress.advance(n_rows, None, "rows"),
            on_compiled=on_compiled,
        )
        progress.say(f"Done: {index_dir}")
    if not quiet:
        from indexer.cli.summary import print_summary

        print_summary(index_dir)


@command("exposure plan exposure.toml --out index")
@config_argument
@index_out_option
@set_option
@add_phrases_option
@max_memory_option
@allow_path_option
def plan(
    config: str,
    index_dir: str,
    overrides: tuple[str, ...],
    added: tuple[str, ...],
    max_memory: str,
    allow_paths: tuple[str, ...],
) -> None:
    """Freeze every choice of an index: phrases, patterns, shards, order, match settings."""
    with Progress(quiet=wants_json()) as progress:
        progress.say("Planning: phrases, shards, training order")
        from indexer.build import plan_index
        from indexer.watch import Watch

        frozen = plan_index(
            _adding(read_config(config, _with(overrides, max_memory, allow_paths)), index_dir, added),
            index_dir,
            Watch(progress.say, lambda n_rows: progress.advance(n_rows, None, "rows")),
        )
    for note in frozen.notes:
        tell(note, "Note: ")
    print_done(
        f"planned {counted(len(frozen.ranges), 'range')} of {counted(len(frozen.shards), 'shard')}, "
        f"{counted(frozen.n_tokens, 'token')}, in {index_dir}; fingerprint {frozen.fingerprint}",
        f"exposure scan {quoted(index_dir)}    # all, or --task I/N in each of N jobs",
        _merge_of(index_dir),
    )


@command("exposure scan index --task 3/16")
@index_argument
@click.option(
    "--task",
    metavar="I/N",
    help="The I-th of N shares, from 1, for job arrays; default: what SLURM says of an array, else all.",
)
@workers_option
@max_memory_option
@engine_option
@address_option
def scan(
    index_dir: str, task: str | None, workers: int, max_memory: str, engine: str | None, address: str
) -> None:
    """Scan planned ranges and commit one partial for each; what is done is skipped."""
    from indexer.build import scan_shards, share_of_ranges
    from indexer.plan.shares import array_without_share, read_share, share_of_scheduler

    share = share_of_scheduler(os.environ) if task is None else read_share(task)
    if task is None and share.of > 1:
        click.echo(f"Task {share}, as SLURM says", err=True)
    elif task is None and (name := array_without_share(os.environ)):
        tell(
            f"{name} is set and --task is not: this task of an array scans all ranges; "
            f"name its share with --task ${name}/N",
            "Note: ",
        )
    ranges = share_of_ranges(index_dir, share)
    n_done = 0
    with Progress(quiet=is_unwatched()) as progress:
        progress.say("Compiling kernels, then scanning")
        for done in scan_shards(
            index_dir,
            n_workers=workers,
            ranges=ranges,
            max_memory=max_memory,
            engine=engine or "",
            address=address,
            announce=lambda what: click.echo(what, err=True) if what.startswith("Pass ") else None,
        ):
            n_done += done.is_whole
            progress.advance(done.is_whole, len(ranges), "ranges")
    n_before = len(ranges) - n_done
    of_share = " of this share" if share.of > 1 else ""
    others = f"; {n_before:,} were done before" if n_before else ""
    print_done(
        f"scanned {n_done:,} of {counted(len(ranges), 'range')}{of_share}{others}",
        *([_merge_of(index_dir)] if share.of == 1 else []),
    )


@command("exposure merge index")
@index_argument
@allow_missing_option
@max_memory_option
@click.option(
    "--out",
    default="",
    type=click.Path(file_okay=False),
    help="Where INDEX is the URL of a store: the folder that it is brought into.",
)
def merge(index_dir: str, allow_missing: bool, max_memory: str, out: str) -> None:
    """Merge the partials into exposures.duckdb; refuses while one is missing."""
    from indexer.build import merge_index
    from indexer.splits.ask import ask

    merged = (0, 0)

    def on_merged(n_merged: int, n_ranges: int) -> None:
        nonlocal merged
        merged = n_merged, n_ranges

    with Progress(quiet=is_unwatched()) as progress:
        progress.say("Merging")
        notes = merge_index(
            index_dir, allow_missing=allow_missing, max_memory=max_memory, out=out, on_merged=on_merged
        )
    for note in notes:
        tell(note, "Note: ")
    index_dir = out or index_dir
    found = ask(index_dir, "SELECT status, count(*) AS n FROM exposures GROUP BY ALL ORDER BY ALL").rows
    counts = ", ".join(f"{row['n']:,} {row['status']}" for row in found.to_pylist())
    print_done(
        f"merged {merged[0]:,} of {counted(merged[1], 'range')} "
        f"into {index_dir}/exposures.duckdb; phrases: {counts or 'none'}",
        f"exposure query {quoted(index_dir)} overview",
    )


def _merge_of(index_dir: str) -> str:
    """Return the command that merges a scanned index; one on a store is brought into a folder."""
    return f"exposure merge {quoted(index_dir)}{' --out index' if '://' in index_dir else ''}"


def _adding(config: Config, index_dir: str, added: tuple[str, ...]) -> Config:
    """Return a configuration with phrases that are to be added to an index."""
    if not added:
        return config
    from indexer.growth import with_more_phrases

    return with_more_phrases(config, index_dir, added)


def _with(overrides: tuple[str, ...], max_memory: str, allow_paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ``--set`` words with those that options stand for."""
    if max_memory:
        overrides = (*overrides, f"index.max_memory={max_memory}")
    if allow_paths:
        overrides = (*overrides, allow_words(allow_paths))
    return overrides
