"""``[corpus]``: where the token shards lie and how they are read."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class CorpusConfig:
    """The token shards, in corpus order."""

    paths: list[str] = option(help="Files or URLs, in corpus order; a glob is sorted by name.")
    parts: str | None = option(
        None,
        choices=("joined", "joined from 1", "separate"),
        help="What files named like parts (x.bin.part_000, x.bin.aa) are: parts of one file, counted from 0 "
        "or aa, or from 1; or a shard each.",
    )
    format: str = option("auto", help="Format of the shards; auto looks at the files and says what it saw.")
    sequence_length: int | None = option(None, help="Ids per sequence, where the format does not say.")
    dtype: str | None = option(None, help="Dtype of a headerless array, as in uint16 or >u4.")
    vocab_size: int | None = option(
        None, least=1, help="Ids run from 0 to here; default: the tokenizer's size."
    )
    end_of_document: int | None = option(None, help="Id between documents; no occurrence contains it.")
    special_ids: list[int] = option([], help="Further ids no occurrence contains: padding, start of text.")
    label_overlap: bool | None = option(
        None,
        help="The last id of a sequence is the first of another (Pythia's 2,049th): count it once; "
        "default: as the format says.",
    )
    column: str | None = option(
        None,
        help="Column or key of the token ids, where the format has several; of the text, where it is raw.",
    )
    packing: str | None = option(
        None,
        choices=("document", "packed"),
        help="Raw text: how it becomes sequences. document: one each, cut at sequence_length ids; packed: "
        "one stream, cut into sequence_length ids; end_of_document, where set, follows each document.",
    )
    split: str | None = option(
        None,
        help="Split of a hub dataset (default: train), or of a data set with a folder and an index for each.",
    )
    mask_column: str | None = option(
        None,
        help="Column that says which positions count: attention_mask, loss_mask (0 does not), labels (-100 "
        "does not), or none; default: attention_mask or loss_mask where there is one.",
    )
    windows: str | list[str] | None = option(
        None,
        help="Megatron's document, sample and shuffle index: their folder, or their path up to the ending; "
        "one for each path of a blend.",
    )
    extra_token: bool = option(
        True, help="Whether Megatron's windows hold one id more than their length, the last label."
    )
    max_target_sequence_length: int | None = option(
        None, least=1, help="OLMo-core: the arrays were cut into blocks of so many ids first."
    )
    file_order_seed: int | None = option(
        None,
        help="datatrove: the files were shuffled by NumPy's default generator with this seed (nanotron: 42).",
    )
    manifest: str | list[str] | None = option(
        None,
        help="Hashes to compare the shards with: files that sha256sum, md5sum or xxhsum printed, or earlier "
        "indexes of the same shards.",
    )
    max_shard_bytes: int | None = option(
        None,
        help="Most bytes one compressed shard may unpack to; default: 1,000 times its size, at least 64 MiB.",
    )
    max_window_bytes: int = option(
        128 * 1024 * 1024,
        least=1,
        help="Largest zstd window to accept; raise it for files packed with --long=31.",
    )
    max_line_bytes: int = option(
        64 * 1024 * 1024,
        least=1,
        help="Longest line of JSON to accept: a line is held and tokenized as a whole.",
    )
    empty_documents: str = option(
        "keep",
        choices=("keep", "drop"),
        help="Raw text: a document of no ids is kept, with its end_of_document, or dropped, as Megatron-LM "
        "and GPT-NeoX do.",
    )
    lone_surrogates: str = option(
        "refuse",
        choices=("refuse", "skip", "replace"),
        help="Raw text: a document whose JSON holds half a surrogate pair is refused, skipped and counted, "
        "or read with U+FFFD in its place.",
    )
    allow_holes: bool = option(
        False, help="Take a set of numbered files of which some are missing; counts of 0 are then unknown."
    )
    allow_repeats: bool = option(
        False,
        help="Take shards that hold the same bytes or ids as others, and count them again; OLMo's formats"
        " take a path that is named twice without it, as their trainers do.",
    )
