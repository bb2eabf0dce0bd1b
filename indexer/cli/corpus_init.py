"""``exposure init``: a commented ``exposure.toml`` for a known training run."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli.command import command
from indexer.cli.done import print_done, quoted
from indexer.cli.lines import paragraph, terminal_width


@command("exposure init --preset pythia", "exposure init --preset contamination", "exposure init --list")
@click.option("--preset", metavar="NAME", help="Name of the training run, or contamination or word-list.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("exposure.toml"),
    show_default=True,
    help="File to write; an existing one is left alone.",
)
@click.option("--list", "list_them", is_flag=True, help="List the presets.")
def init(preset: str | None, out: Path, list_them: bool) -> None:
    """Write a commented exposure.toml for a known training run, or a known kind of question."""
    from indexer.corpus.presets import preset_names, write_preset

    if list_them or preset is None:
        names = preset_names()
        width = max(map(len, names))
        for name, line in names.items():
            click.echo(paragraph(line, f"{name.ljust(width)}  ", " " * (width + 2), terminal_width()))
        if preset is None and not list_them:
            raise click.UsageError("nothing was written: choose one of these with --preset NAME")
        return
    write_preset(preset, out)
    following = [f"exposure check {quoted(out)}"]
    if "FILL IN" in out.read_text(encoding="utf-8"):
        following.insert(0, f"grep -n 'FILL IN' {quoted(out)}    # what is yours to fill in")
    print_done(f"wrote {out}", *following)
