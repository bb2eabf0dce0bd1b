"""Index files: lists of sequence numbers in the order they were trained on, one list an epoch.

``indices`` takes any npy file (1-D, or 2-D with one batch a row) or headerless array; -1 is padding: a place
in a batch that holds no sequence. The files of OLMo and OLMo-core are found by their names:

========== ======================================================================================
kind       file, headerless uint32
========== ======================================================================================
olmo       ``train_data/global_indices.npy``
olmo-core  ``global_indices[_chunk<c>]_dataset_size<n>[_epoch<e>_seed<s>]_v1.npy``
========== ======================================================================================

Batch k of an epoch is positions k B to k B + B - 1; what fills no batch at an epoch's end is dropped.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.config.order import OrderConfig
from indexer.corpus.orders.batches import BatchSizes
from indexer.corpus.orders.completeness import COMPLETENESS_KEYS, Taken, judge_list
from indexer.corpus.orders.index_files import content_hash, likely_dtype_of_list, load_list
from indexer.corpus.orders.order import Visits
from indexer.corpus.orders.positions import PAGE, InverseOrder, ListFacts, examine, padding_of
from indexer.corpus.orders.window import WINDOW_KEYS, window_of
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError, InputError
from indexer.plurals import counted
from indexer.storage import files
from indexer.storage.globs import not_by_number
from indexer.units import Int64Array

CORE_NAME = re.compile(
    r"global_indices(?:_chunk(?P<chunk>\d+))?_dataset_size(?P<size>\d+)"
    r"(?:_epoch(?P<epoch>\d+)_seed(?P<seed>\d+))?_v1\.npy$"
)


class IndexOrder:
    """Batches of listed sequences, epoch after epoch."""

    keys = (
        WINDOW_KEYS
        | COMPLETENESS_KEYS
        | {
            "path",
            "dtype",
            "batch_size",
            "batch_tokens",
            "epochs",
            "drop_last",
            "ranks",
        }
    )

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        shards = reader.shards()
        self._n_sequences = sum(shard.n_sequences for shard in shards)
        self._ranks = config.ranks
        if config.ranks < 1:
            raise ConfigError(f"[order] ranks = {config.ranks}", expected="at least 1")
        lists, sources = self._lists(config, reader, base)
        self._batches = BatchSizes.given(_batch_size(config, reader, lists, sources[0][0]))
        flat = [entries.reshape(-1) for entries in lists]
        self._has_padding = config.kind == "indices"
        found = [examine(one, self._n_sequences, has_padding=self._has_padding) for one in flat]
        on_purpose: Taken = {}
        for (name, _), entries, facts in zip(sources, flat, found, strict=True):
            on_purpose |= self._judge(config, name, entries, facts, base)
        if len(flat) == 1 and config.epochs > 1:
            flat, sources, found = flat * config.epochs, sources * config.epochs, found * config.epochs
        elif config.epochs not in (1, len(flat)):
            raise ConfigError(f"[order] epochs = {config.epochs}", expected=f"{len(flat)}, one an index file")
        self._epochs: list[tuple[int, int]] = []
        step = 0
        self._used: list[NDArray[Any]] = []
        for entries in flat:
            n_steps = self._batches.steps_within(step, len(entries), drop_last=config.drop_last)
            taken = min(len(entries), self._batches.consumed(step + n_steps) - self._batches.consumed(step))
            self._epochs.append((step, taken))
            self._used.append(entries[:taken])
            step += n_steps
        self._n_steps = step
        self._firsts = np.concatenate([[0], np.cumsum([taken for _, taken in self._epochs])]).astype(np.int64)
        self._inverse = InverseOrder(self._used, self._n_sequences)
        self.start_step, self.stop_step = window_of(config, step, n_sequences=self._n_sequences)
        self.facts: dict[str, Any] = {
            "kind": config.kind,
            "batch_size": self._batches.as_fact(),
            "drop_last": config.drop_last,
            "n_steps": step,
            "taken_on_purpose": on_purpose,
            "n_sequences_left_out": self._n_unvisited(found),
            "epochs": [
                {
                    "source": name,
                    "sha256": digest,
                    "n_entries": len(entries),
                    "n_padding": facts.n_padding,
                    "n_sequences": facts.n_distinct,
                    "n_repeated": facts.n_repeated,
                    "n_entries_left_out": len(entries) - taken,
                }
                for (name, digest), entries, facts, (_, taken) in zip(
                    sources, flat, found, self._epochs, strict=True
                )
            ],
        }

    def _n_unvisited(self, found: list[ListFacts]) -> int:
        """Count the sequences that no batch of any epoch holds."""
        n = self._n_sequences
        sizes = zip(found, self._used, strict=True)
        if any(
            facts.n_distinct == n and facts.n_padding + n + facts.n_repeated == len(used)
            for facts, used in sizes
        ):
            return 0
        seen = np.zeros(n, bool)
        for used in self._used:
            for page in range(0, len(used), PAGE):
                part = np.asarray(used[page : page + PAGE])
                seen[part[(part >= 0) & (part < n)]] = True
        return n - int(np.count_nonzero(seen))

    def _lists(
        self, config: OrderConfig, reader: Reader, base: Path
    ) -> tuple[list[NDArray[Any]], list[tuple[str, str]]]:
        """Return one list of sequence numbers an epoch, with its name and its hash."""
        if config.path is None:
            raise ConfigError(f"[order] kind = {config.kind!r} has no index file", fix="set [order] path")
        paths = [config.path] if isinstance(config.path, str) else list(config.path)
        names: list[str] = []
        for path in paths:
            in_folder = files.is_folder(path, base=base)
            found = self._in_folder(path, base) if in_folder else files.expand(path, base=base)
            pair = not_by_number(found)
            if pair is not None:
                raise ConfigError(
                    f"stands for {pair[0]} before {pair[1]}: names are sorted as text",
                    path=path,
                    fix="name the files as a list, in the order of the epochs",
                )
            names += found
        if config.kind == "olmo-core":
            for name in names:
                self._check_name(name, reader)
            _refuse_other_epochs(names)
        lists = [load_list(name, config.dtype, base=base) for name in names]
        hashes = [content_hash(files.file_at(name, base=base)) for name in names]
        return lists, list(zip(names, hashes, strict=True))

    def _in_folder(self, folder: str, base: Path) -> list[str]:
        inside = files.list_folder(folder, base=base)
        core = []
        for name in inside:
            match = CORE_NAME.match(files.base_name(name))
            if match and int(match["size"]) == self._n_sequences:
                core.append((int(match["epoch"] or 0), name))
        epochs = [epoch for epoch, _ in core]
        if len(set(epochs)) < len(epochs):
            found = ", ".join(files.base_name(name) for _, name in sorted(core))
            raise ConfigError(
                f"holds several orders of {self._n_sequences:,} sequences for one epoch: {found}",
                path=folder,
                fix="name those of the run as [order] path",
            )
        if core:
            if sorted(set(epochs) - {0}) not in ([], list(range(1, len(epochs) + 1))):
                raise InputError(
                    f"holds orders of the epochs {', '.join(map(str, sorted(epochs)))}",
                    path=folder,
                    expected="one for each epoch from 1 on",
                    fix="fetch those that are missing, or name those that the run took as [order] path",
                )
            return [name for _, name in sorted(core)]
        plain = [name for name in inside if files.base_name(name) == "global_indices.npy"]
        nested = files.join(folder, "train_data/global_indices.npy")
        if not plain and files.exists(nested, base=base):
            plain = [nested]
        if not plain:
            raise InputError(
                f"holds no order file for {self._n_sequences:,} sequences",
                path=folder,
                expected="global_indices.npy, or global_indices_dataset_size<n>..._v1.npy",
            )
        return plain

    def _check_name(self, name: str, reader: Reader) -> None:
        match = CORE_NAME.match(files.base_name(name))
        length, block = reader.facts.sequence_length, reader.facts.details.get("max_target_sequence_length")
        n_in_block = block // length if block and length else 1
        if match and length and int(match["chunk"] or 1) != n_in_block:
            n_ids = int(match["chunk"] or 1) * length
            raise InputError(
                f"was made for blocks of {match['chunk'] or 1} instances",
                path=name,
                expected=f"{n_in_block}, as [corpus] max_target_sequence_length says",
                fix=f"set [corpus] max_target_sequence_length = {n_ids}, or name the order of this run",
            )
        if match and int(match["size"]) != self._n_sequences:
            raise InputError(
                f"was made for {int(match['size']):,} instances",
                path=name,
                expected=f"{self._n_sequences:,}, the sequences of the corpus",
            )

    def _judge(
        self, config: OrderConfig, name: str, entries: NDArray[Any], facts: ListFacts, base: Path
    ) -> Taken:
        """Refuse a list that is not of this corpus, or not whole; return what was taken on purpose."""
        n = self._n_sequences
        other = None
        if config.path is not None and (facts.n_repeated or facts.beyond is not None or facts.negative):
            other = likely_dtype_of_list(name, entries.dtype, n, base=base)
        if facts.negative is not None:
            at, value = facts.negative
            raise InputError(
                f"names sequence {value}",
                path=name,
                offset=f"entry {at:,}",
                expected=f"0 to {n - 1:,}" + (", or -1 where a place is empty" if self._has_padding else ""),
                fix=f'it looks like [order] dtype = "{other}"'
                if other
                else "write the order anew from the loader of the run",
            )
        if facts.beyond is not None:
            raise InputError(
                f"names sequence {facts.largest:,}, but the corpus holds {counted(n, 'sequence')}"
                f" (0 to {n - 1:,})",
                path=name,
                offset=f"entry {facts.beyond:,}" if int(entries[facts.beyond]) == facts.largest else None,
                fix="a shard is missing, or the order belongs to other shards, or its dtype is wrong"
                + (f': it looks like [order] dtype = "{other}"' if other else ""),
            )
        return judge_list(config, name, n, facts, self._batches.size_at(0), dtype=other)

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop)."""
        offsets, positions = self._inverse.positions(start, stop)
        steps = self._steps_of(positions)
        inside = (steps >= self.start_step) & (steps < self.stop_step)
        kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(inside, dtype=np.int64)])
        return Visits(kept[offsets], steps[inside])

    def _steps_of(self, positions: Int64Array) -> Int64Array:
        epoch = np.searchsorted(self._firsts, positions, side="right") - 1
        begins = np.array([self._batches.consumed(step) for step, _ in self._epochs], np.int64)
        return self._batches.step_of(begins[epoch] + positions - self._firsts[epoch])

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, rank after rank in batch order; padding is left out."""
        if not 0 <= step < self._n_steps:
            return np.empty(0, np.int64)
        epoch = max(e for e, (first, taken) in enumerate(self._epochs) if first <= step and taken)
        begin = self._batches.consumed(step) - self._batches.consumed(self._epochs[epoch][0])
        entries = np.asarray(self._used[epoch][begin : begin + self._batches.size_at(step)])
        if len(entries) % self._ranks == 0:
            entries = entries.reshape(-1, self._ranks).T.reshape(-1)
        named = entries[entries != padding_of(entries.dtype)] if self._has_padding else entries
        found: Int64Array = named.astype(np.int64)
        return found


def _refuse_other_epochs(names: list[str]) -> None:
    """Refuse order files of OLMo-core that are of several seeds, or not in the order of their epochs."""
    told = [
        (int(match["epoch"]), match["seed"])
        for name in names
        if (match := CORE_NAME.match(files.base_name(name))) is not None and match["epoch"]
    ]
    seeds = sorted({seed for _, seed in told})
    if len(seeds) > 1:
        raise ConfigError(
            f"names orders of the seeds {' and '.join(seeds)}",
            path="[order] path",
            fix="name those of one run alone",
        )
    epochs = [epoch for epoch, _ in told]
    if epochs != sorted(epochs):
        raise ConfigError(
            f"names orders of the epochs {', '.join(map(str, epochs))}",
            path="[order] path",
            expected="ascending, as they were trained on",
        )


def _batch_size(
    config: OrderConfig, reader: Reader, lists: list[NDArray[Any]], name: str
) -> int | list[list[int]] | None:
    """Return the batch size that is given, in sequences or ids, or that a list with a row a batch has."""
    if config.batch_tokens is not None:
        if config.batch_size is not None:
            raise ConfigError(
                f"[order] batch_size = {config.batch_size} stands beside batch_tokens",
                fix="leave one of them out",
            )
        return batch_of_tokens(config, reader)
    rows = {int(one.shape[1]) for one in lists if one.ndim == 2}
    if rows and config.batch_size is not None and rows != {config.batch_size}:
        raise ConfigError(
            f"has rows of {min(rows):,} sequences, a batch each",
            path=name,
            expected=f"{config.batch_size}, as [order] batch_size says",
            fix="leave [order] batch_size out",
        )
    return min(rows) if rows else config.batch_size


def batch_of_tokens(config: OrderConfig, reader: Reader) -> int:
    """Return the sequences per step of a batch size in ids.

    Raises
    ------
    ConfigError
        The sequences are not all equally long, or their length does not divide it.
    """
    length, tokens = reader.facts.sequence_length, config.batch_tokens or 0
    if length is None or tokens < 1 or tokens % length:
        raise ConfigError(
            f"[order] batch_tokens = {tokens:,}", expected=f"a multiple of the sequence length, {length}"
        )
    return tokens // length
