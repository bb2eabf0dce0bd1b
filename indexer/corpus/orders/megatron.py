"""Megatron's samplers: consecutive samples of the windows that ``[corpus] windows`` describes.

Batch k is samples k B to k B + B - 1, whatever the number of ranks; a ramp-up of the batch size is
``batch_size = [[first step, size], ...]``. A blend interleaves the samples of several corpora: Megatron-core
saves ``<md5>-BlendedDataset-<split>-{dataset,dataset_sample}_index.npy``, named by ``[order] path``; GPT-NeoX
fills the same arrays at every start and saves nothing, so they are made anew from ``weights``. Source:
NVIDIA/Megatron-LM megatron/core/datasets/blended_dataset.py, megatron/training/datasets/data_samplers.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.formats.sample_index import load_npy
from indexer.corpus.kernels.blending import blend
from indexer.corpus.orders.batches import BatchSizes
from indexer.corpus.orders.index_files import content_hash
from indexer.corpus.orders.order import Visits
from indexer.corpus.orders.positions import InverseOrder
from indexer.corpus.orders.sequential import SequentialOrder
from indexer.corpus.orders.window import WINDOW_KEYS, window_of
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError, InputError
from indexer.storage import files
from indexer.units import Int64Array

ENDINGS = ("-dataset_index.npy", "-dataset_sample_index.npy")


class _Samples(SequentialOrder):
    """The samples of one corpus; its index arrays hold all epochs."""

    def _n_epochs(self, config: OrderConfig) -> int:
        del config
        return 1


class MegatronOrder:
    """Samples in the order they were asked for, of one corpus or of a blend."""

    keys = WINDOW_KEYS | {"batch_size", "drop_last", "path", "weights"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        if "windows" not in reader.facts.details:
            raise ConfigError(
                "[order] kind = 'megatron' orders training samples",
                fix="set [corpus] windows to the index arrays; stored sequences are kind = 'sequential'",
            )
        shards = reader.shards()
        if config.path is not None:
            if config.weights:
                raise ConfigError(
                    "[order] weights have no effect where path names the arrays of a blend",
                    fix="leave [order] weights out, or path",
                )
            self._recorded_blend(config, reader, base)
        elif config.weights:
            self._weighted_blend(config, reader)
        else:
            if len(shards) > 1:
                raise ConfigError(
                    f"the corpus is a blend of {len(shards)}, whose interleaving is not known",
                    path="[order]",
                    fix="set [order] path to the folder of its -dataset_index.npy, or the weights of the run",
                )
            plain = _Samples(config, reader, base=base)
            self._visits, self._sequences_at = plain.visits, plain.sequences_at
            self.start_step, self.stop_step = plain.start_step, plain.stop_step
            self.facts: dict[str, Any] = {**plain.facts, "kind": "megatron"}

    def _recorded_blend(self, config: OrderConfig, reader: Reader, base: Path) -> None:
        """Take the arrays that Megatron-core saved."""
        names = _find_blend(config.path, base)
        which, sample = (load_npy(name, base=base) for name in names)
        if which.ndim != 1 or which.shape != sample.shape:
            raise InputError(f"has {which.shape} entries beside {sample.shape}", path=names[0])
        number, within = np.asarray(which, np.int64), np.asarray(sample, np.int64)
        self._blend(config, reader, number, within, names[1])
        _refuse_written_over(number, within, names[1])
        self.facts["blend"] = [
            {"source": name, "sha256": content_hash(files.file_at(name, base=base))} for name in names
        ]

    def _weighted_blend(self, config: OrderConfig, reader: Reader) -> None:
        """Interleave by the weights of the run, as GPT-NeoX does at every start."""
        n_corpora = len(reader.shards())
        if len(config.weights) != n_corpora or min(config.weights) < 0 or not sum(config.weights):
            raise ConfigError(
                f"[order] weights = {config.weights}",
                expected=f"{n_corpora} weights, one for each of [corpus] paths",
            )
        if config.stop_step is None:
            raise ConfigError("[order] weights need a stop_step: a blend by weights has no end of its own")
        which, within = blend(config.weights, BatchSizes.of(config).consumed(config.stop_step))
        self._blend(config, reader, which, within, "[order] weights")
        self.facts["blend"] = {"weights": config.weights}

    def _blend(
        self, config: OrderConfig, reader: Reader, number: Int64Array, within: Int64Array, name: str
    ) -> None:
        shards = reader.shards()
        firsts = np.array([shard.first_sequence for shard in shards], np.int64)
        sizes = np.array([shard.n_sequences for shard in shards], np.int64)
        if number.size and (int(number.max()) >= len(shards) or int(number.min()) < 0):
            raise InputError(f"names corpus {int(number.max())} of {len(shards)}", path=name)
        beyond = np.flatnonzero((within >= sizes[number]) | (within < 0))
        if beyond.size:
            at = int(beyond[0])
            raise InputError(
                f"asks for sample {int(within[at]):,} of {shards[int(number[at])].name},"
                f" which has {int(sizes[number[at]]):,}",
                path=name,
                offset=f"entry {at:,}",
            )
        self._entries = firsts[number] + within
        self._batches = BatchSizes.of(config)
        n_steps = self._batches.steps_within(0, len(self._entries), drop_last=config.drop_last)
        self._n_used = min(self._batches.consumed(n_steps), len(self._entries))
        self._inverse = InverseOrder([self._entries[: self._n_used]], int(sizes.sum()))
        self._visits, self._sequences_at = self._blend_visits, self._blend_sequences_at
        self.start_step, self.stop_step = window_of(config, n_steps, n_sequences=len(self._entries))
        self.facts = {
            "kind": "megatron",
            "batch_size": self._batches.as_fact(),
            "drop_last": config.drop_last,
            "n_steps": n_steps,
        }

    def _blend_visits(self, start: int, stop: int) -> Visits:
        offsets, positions = self._inverse.positions(start, stop)
        steps = self._batches.step_of(positions)
        inside = (steps >= self.start_step) & (steps < self.stop_step)
        kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(inside, dtype=np.int64)])
        return Visits(kept[offsets], steps[inside])

    def _blend_sequences_at(self, step: int) -> Int64Array:
        if step < 0:
            return np.empty(0, np.int64)
        begin = self._batches.consumed(step)
        return self._entries[begin : min(begin + self._batches.size_at(step), self._n_used)]

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the samples [start, stop)."""
        return self._visits(start, stop)

    def sequences_at(self, step: int) -> Int64Array:
        """Return the samples of a step, in batch order."""
        return self._sequences_at(step)


