"""``exposure phrases``: the critical phrases of a source, as a table."""

from __future__ import annotations

import typing
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.cli.command import command
from indexer.cli.done import print_done
from indexer.cli.lines import tell
from indexer.cli.options import allow_path_option
from indexer.cli.progress import Progress
from indexer.cli.table import print_table
from indexer.config.match import MatchConfig
from indexer.config.option import default_of, keys_of
from indexer.config.phrases import PhrasesConfig
from indexer.plurals import counted
from indexer.watch import Watch

if TYPE_CHECKING:
    import pyarrow as pa

    from indexer.phrases import PhraseSet
    from indexer.tokenizers import Tokenizer

_PREVIEW_ROWS = 10
_F = typing.TypeVar("_F", bound=Callable[..., Any])


def _declared_options(function: _F) -> _F:
    """Give the command one option for each key of ``[phrases]`` but the source."""
    hints = typing.get_type_hints(PhrasesConfig)
    for name, declared in reversed(keys_of(PhrasesConfig).items()):
        if name == "source":
            continue
        choices = declared.metadata["choices"]
        hint = hints[name]
        kind: Any = click.Choice(choices) if choices else int if hint in (int, int | None) else str
        default = default_of(declared)
        flag = f"--{name.replace('_', '-')}"
        text = declared.metadata["help"]
        if hint is bool:
            function = click.option(flag, is_flag=True, default=default, help=text)(function)
        elif isinstance(default, list):
            function = click.option(flag, multiple=True, help=f"{text} May be repeated.")(function)
        else:
            shown = default is not None
            function = click.option(flag, type=kind, default=default, show_default=shown, help=text)(function)
    return function


_OTHER_OPTIONS = {
    ("phrases", "source"): "SOURCE",
    ("tokenizer", "path"): "--tokenizer",
    ("tokenizer", "max_bytes"): "--max-tokenizer-bytes",
    ("match", "case"): "--case",
}


def _option_of(section: str, key: str) -> str | None:
    """Return the option that sets a key of ``exposure.toml`` here."""
    if section == "phrases" and key != "source":
        return f"--{key.replace('_', '-')}"
    return _OTHER_OPTIONS.get((section, key))


@command(
    "exposure phrases ../blimp --out phrases.parquet",
    "exposure phrases ../blimp --explain determiner_noun_agreement_1/17",
    "exposure phrases ../blimp --tokenizer tokenizer.json --out positions.parquet",
    "exposure phrases pairs.csv --good right --bad wrong --side both",
    "cat words.txt | exposure phrases -",
    option_of=_option_of,
)
@click.argument("source")
@click.option("--out", type=click.Path(path_type=Path), help="Write the table: .parquet, .csv or .jsonl.")
@click.option("--explain", "explained", metavar="PAIR_ID", help="Show one pair with its spans and its rule.")
@click.option(
    "--case",
    type=click.Choice(("fold", "turkish", "exact")),
    default="fold",
    show_default=True,
    help="fold: texts that differ in upper and lower case are one phrase; turkish: with I and ı, İ and i.",
)
@click.option(
    "--tokenizer",
    "tokenizer_path",
    help="Normalise phrases as this tokenizer does; the table of pairs then tells token positions too.",
)
@click.option(
    "--max-tokenizer-bytes",
    type=click.IntRange(min=1),
    default=256 << 20,
    show_default=True,
    help="Most bytes tokenizer.json may hold once unpacked.",
)
@_declared_options
@allow_path_option
def phrases(
    source: str,
    out: Path | None,
    explained: str | None,
    case: str,
    tokenizer_path: str | None,
    max_tokenizer_bytes: int,
    allow_paths: tuple[str, ...],
    **options: Any,
) -> None:
    """Find the critical phrases of minimal pairs, or read plain phrases.

    SOURCE is a directory, file, glob or URL of pairs or phrases (JSON lines or array, CSV, TSV, Parquet,
    Arrow, text lines; plain, .gz, .bz2 or .zst), a folder that save_to_disk wrote, a hub name such as
    nyu-mll/blimp, or - for standard input.
    """
    from indexer.phrases import load_phrases
    from indexer.storage.roots import roots_of, within

    if out is not None:
        from indexer.phrases.phrase_files import refuse_unwritable

        refuse_unwritable(out)
    for name, value in options.items():
        if isinstance(value, tuple):
            options[name] = list(value)
    config = PhrasesConfig(source=source, **options)
    match = MatchConfig(case=case)
    roots = roots_of([source, *options.values()], base=Path(), allowed=allow_paths)
    with Progress() as progress, within(roots):
        watch = Watch(progress.say, lambda n_rows: progress.advance(n_rows, None, "rows"))
        found = load_phrases(config, match, base=Path(), progress=watch.rows)
    for note in found.notes:
        tell(f"note: {note}")
    tokenizer = None
    if tokenizer_path is not None:
        from indexer.phrases.normalization import normalized
        from indexer.tokenizers import load_tokenizer

        tokenizer = load_tokenizer(
            tokenizer_path, base=Path(), max_bytes=max_tokenizer_bytes, bytes_key="--max-tokenizer-bytes"
        )
        found = normalized(found, tokenizer, match)
    if explained is not None:
        from indexer.phrases.explain import explain

        click.echo(explain(found.pairs, explained))
    if out is not None:
        _write(found, tokenizer, out)
    elif explained is None:
        _print_preview(found)


