"""What ``exposure check`` finds out before a scan: headers, order, samples, and what a scan will cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from indexer.config import Config
from indexer.corpus.orders.left_out import n_left_out
from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.preflight.batch_view import batch_rows
from indexer.corpus.preflight.corpus_notes import corpus_notes
from indexer.corpus.preflight.held_against import disagreements
from indexer.corpus.preflight.opening import Training
from indexer.corpus.preflight.sampling import SampleFacts
from indexer.corpus.sequences import Reader, Shard
from indexer.plurals import counted
from indexer.storage.compressed import without_suffix
from indexer.tokenizers import Tokenizer
from indexer.units import Int64Array

SPEED_SECONDS = 1.0
SAMPLE_IDS = 512
GOOD_FIT = 0.8


@dataclass
class Preflight:
    """What was found.

    Attributes
    ----------
    facts : dict
        Name and value, in the order they are shown.
    warnings : list of str
        What looks wrong.
    unverified : list of str
        What could not be checked and is taken on trust.
    sample : str
        Text of the first sequence of step 0, where there is a tokenizer.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    sample: str = ""


def find_out(training: Training, *, announce: Callable[[str], object] = lambda _: None) -> Preflight:
    """Describe corpus, order and tokenizer, look at samples, and measure the read speed.

    Parameters
    ----------
    training : Training
        The corpus, opened.
    announce : callable, optional
        Told what is being waited for.

    Raises
    ------
    ConfigError, InputError
        As planning an index would.
    """
    found = Preflight()
    config, tokenizer, reader = training.config, training.tokenizer, training.reader
    if reader.facts.format == "text":
        announce("tokenizing the text to count it")
        found.warnings.append(
            "the corpus is raw text: it was tokenized to be counted, and is tokenized again by every scan;"
            " `exposure tokenize` does it once for all"
        )
    elif not training.is_quick:
        announce("reading the corpus to count it")
    shards, sample, order, grid = training.fitted
    facts = found.facts
    n_bytes = sum(shard.n_bytes for shard in shards)
    n_tokens = sum(shard.n_tokens for shard in shards)
    n_dropped = sum(shard.n_dropped_tokens for shard in shards)
    facts["format"] = reader.facts.format
    facts["seen"] = reader.facts.seen
    facts["dtype"] = reader.facts.dtype
    facts["shards"] = len(shards)
    facts["bytes on disk"] = n_bytes
    facts["sequences"] = sum(shard.n_sequences for shard in shards)
    facts["ids per sequence"] = reader.facts.sequence_length or "varies"
    facts["ids in sequences"] = n_tokens
    facts["ids that fill no sequence"] = n_dropped
    found.warnings += corpus_notes(reader.facts, shards)
    facts["last id shared"] = reader.facts.label_overlap
    asked = reader.facts.details.get("n_samples_asked")
    if asked is not None:
        facts["samples the run asked for"] = f"{asked:,}, as its description says; steps end there"
    _describe_order(found, order, grid)
    _describe_sample(found, sample, training)
    found.warnings += disagreements(training)
    if tokenizer is not None and order.stop_step > order.start_step:
        _describe_fit(found, reader, order, tokenizer)
    if tokenizer is not None:
        facts["sha256 of the tokenizer"] = tokenizer.content_hash
        facts["sha256 of its vocabulary"] = tokenizer.vocabulary_hash
    announce("measuring the read speed")
    speed = _read_speed(reader)
    if speed:
        facts["read speed, ids per second"] = round(speed)
        facts["minutes to read it all, one core"] = round(n_tokens / speed / 60, 1)
    _list_unverified(found, reader, config)
    return found


def _describe_order(found: Preflight, order: TrainingOrder, grid: Int64Array) -> None:
    facts = found.facts
    facts["order"] = order.facts["kind"]
    if "batch_size" in order.facts:
        facts["sequences per step"] = order.facts["batch_size"]
    facts["sequences that no step takes"] = n_left_out(order.facts)
    facts["steps in the order"] = order.facts.get("n_steps", order.stop_step)
    facts["training window"] = (
        f"steps {order.start_step:,} to {order.stop_step - 1:,}"
        if order.stop_step > order.start_step
        else "no steps"
    )
    shown = ", ".join(f"{step:,}" for step in grid[:4].tolist())
    facts["checkpoints"] = f"{len(grid):,}: {shown}{', ...' if len(grid) > 4 else ''} {grid[-1]:,}"
    if order.facts["kind"] == "unknown":
        found.warnings.append("no order is known: counts will have no steps")