def _refuse_written_over(number: Int64Array, within: Int64Array, name: str) -> None:
    """Refuse a blend in which an entry was written over: it takes the samples of each corpus one by one."""
    for corpus in np.unique(number).tolist():
        places = np.flatnonzero(number == corpus)
        other = np.flatnonzero(within[places] != np.arange(len(places)))
        if other.size:
            at = int(places[other[0]])
            raise InputError(
                f"takes sample {int(within[at]):,} of corpus {corpus}",
                path=name,
                offset=f"entry {at:,}",
                expected=f"sample {int(other[0]):,}: those of each corpus are taken one after another",
                fix="one of the two arrays is damaged, or of another blend",
            )


def _find_blend(path: str | list[str] | None, base: Path) -> list[str]:
    if isinstance(path, list):
        if len(path) != 2:
            raise ConfigError(
                "[order] path of a blend", expected="the dataset index and the dataset sample index"
            )
        return path
    where = path or ""
    if not files.is_folder(where, base=base):
        return [where + ending for ending in ENDINGS]
    inside = files.list_folder(where, base=base)
    stems = [name[: -len(ENDINGS[0])] for name in inside if name.endswith(ENDINGS[0])]
    training = [stem for stem in stems if stem.endswith("-train")] if len(stems) > 1 else stems
    if len(training) != 1:
        raise ConfigError(
            f"holds {len(stems)} blends", path=where, fix="give one up to its ending: " + ", ".join(stems)
        )
    return [training[0] + ending for ending in ENDINGS]
