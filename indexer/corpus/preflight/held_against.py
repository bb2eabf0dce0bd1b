"""What the files say of themselves, held against the configuration; each disagreement is one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from indexer.corpus.preflight.opening import Training
from indexer.corpus.sequences import Shard
from indexer.errors import ConfigError

CUTTING = ("arrow", "parquet", "mds")
"""Formats of which ``sequence_length`` cuts longer sequences, and leaves shorter ones."""
FLAT = ("headerless", "npy", "olmo", "olmo-core", "litpkds", "litdata", "datatrove")
"""Formats that are cut into rows from the start of each file."""


def refuse_impossible_ids(training: Training) -> None:
    """Refuse ids of the configuration that no file of the corpus can hold.

    Raises
    ------
    ConfigError
        ``end_of_document`` or one of ``special_ids`` lies beyond the vocabulary or the dtype.
    """
    corpus = training.config.corpus
    largest = np.iinfo(np.dtype(training.reader.facts.dtype)).max
    named = [] if corpus.end_of_document is None else [("end_of_document", corpus.end_of_document)]
    named += [("special_ids", one) for one in corpus.special_ids]
    for key, one in named:
        beyond = f"the vocabulary of {training.vocab_size:,}" if training.vocab_size else "any dtype of ids"
        if one > largest:
            beyond = training.reader.facts.dtype
        if one < 0 or one > largest or (training.vocab_size and one >= training.vocab_size):
            raise ConfigError(
                f"[corpus] {key}: {one} is no id of {beyond}, so it occurs nowhere",
                fix=f"set [corpus] {key} to the id the tokenizer has for it",
            )


def disagreements(training: Training) -> Iterator[str]:
    """Yield what files and configuration say differently, and a scan would take as configured."""
    yield from _of_width(training)
    yield from _of_samples(training)
    yield from _of_dtype(training)


def _of_width(training: Training) -> Iterator[str]:
    reader, given = training.reader, training.config.corpus.sequence_length
    if given is None:
        return
    stored = reader.stored_length()
    if stored is not None and stored != given:
        yield (
            f"sequence_length = {given:,}, but the files store sequences of {stored:,} ids: "
            + _consequence(reader.facts.format, given, stored)
        )
    if reader.facts.format in FLAT:
        for other in (given + 1, given - 1):
            if _fits_better(training.fitted.shards, other, given):
                yield (
                    f"sequence_length = {given:,}, but each file holds a multiple of {other:,} ids, and not"
                    f" of {given:,}: is it {other:,}, inputs and the last label counted as the run did?"
                )


def _consequence(form: str, given: int, stored: int) -> str:
    if form not in CUTTING:
        return "rows are cut across them, and begin elsewhere than those that were trained on"
    if given > stored:
        return "it cuts nothing"
    if given == stored - 1:
        return "the last id of each, the last label, is left out"
    return f"the last {stored - given:,} ids of each are left out"


def _fits_better(shards: tuple[Shard, ...], width: int, given: int) -> bool:
    sizes = [shard.n_tokens + shard.n_dropped_tokens for shard in shards]
    return (
        width > 1
        and all(size >= width and size % width == 0 for size in sizes)
        and any(size % given for size in sizes)
    )


def _of_samples(training: Training) -> Iterator[str]:
    details, order = training.reader.facts.details, training.fitted.order
    asked, last = details.get("n_samples_asked"), training.config.order.stop_step
    if asked is not None and last is not None and len(order.sequences_at(last - 1)):
        largest = int(order.sequences_at(last - 1).max())
        if largest >= asked:
            yield f"stop_step = {last:,} takes samples beyond the {asked:,} that the description asks for"
    for window in details.get("windows", ()):
        if window.get("index_split", "train") != "train":
            yield f"the windows {window['name']} are those of the split {window['index_split']!r}"
        named = window.get("named_samples")
        if named is not None and named < window["n_samples"] and last is None:
            yield (
                f"the name of {window['name']} asks for {named:,} samples, and the arrays hold"
                f" {window['n_samples']:,}: the run took no more than it asked for, so set stop_step"
            )


def _of_dtype(training: Training) -> Iterator[str]:
    dtype = np.dtype(training.reader.facts.dtype)
    size = training.vocab_size
    if size and dtype.itemsize < 4 and size - 1 > np.iinfo(dtype).max:
        yield f"ids of {dtype.name} end at {np.iinfo(dtype).max:,}, and the vocabulary holds {size:,}"
