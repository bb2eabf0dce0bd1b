"""Shards of token ids in any format, and the training order that names the steps of every sequence.

`open_corpus` and `open_order` look a format or rule up by name and import its one file; readers do
not know each other, and neither do orders.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from indexer.config.corpus import CorpusConfig
from indexer.config.idle import changed_keys, limited_to, refuse_idle
from indexer.config.order import OrderConfig
from indexer.corpus.blocks.file_reader import refuse_named_twice
from indexer.corpus.blocks.from_sources import BLOCK_IDS
from indexer.corpus.hub import FORMATS as HUB_FORMATS
from indexer.corpus.hub import resolve_hub
from indexer.corpus.orders.order import TrainingOrder, Visits
from indexer.corpus.preflight.detect import detect_format
from indexer.corpus.sequences import CorpusFacts, Reader, SequenceBlock, Shard
from indexer.errors import ConfigError
from indexer.near_names import did_you_mean
from indexer.storage.parts import Parts, reading_parts
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
    "corpus_keys",
    "open_corpus",
    "open_order",
    "order_keys",
    "order_of",
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
    "olmo-core": "olmo:OlmoCoreReader",
    "parquet": "arrow:ArrowReader",
    "pythia": "megatron_parts:MegatronPartsReader",
    "text": "text:TextReader",
}
"""Format name: module and class in ``readers/``."""

WINDOWS = "megatron_windows:MegatronWindowsReader"
WITH_WINDOWS = "megatron with windows"

ORDERS = {
    "indices": "indices:IndexOrder",
    "litpkds": "litpkds:LitpkdsOrder",
    "megatron": "megatron:MegatronOrder",
    "nanotron": "nanotron:NanotronOrder",
    "olmo": "permutations:OlmoOrder",
    "olmo-core": "permutations:OlmoOrder",
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
    given: Collection[str] | None = None,
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
    given : collection of str, optional
        The keys that a user gave; without it, those that differ from their defaults.

    Raises
    ------
    ConfigError
        The format is unknown, or needs a key that is not given, or a tokenizer; or a key is given that has
        no effect on it.
    InputError
        A file is missing or is not of the format.
    """
    _check(config)
    with reading_parts(Parts(config.parts or "")):
        return _opened(config, base, tokenizer, shards, block_ids, given)


def _opened(
    config: CorpusConfig,
    base: Path,
    tokenizer: Tokenizer | None,
    shards: Sequence[Shard] | None,
    block_ids: int,
    given: Collection[str] | None,
) -> Reader:
    given = set(changed_keys(config) if given is None else given)
    seen = None
    if config.format == "hub":
        config = resolve_hub(config)
        given.discard("split")
    if config.format == "auto":
        config, seen = detect_format(config, base=base)
    kind = _load("readers", FORMATS, config.format, "[corpus] format")
    user = config.format
    if config.format == "megatron" and config.windows is not None:
        kind, user = _load("readers", {"windows": WINDOWS}, "windows", "[corpus] windows"), WITH_WINDOWS
    if not given <= kind.keys and shards is None:
        keys = corpus_keys()
        refuse_idle(config, "corpus", given, user=user, keys=keys, chooser="format", seen=seen or "")
    more = {"tokenizer": tokenizer} if config.format == "text" else {}
    reader = kind(limited_to(config, kind.keys), base=base, block_ids=block_ids, **more)
    if not (config.allow_repeats or kind.may_repeat):
        refuse_named_twice(reader.files)
    if seen is not None:
        reader.facts = replace(reader.facts, seen=seen)
    if shards is not None:
        reader.adopt(shards)
    opened: Reader = reader
    return opened


def open_order(
    config: OrderConfig, reader: Reader, *, base: Path, given: Collection[str] | None = None
) -> TrainingOrder:
    """Open the training order of a corpus, and refuse one that does not fit it.

    Raises
    ------
    ConfigError
        The kind is unknown, or needs a key that is not given; or a key is given that has no effect on it.
    InputError
        The order does not fit the corpus; the message gives both numbers.
    """
    kind = order_of(config, given)
    order: TrainingOrder = kind(limited_to(config, kind.keys), reader, base=base)
    return order


def order_of(config: OrderConfig, given: Collection[str] | None = None) -> Any:
    """Return the class of an order, after refusing keys that have no effect on it.

    Raises
    ------
    ConfigError
        The kind is unknown, or a key is given that has no effect on it.
    """
    kind = _load("orders", ORDERS, config.kind, "[order] kind")
    given = changed_keys(config) if given is None else given
    if not kind.keys.issuperset(given):
        keys, likely = order_keys(), _likely_kind(config)
        refuse_idle(config, "order", given, user=config.kind, keys=keys, chooser="kind", likely=likely)
    return kind


def _likely_kind(config: OrderConfig) -> str | None:
    """Return the order whose file ``path`` looks like, as TOML."""
    path = config.path if isinstance(config.path, str) else "".join((config.path or [])[:1])
    looks = (
        (".parquet", "table"),
        (".csv", "table"),
        ("_v1.npy", "olmo-core"),
        ("global_indices.npy", "olmo"),
    )
    kinds = (kind for ending, kind in (*looks, (".npy", "indices")) if path.endswith(ending))
    return next((f'"{kind}"' for kind in kinds if kind != config.kind), None)


def corpus_keys() -> dict[str, frozenset[str]]:
    """Return the keys of ``[corpus]`` that have an effect, by format."""
    keys = {name: _load("readers", FORMATS, name, "").keys for name in FORMATS}
    keys[WITH_WINDOWS] = _load("readers", {"windows": WINDOWS}, "windows", "").keys
    of_files = (keys[name] for name in sorted(set(HUB_FORMATS.values())))
    return {**keys, "hub": frozenset.union(*of_files)}


def order_keys() -> dict[str, frozenset[str]]:
    """Return the keys of ``[order]`` that have an effect, by kind."""
    return {name: _load("orders", ORDERS, name, "").keys for name in ORDERS}


def _check(config: CorpusConfig) -> None:
    if config.sequence_length is not None and config.sequence_length < 1:
        raise ConfigError(f"[corpus] sequence_length = {config.sequence_length}", expected="at least 1")
    if config.max_shard_bytes is not None and config.max_shard_bytes < 1:
        raise ConfigError(f"[corpus] max_shard_bytes = {config.max_shard_bytes}", expected="at least 1")


def _load(room: str, table: dict[str, str], name: str, key: str) -> Any:
    if name not in table:
        known = sorted({*table, *("auto", "hub")} if room == "readers" else table)
        raise ConfigError(
            f"{key} = {name!r} is unknown", expected=", ".join(known), fix=did_you_mean(name, known)
        )
    module, _, attribute = table[name].partition(":")
    return getattr(import_module(f"indexer.corpus.{room}.{module}"), attribute)
