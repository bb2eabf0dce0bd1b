"""Arguments and options, each defined once and used by several commands."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

config_argument = click.argument("config", type=click.Path(dir_okay=True))


class IndexFolder(click.Path):
    """The folder of an index; a file of one, or of a configuration, is told apart."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse a file, and name the folder that may be meant."""
        path = Path(value)
        if path.is_file():
            if (path.parent / "plan.json").is_file():
                self.fail(f"{str(path)!r} is a file of an index: give its folder, {path.parent}", param, ctx)
            self.fail(f"{str(path)!r} is a file: give the folder that `exposure index` wrote", param, ctx)
        return super().convert(value, param, ctx)


index_argument = click.argument("index_dir", metavar="INDEX", type=IndexFolder())
index_out_option = click.option(
    "--out",
    "index_dir",
    required=True,
    type=click.Path(file_okay=False),
    help="The index directory, or for `plan` the URL of one on a store.",
)
set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Set a key of exposure.toml; also by the variable EXPOSURE_SECTION_KEY.",
)
add_phrases_option = click.option(
    "--add-phrases",
    "added",
    multiple=True,
    metavar="FILE",
    help="Add the plain phrases of a file to the index; the corpus is scanned for those it does not have.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(min=0), default=0, help="Worker processes; 0 is one per core."
)
allow_path_option = click.option(
    "--allow-path",
    "allow_paths",
    multiple=True,
    metavar="DIR",
    help="Read from a folder too that exposure.toml does not name: links and other files lead there.",
)
max_memory_option = click.option(
    "--max-memory",
    default="",
    metavar="SIZE",
    help="Memory to stay within, as in 16GB: fewer workers, or a refusal; default: what the machine has.",
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    help="Who scans: processes of this machine, or a Ray cluster; default: as [index] engine says.",
)
address_option = click.option(
    "--address",
    default="",
    help="Of the Ray cluster; default: what RAY_ADDRESS says, or a cluster of this machine alone.",
)
allow_missing_option = click.option(
    "--allow-missing",
    is_flag=True,
    help="Merge what there is; the index is marked incomplete, and what was not seen is unknown.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Seconds until a question is ended; default: 60, and no end for the questions that are ready.",
)
query_memory_option = click.option(
    "--max-memory",
    metavar="SIZE",
    help="Memory a question may take, as in 4GB; default: half of the machine's.",
)
max_rows_option = click.option(
    "--max-rows",
    type=click.IntRange(min=1),
    default=10_000_000,
    show_default=True,
    help="A question that gives more rows is refused.",
)
attach_option = click.option(
    "--attach",
    "attached",
    multiple=True,
    metavar="NAME=INDEX2",
    help="Ask another index too: its tables and views are NAME.exposures and so on; it lends no macros.",
)
parameter_option = click.option(
    "-p",
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the question: `exposure query --list` tells which it has.",
)
sample_option = click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="How many to draw of phrases that were seen, of zeros, and of places.",
)
seed_option = click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draw.")
max_tokens_option = click.option(
    "--max-tokens",
    type=click.IntRange(min=0),
    default=100_000_000,
    show_default=True,
    help="Tokens in which phrases are counted again: whole ranges, at least one; 0: all.",
)
checkpoint_option = click.option(
    "--checkpoint",
    type=int,
    default=None,
    help="As of which checkpoint: steps taken, one of the grid; default: the whole window.",
)
min_count_option = click.option(
    "--min-count",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Fewest exposures that make a phrase exposed.",
)
side_option = click.option(
    "--side",
    type=click.Choice(["good", "bad", "either", "both"]),
    default="either",
    show_default=True,
    help="Whose phrase must be exposed.",
)


def read_parameters(words: tuple[str, ...], hint: str = "-p") -> dict[str, str]:
    """Read ``name=value`` words."""
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise click.BadParameter(f"{word!r} is not NAME=VALUE", param_hint=hint)
        if name in values and hint != "-p":
            raise click.BadParameter(f"{name!r} is given twice", param_hint=hint)
        values[name] = value
    return values


def allow_words(paths: tuple[str, ...]) -> str:
    """Return the ``--set`` word that ``--allow-path`` stands for; its paths start from the current folder."""
    return f"index.allow_paths={json.dumps([str(Path(path).absolute()) for path in paths])}"
