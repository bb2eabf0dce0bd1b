"""``[corpus]``: where the token shards lie and how they are read."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class CorpusConfig:
    """The token shards, in corpus order."""

    paths: list[str] = option(help="Files or fsspec URLs, in corpus order; a glob is sorted by name.")
    format: str = option("auto", help="Format of the shards; auto looks at the files and says what it saw.")
    sequence_length: int | None = option(None, help="Ids per sequence, where the format does not say.")
    dtype: str | None = option(None, help="Dtype of a headerless array, as in uint16 or >u4.")
    vocab_size: int | None = option(None, help="Ids run from 0 to here; default: the tokenizer's size.")
    end_of_document: int | None = option(None, help="Id between documents; no occurrence contains it.")
    special_ids: list[int] = option([], help="Further ids no occurrence contains: padding, start of text.")
    label_overlap: bool | None = option(
        None,
        help="The last id of a sequence is the first of another (Pythia's 2,049th): count it once; "
        "default: as the format says.",
    )
    column: str | None = option(None, help="Column or key of the token ids, where the format has several.")
    max_shard_bytes: int | None = option(
        None,
        help="Most bytes one compressed shard may unpack to; default: 1,000 times its size, at least 64 MiB.",
    )
    max_window_bytes: int = option(
        128 * 1024 * 1024, help="Largest zstd window to accept; raise it for files packed with --long=31."
    )
