"""Shards of token ids in any format, and the training order that names the steps of every sequence.

`open_corpus` and `open_order` look a format or rule up by name and import its one file; readers do
not know each other, and neither do orders.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from indexer.config.corpus import CorpusConfig
from indexer.config.order import OrderConfig
from indexer.corpus.blocks.from_sources import BLOCK_IDS
from indexer.corpus.hub import resolve_hub
from indexer.corpus.orders.order import TrainingOrder, Visits
from indexer.corpus.preflight.detect import detect_format
from indexer.corpus.sequences import CorpusFacts, Reader, SequenceBlock, Shard
from indexer.errors import ConfigError
from indexer.tokenizers.tokenizer import Tokenizer

__all__ = [
    "FORMATS",
    "ORDERS",
    "CorpusFacts",
    "Reader",
    "SequenceBlock",
    "Shard",
    "TrainingOrder",
    "Visits",
    "open_corpus",
    "open_order",
]

FORMATS = {
    "arrow": "arrow:ArrowReader",
    "datatrove": "datatrove:DatatroveReader",
    "headerless": "arrays:ArrayReader",
    "jsonl": "json_ids:JsonIdsReader",
    "levanter": "levanter:LevanterReader",
    "litdata": "litdata:LitdataReader",
    "litpkds": "litpkds:LitpkdsReader",
    "llmc": "llmc:LlmcReader",
    "mds": "mds:MdsReader",
    "megatron": "megatron:MegatronReader",
    "megatron-legacy": "megatron_legacy:LegacyMegatronReader",
    "npy": "arrays:ArrayReader",
    "olmo": "olmo:OlmoReader",
    "olmo-core": "olmo:OlmoReader",
    "parquet": "arrow:ArrowReader",
    "pythia": "megatron_parts:MegatronPartsReader",
    "text": "text:TextReader",
}
"""Format name: module and class in ``readers/``."""

WINDOWS = "megatron_windows:MegatronWindowsReader"

ORDERS = {
    "indices": "indices:IndexOrder",
    "litpkds": "litpkds:LitpkdsOrder",
    "megatron": "megatron:MegatronOrder",
    "nanotron": "nanotron:NanotronOrder",
    "olmo": "indices:IndexOrder",
    "olmo-core": "indices:IndexOrder",
    "per-shard": "shards:PerShardOrder",
    "sequential": "sequential:SequentialOrder",
    "table": "table:TableOrder",
    "unknown": "unknown:UnknownOrder",
    "within-shards": "shards:WithinShardsOrder",
}
"""Order kind: module and class in ``orders/``."""


def open_corpus(
    config: CorpusConfig,
    *,
    base: Path,
    tokenizer: Tokenizer | None = None,
    shards: Sequence[Shard] | None = None,
    block_ids: int = BLOCK_IDS,
) -> Reader:
    """Open a corpus: find its files and read its first header, nothing else.

    Parameters
    ----------
    config : CorpusConfig
        The ``[corpus]`` section.
    base : Path
        What relative paths are relative to.
    tokenizer : Tokenizer, optional
        What raw text is turned into ids with; no other format needs one.
    shards : sequence of Shard, optional
        The shards as a plan has frozen them; a worker that passes them spares a second measuring,
        which for packed files without a stated size means unpacking them.
    block_ids : int
        Ids a block aims at.

    Raises
    ------
    ConfigError
        The format is unknown, or needs a key that is not given, or a tokenizer.
    InputError
        A file is missing or is not of the format.
    """
    _check(config)
    seen = None
    if config.format == "hub":
        config = resolve_hub(config)
    if config.format == "auto":
        config, seen = detect_format(config, base=base)
    kind = _load("readers", FORMATS, config.format, "[corpus] format")
    if config.packing is not None and config.format != "text":
        found = f"; {seen}" if seen else ""
        raise ConfigError(
            f"[corpus] packing belongs to raw text, this is {config.format}{found}", fix="leave packing out"
        )
    if config.windows is not None:
        if config.format != "megatron":
            raise ConfigError("[corpus] windows belongs to megatron", expected='format = "megatron"')
        kind = _load("readers", {"windows": WINDOWS}, "windows", "[corpus] windows")
    more = {"tokenizer": tokenizer} if config.format == "text" else {}
    reader = kind(config, base=base, block_ids=block_ids, **more)
    if seen is not None:
        reader.facts = replace(reader.facts, seen=seen)
    if shards is not None:
        reader.adopt(shards)
    opened: Reader = reader
    return opened


def open_order(config: OrderConfig, reader: Reader, *, base: Path) -> TrainingOrder:
    """Open the training order of a corpus, and refuse one that does not fit it.

    Raises
    ------
    ConfigError
        The kind is unknown, or needs a key that is not given.
    InputError
        The order does not fit the corpus; the message gives both numbers.
    """
    order: TrainingOrder = _load("orders", ORDERS, config.kind, "[order] kind")(config, reader, base=base)
    return order


def _check(config: CorpusConfig) -> None:
    if config.sequence_length is not None and config.sequence_length < 1:
        raise ConfigError(f"[corpus] sequence_length = {config.sequence_length}", expected="at least 1")
    if config.max_shard_bytes is not None and config.max_shard_bytes < 1:
        raise ConfigError(f"[corpus] max_shard_bytes = {config.max_shard_bytes}", expected="at least 1")


def _load(room: str, table: dict[str, str], name: str, key: str) -> Any:
    if name not in table:
        near = difflib.get_close_matches(name, table, n=1)
        fix = f"did you mean {near[0]!r}?" if near else None
        known = sorted({*table, *("auto", "hub")} if room == "readers" else table)
        raise ConfigError(f"{key} = {name!r} is unknown", expected=", ".join(known), fix=fix)
    module, _, attribute = table[name].partition(":")
    return getattr(import_module(f"indexer.corpus.{room}.{module}"), attribute)
