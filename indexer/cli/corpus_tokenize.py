"""``exposure tokenize``: text into token shards."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from indexer.cli.command import command
from indexer.cli.options import allow_path_option
from indexer.cli.progress import Progress, wants_json
from indexer.errors import ConfigError, InputError
from indexer.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


OPTIONS = {
    ("corpus", "paths"): "SOURCE",
    ("corpus", "column"): "--column",
    ("corpus", "split"): "--split",
    ("corpus", "packing"): "--mode",
    ("corpus", "sequence_length"): "--sequence-length",
    ("corpus", "end_of_document"): "--end-of-document",
    ("corpus", "max_window_bytes"): "--max-window-bytes",
    ("corpus", "max_line_bytes"): "--max-line-bytes",
    ("corpus", "empty_documents"): "--empty-documents",
    ("corpus", "lone_surrogates"): "--lone-surrogates",
    ("tokenizer", "path"): "--tokenizer",
    ("tokenizer", "max_bytes"): "--max-tokenizer-bytes",
}
"""The options that stand for keys of ``exposure.toml``, which this command does not read."""

_OF_HUB = {
    "configuration": "--name",
    "split": "--split",
    "shuffle_seed": "--shuffle-seed",
    "shuffle_buffer": "--shuffle-buffer",
    "limit": "--limit",
}
"""Parameters of data sets of the hub alone, and their options."""


@command(
    "exposure tokenize pile/*.jsonl.zst --out shards --tokenizer EleutherAI/pythia-70m -n 2049"
    " --end-of-document 0",
    "exposure tokenize hub:allenai/c4 --name en --shuffle-seed 42 --limit 1024000 --out shards"
    " --tokenizer t5-base --mode document -n 256 --end-of-document 1",
    option_of=lambda section, key: OPTIONS.get((section, key)),
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write."
)
@click.option(
    "--tokenizer", required=True, help="tokenizer.json (also .gz), a folder that holds one, or a hub name."
)
@click.option(
    "--mode",
    type=click.Choice(["document", "packed"]),
    default="packed",
    show_default=True,
    help="document: one sequence a document, cut; packed: one stream, cut into equal sequences.",
)
@click.option(
    "--sequence-length",
    "-n",
    required=True,
    type=click.IntRange(min=1),
    help="Ids per sequence (at most, or exactly).",
)
@click.option(
    "--end-of-document",
    type=click.IntRange(min=0),
    help="Id put behind each document; it counts towards the length.",
)
@click.option("--name", "configuration", help="Configuration of a hub dataset, as en of C4.")
@click.option("--split", default="train", show_default=True, help="Split of a hub dataset.")
@click.option("--shuffle-seed", type=int, help="Seed of the streaming shuffle of a hub dataset.")
@click.option(
    "--shuffle-buffer",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Buffer of the streaming shuffle.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Most documents to take of a hub dataset.")
@click.option("--column", default="text", show_default=True, help="Key or column of the text.")
@click.option(
    "--max-window-bytes",
    type=click.IntRange(min=1),
    default=128 << 20,
    show_default=True,
    help="Largest zstd window to accept; raise it for files packed with --long=31.",
)
@click.option(
    "--max-line-bytes",
    type=click.IntRange(min=1),
    default=64 << 20,
    show_default=True,
    help="Longest line of JSON to accept: a line is held and tokenized as a whole.",
)
@click.option(
    "--empty-documents",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    show_default=True,
    help="What becomes of a document of no ids; Megatron-LM and GPT-NeoX drop it.",
)
@click.option(
    "--lone-surrogates",
    type=click.Choice(["refuse", "skip", "replace"]),
    default="refuse",
    show_default=True,
    help="What becomes of a document whose JSON holds half a surrogate pair.",
)
@click.option(
    "--shard-tokens",
    type=click.IntRange(min=1),
    default=100_000_000,
    show_default=True,
    help="Ids after which a shard is closed.",
)
@allow_path_option
@click.option(
    "--max-tokenizer-bytes",
    type=click.IntRange(min=1),
    default=256 << 20,
    show_default=True,
    help="Most bytes tokenizer.json may hold once unpacked.",
)
def tokenize(
    sources: tuple[str, ...],
    out: Path,
    tokenizer: str,
    mode: str,
    sequence_length: int,
    end_of_document: int | None,
    column: str,
    shard_tokens: int,
    max_window_bytes: int,
    max_line_bytes: int,
    empty_documents: str,
    lone_surrogates: str,
    configuration: str | None,
    split: str,
    shuffle_seed: int | None,
    shuffle_buffer: int,
    limit: int | None,
    allow_paths: tuple[str, ...],
    max_tokenizer_bytes: int,
) -> None:
    """Turn text into token shards, the way a training run did.

    SOURCE is a file, glob or folder of JSON lines (plain, .zst, .gz, .bz2) or Parquet, an fsspec URL, or
    hub:owner/name. Standard output gets the sections of exposure.toml that read the shards; they are also
    kept in OUT/corpus.toml. Running again goes on where it stopped.
    """
    from indexer.corpus.hub import PREFIX, HubText
    from indexer.corpus.text.cutting import Cutting
    from indexer.corpus.text.documents import UNLIMITED, Document, documents_of, find_text_files
    from indexer.corpus.text.surrogates import LoneSurrogates
    from indexer.corpus.text.tokenizing import Record, tokenize_documents
    from indexer.storage.compressed import Limits
    from indexer.storage.roots import roots_of, within
    from indexer.tokenizers import load_tokenizer

    surrogates = LoneSurrogates(lone_surrogates)
    roots = roots_of([*sources, tokenizer], base=Path(), allowed=allow_paths)
    with Progress(quiet=wants_json()) as progress, within(roots):
        loaded = load_tokenizer(
            tokenizer, base=Path(), max_bytes=max_tokenizer_bytes, bytes_key="--max-tokenizer-bytes"
        )
        if sources[0].startswith(PREFIX):
            if len(sources) > 1:
                raise ConfigError("a hub dataset is tokenized alone", path=" ".join(sources))
            hub = HubText(
                sources[0].removeprefix(PREFIX),
                configuration,
                split,
                column,
                shuffle_seed,
                shuffle_buffer,
                limit,
            )
            named: list[dict[str, object]] = [asdict(hub)]
            progress.say(f"tokenizing {hub.name} with {loaded.name}")

            def documents(start: tuple[int, int]) -> Iterator[Document]:
                for document in hub.documents(start):
                    progress.advance(1, limit or 0, "documents")
                    yield document
        else:
            _refuse_options_of_hub()
            texts = find_text_files(sources, base=Path())
            _refuse_passed_over(sources, [file.name for file in texts])
            limits = Limits(UNLIMITED.max_bytes, max_window_bytes, max_line_bytes)
            n_bytes = sum(file.n_bytes for file in texts)
            named = [
                {"name": file.name, "n_bytes": file.n_bytes, "modified_ns": file.modified_ns}
                for file in texts
            ]
            progress.say(f"tokenizing {counted(len(texts), 'file')} of {n_bytes:,} bytes with {loaded.name}")

            def documents(start: tuple[int, int]) -> Iterator[Document]:
                return documents_of(
                    texts,
                    column=column,
                    start=start,
                    limits=limits,
                    surrogates=surrogates,
                    on_read=lambda n: progress.advance(n, n_bytes, "B"),
                )

        def on_shard(record: Record) -> None:
            progress.say(
                f"{counted(record.n_sequences, 'sequence')}, {counted(record.n_tokens, 'id')} "
                f"in {counted(len(record.shards), 'shard')}"
            )

        record = tokenize_documents(
            documents,
            loaded,
            Cutting(mode, sequence_length, end_of_document, shard_tokens, empty_documents),
            out,
            sources=named,
            column=column,
            lone_surrogates=lone_surrogates,
            on_shard=on_shard,
        )
        if surrogates.n_documents:
            what = "skipped" if lone_surrogates == "skip" else "read with U+FFFD"
            progress.say(f"{what}: {counted(surrogates.n_documents, 'document')} with half a surrogate pair")
        if record.n_cut_off_tokens:
            cut = counted(record.n_cut_off_tokens, "id")
            progress.say(
                f"cut off: {cut} of documents longer than {counted(sequence_length, 'id')}, in no sequence"
            )
        if record.n_dropped_tokens:
            dropped = counted(record.n_dropped_tokens, "id")
            progress.say(f"dropped: {dropped} at the end, too few for a sequence")
    text = sections(record.settings, tokenizer, loaded.vocabulary_hash)
    (out / "corpus.toml").write_text(text, encoding="utf-8")
    click.echo(text, nl=False)


def _refuse_options_of_hub() -> None:
    """Refuse options that were given and have an effect on data sets of the hub alone."""
    context = click.get_current_context()
    for parameter, option in _OF_HUB.items():
        if context.get_parameter_source(parameter) is not ParameterSource.DEFAULT:
            raise ConfigError(
                f"{option} has no effect on files", expected="hub:owner/name", fix=f"leave {option} out"
            )


def _refuse_passed_over(sources: Sequence[str], names: Sequence[str]) -> None:
    """Refuse files of a folder or pattern that may hold documents and are none of `names`."""
    from indexer.storage.passed_over import DATA_OF_TEXT, DOCUMENTS, passed_over

    documents = DOCUMENTS - DATA_OF_TEXT
    left = [name for one in sources for name in passed_over(one, names, base=Path(), documents=documents)]
    if left:
        raise InputError(
            f"{counted(len(left), 'file')} would be passed over: {', '.join(left[:3])}",
            path=sources[0],
            fix="name what is to be tokenized and no more, folders below apart",
        )


def sections(settings: dict[str, object], tokenizer: str, vocabulary: str) -> str:
    """Return the sections of ``exposure.toml`` that read the shards, for a file beside them."""
    end = settings["end_of_document"]
    place = Path(tokenizer)
    path = place.resolve().as_posix() if place.exists() else tokenizer
    lines = [
        "[tokenizer]",
        f'path = "{path}"',
        f'vocabulary_sha256 = "{vocabulary}"',
        "",
        "[corpus]",
        'format = "megatron"',
        'paths = ["[0-9]*.idx"]    # beside this file; in a file elsewhere, put their folder before the name',
        *([f"end_of_document = {end}"] if end is not None else []),
        "",
        "[order]",
        'kind = "sequential"    # sequence i is the i-th of the stream',
        "batch_size = 1024      # sequences per step: set it to the run's",
        "",
    ]
    return "\n".join(lines)