def _describe_sample(found: Preflight, sample: SampleFacts, training: Training) -> None:
    config, vocab_size = training.config, training.vocab_size
    of = f" of {vocab_size:,}" if vocab_size else ", of an unknown vocabulary"
    found.facts["largest id in the sample"] = f"{sample.largest_id:,}{of}"
    if sample.end_of_document_rate is not None:
        found.facts["share of end of document"] = f"{sample.end_of_document_rate:.4%}"
        if sample.end_of_document_rate == 0:
            found.warnings.append(
                f"end_of_document = {config.corpus.end_of_document} does not occur in the sample:"
                " a match may run across two documents and nothing shows it"
            )
        if sample.end_of_document_rate > 0.5:
            found.warnings.append(
                "more than half of the sample is the end-of-document id: padding, or a wrong dtype"
            )


def _describe_fit(found: Preflight, reader: Reader, order: TrainingOrder, tokenizer: Tokenizer) -> None:
    row = next(batch_rows(reader, order, order.start_step), None)
    if row is None or not len(row.ids):
        return
    ids = row.ids[:SAMPLE_IDS].tolist()
    found.sample = tokenizer.decode(ids)
    found.facts["tokenizer"] = f"{tokenizer.name}, {counted(tokenizer.n_ids, 'id')}"
    special = tokenizer.token_bytes().special
    spelling = [one for one in ids if one < len(special) and not special[one]]
    again = tokenizer.encode_batch([tokenizer.decode(spelling)])[0]
    common = np.intersect1d(again, spelling)
    share = (
        float(np.isin(spelling, common).mean()) * min(1.0, len(spelling) / max(1, len(again)))
        if spelling
        else 0.0
    )
    found.facts["ids that its text gives back"] = f"{share:.0%}"
    if share < GOOD_FIT:
        found.warnings.append(
            f"the text of a sample, tokenized again, gives back only {share:.0%} of its ids:"
            " is this the tokenizer of the corpus?"
        )


def _read_speed(reader: Reader) -> float:
    """Read for about a second, touching every id, and return ids per second."""
    n_ids, began = 0, time.perf_counter()
    for shard in reader.shards():
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            int(block.ids.max(initial=0))
            n_ids += len(block.ids)
            spent = time.perf_counter() - began
            if spent > SPEED_SECONDS:
                return n_ids / spent
    spent = time.perf_counter() - began
    return n_ids / spent if spent else 0.0


def _list_unverified(found: Preflight, reader: Reader, config: Config) -> None:
    trust = found.unverified
    trust.append("ids outside the sample: each is checked while it is scanned")
    if config.order.kind in ("sequential", "within-shards", "per-shard", "litpkds"):
        trust.append(
            "that the run took the sequences in this order: compare `exposure batch` with the trainer's log"
        )
    if reader.facts.format in ("headerless", "olmo", "olmo-core"):
        trust.append("the dtype and the length of the sequences: the files do not say them")
    if reader.facts.label_overlap:
        trust.append("that the last id of a sequence is the first of another")
    if reader.facts.details.get("unknown_hashes"):
        names = ", ".join(reader.facts.details["unknown_hashes"])
        trust.append(f"the hashes that index.json records as {names}: no such hash is known here")
    if config.tokenizer.path is None:
        trust.append("the vocabulary and the text of the ids: no tokenizer is named")
    # lines of text or ids were all read to be counted
    read_whole = reader.facts.format in ("text", "jsonl")
    if not read_whole and any(map(_is_packed, reader.shards())):
        trust.append(
            "packed shards beyond their frame heads and seek tables: they are unpacked to the end while they"
            " are scanned"
        )


def _is_packed(shard: Shard) -> bool:
    return not shard.seekable or without_suffix(shard.name) != shard.name
