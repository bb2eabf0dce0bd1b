"""``exposure report``: one offline page of charts, and each chart as SVG and PNG."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli.command import command
from indexer.cli.options import allow_path_option, index_argument, min_count_option, side_option
from indexer.cli.progress import Progress
from indexer.plurals import counted


@command("exposure report index --out report.html")
@index_argument
@click.option(
    "--out",
    default="report.html",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page.",
)
@click.option(
    "--images",
    default=None,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for each chart as SVG and PNG; default: beside the page.",
)
@min_count_option
@side_option
@click.option(
    "--threshold",
    default=None,
    type=click.FloatRange(0, 1),
    help="Accuracy at which lags are measured; default: 0.8, in the table 0.7, 0.8 and 0.9.",
)
@allow_path_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def report(
    index_dir: str,
    out: Path,
    images: Path | None,
    min_count: int,
    side: str,
    threshold: float | None,
    allow_paths: tuple[str, ...],
    quiet: bool,
) -> None:
    """Write one self-contained page of charts that opens offline, and each chart as SVG and PNG."""
    with Progress(quiet=quiet) as progress:
        from indexer.report import write_report

        charts = write_report(
            index_dir,
            out,
            images=images,
            min_count=min_count,
            side=side,
            threshold=threshold,
            allow_paths=allow_paths,
            announce=progress.say,
        )
    if not quiet:
        folder = images or out.with_name(f"{out.stem}_charts")
        n_charts = counted(sum(bool(chart.panels) for chart in charts), "chart")
        click.echo(f"wrote {out}, and {n_charts} as SVG and PNG in {folder}")
