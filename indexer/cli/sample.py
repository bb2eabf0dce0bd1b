"""``exposure sample``: write the embedded sample."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli.command import command
from indexer.cli.done import print_done, quoted
from indexer.cli.progress import Progress


@command("exposure sample sample")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def sample(directory: Path, quiet: bool) -> None:
    """Write the embedded sample into DIRECTORY.

    A small grammar of our own writes minimal pairs in BLiMP's fields, a benchmark of questions and answers, a
    word list, and a corpus of three million tokens that holds some of their phrases early, some late, some
    never. truth.parquet says which: the index of the sample must equal it. results/ holds what models could
    have answered.
    """
    with Progress(quiet=quiet) as progress:
        progress.say(
            "Writing the sample: 2,400 minimal pairs, a benchmark, words, a corpus of 3 million tokens"
        )
        from indexer.sample import write_sample

        write_sample(directory)
    config, index = directory / "exposure.toml", directory / "index"
    if not quiet:
        print_done(f"wrote {directory}", f"exposure index {quoted(config)} --out {quoted(index)}")