def _write(found: PhraseSet, tokenizer: Tokenizer | None, out: Path) -> None:
    from indexer.phrases.phrase_files import write_table

    table = found.listing()
    if tokenizer is not None and found.pairs.num_rows:
        from indexer.phrases.probe_positions import probe_positions

        positions = probe_positions(found.pairs, tokenizer)
        for name in positions.column_names[1:]:
            table = table.append_column(name, positions[name])
    write_table(table, out)
    n_phrases = counted(found.phrases.num_rows, "distinct phrase")
    print_done(f"wrote {counted(table.num_rows, 'row')}, {n_phrases}, to {out}")


def _print_preview(found: PhraseSet) -> None:
    if found.pairs.num_rows:
        _print_rows(found.pairs.select(["pair_id", "good_phrase", "bad_phrase"]).slice(0, _PREVIEW_ROWS))
        click.echo()
        _print_paradigms(found)
        click.echo(
            f"\n{counted(found.pairs.num_rows, 'pair')}, {counted(found.phrases.num_rows, 'distinct phrase')}"
        )
    else:
        table = found.listing()
        _print_rows(table.slice(0, _PREVIEW_ROWS))
        click.echo(
            f"\n{counted(table.num_rows, 'row')}, {counted(found.phrases.num_rows, 'distinct phrase')}"
        )


def _print_rows(table: pa.Table) -> None:
    print_table(table.column_names, [list(row.values()) for row in table.to_pylist()])


def _print_paradigms(found: PhraseSet) -> None:
    import pyarrow.compute as pc

    pairs = found.pairs.append_column("takes_part", pc.is_null(found.pairs["excluded"]))
    counts = pairs.group_by(["paradigm", "phenomenon", "rule"], use_threads=False).aggregate(
        [
            ("pair_id", "count"),
            ("takes_part", "sum"),
            ("good_phrase_id", "count_distinct"),
            ("bad_phrase_id", "count_distinct"),
        ]
    )
    names = ["paradigm", "phenomenon", "rule", "pairs", "excluded", "good phrases", "bad phrases"]
    rows = [
        [
            row["paradigm"],
            row["phenomenon"],
            "its own" if row["rule"] == row["paradigm"] else row["rule"],
            row["pair_id_count"],
            row["pair_id_count"] - row["takes_part_sum"],
            row["good_phrase_id_count_distinct"],
            row["bad_phrase_id_count_distinct"],
        ]
        for row in counts.to_pylist()
    ]
    print_table(names, rows)
