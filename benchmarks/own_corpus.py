"""Somebody's own shards and phrases as a workload: a bounded part, read through the tool's own readers."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import measure, text_unit
from benchmarks.cases import Case, Expected
from benchmarks.experiments import scan
from benchmarks.text_unit import MATCH, RULES, TextLoad
from benchmarks.workload import SEED, Workload
from indexer.config import Config
from indexer.config.load import load_config
from indexer.corpus.preflight.opening import Training
from indexer.errors import ConfigError
from indexer.patterns import IdPatterns
from indexer.phrases import load_phrases
from indexer.phrases.normalization import normalized
from indexer.phrases.surface_forms import id_patterns
from indexer.preflight import preflight
from indexer.storage.roots import within

MOST_FORMS = 134_000
"""Of more phrases a seeded part is taken: a peer takes a minute to build for a million."""


def measure_own(path: Path, arguments: argparse.Namespace) -> list[dict]:
    """Return the records of a configuration's corpus: ids beside all peers, and text where it asks for it.

    Raises
    ------
    ExposureError
        The configuration, its phrases or its corpus is not what it should be.
    """
    config = load_config(path)
    with within(config.roots()):
        print("Reading the head of the corpus, and the phrases ...", flush=True)
        training = preflight(config)
        workload = _with_phrases(_head(training, path.name, arguments.tokens), config, training)
        of_text = _text_load(workload, config, training)
    n_tokens = len(workload.stream)
    print(
        f"  {n_tokens:,} ids of {len(workload.bounds) - 1:,} sequences,"
        f" {len(workload.phrases['own'][1]) - 1:,} id forms of phrases",
        flush=True,
    )
    sizes = argparse.Namespace(tokens=n_tokens, slow_tokens=min(n_tokens, arguments.slow_tokens))
    cases = scan(workload, Expected(workload), sizes)
    if workload.stream.itemsize != 2:
        cases = [case for case in cases if "tokengrams" not in case.name]  # it reads ids of 16 bits
    for case in cases:
        case.n_tokens = len(workload.rows(case.n_tokens)[0])
    records = measure.measure(cases, arguments.rounds, not arguments.no_memory, arguments.clock)
    if of_text is not None:
        print("Text ...", flush=True)
        records += measure.measure(
            _of_text(of_text), arguments.rounds, not arguments.no_memory, arguments.clock
        )
    return records


def _head(training: Training, name: str, n_tokens: int) -> Workload:
    """Return the first sequences of the corpus, each with ids of its own where ranges overlap."""
    parts: list[np.ndarray] = []
    lengths: list[int] = []
    missing = n_tokens
    reader = training.reader
    for shard in reader.shards():
        stop = shard.first_sequence + shard.n_sequences
        for block in reader.blocks(shard, shard.first_sequence, stop):
            for first, last in zip(block.starts.tolist(), block.stops.tolist(), strict=True):
                if missing <= 0:
                    break
                parts.append(np.array(block.ids[first:last]))
                lengths.append(last - first)
                missing -= last - first
            if missing <= 0:
                break
        if missing <= 0:
            break
    if not parts:
        raise ConfigError("the corpus holds no sequences", path="[corpus] paths", fix="name shards with ids")
    return Workload(name, np.concatenate(parts), np.cumsum([0, *lengths], dtype=np.int64), {}, main="own")


def _with_phrases(workload: Workload, config: Config, training: Training) -> Workload:
    patterns = _id_forms(config, training)
    lists = np.split(patterns.ids, patterns.offsets[1:-1])
    # Two phrases may have a form in common; a peer that knows each only once would count other numbers.
    tuples = list(dict.fromkeys(tuple(ids.tolist()) for ids in lists if len(ids)))
    if not tuples:
        raise ConfigError(
            "has no phrase without gaps that the ids can spell",
            path=config.phrases.source,
            fix="name phrases in [phrases] source; phrases with gaps have no peers to be measured beside",
        )
    if len(tuples) > MOST_FORMS:
        print(f"  {len(tuples):,} id forms; a seeded part of {MOST_FORMS:,} is measured", flush=True)
        chosen = np.random.default_rng(SEED).permutation(len(tuples))[:MOST_FORMS]
        tuples = [tuples[k] for k in np.sort(chosen)]
    ids = np.array([i for ids in tuples for i in ids], np.uint32)
    if int(ids.max()) > np.iinfo(workload.stream.dtype).max:
        workload = replace(workload, stream=workload.stream.astype(np.uint32))
    return replace(workload, phrases={"own": (ids, np.cumsum([0, *map(len, tuples)]))})


def _id_forms(config: Config, training: Training) -> IdPatterns:
    loaded = load_phrases(config.phrases, config.match, base=config.base, given=config.given_keys("phrases"))
    found = normalized(loaded, training.tokenizer, config.match)
    return id_patterns(found.phrases, training.tokenizer, config.match)


def _text_load(workload: Workload, config: Config, training: Training) -> TextLoad | None:
    """Return what the text unit is measured on; None, and why, where the rows could not be compared."""
    if config.match.unit == "tokens" or training.tokenizer is None:
        return None
    others = [name for name, value in RULES.items() if getattr(config.match, name) != value]
    if others:
        print(
            f"  left out: text (the peers know only the defaults of [match] {', '.join(others)})", flush=True
        )
        return None
    loaded = load_phrases(config.phrases, config.match, base=config.base, given=config.given_keys("phrases"))
    found = normalized(loaded, training.tokenizer, MATCH)
    texts = [text for text in found.phrases["phrase"].to_pylist() if text is not None]
    if len(texts) < found.phrases.num_rows:
        print("  left out: text (some phrases are given as ids)", flush=True)
        return None
    return TextLoad(
        "own",
        training.tokenizer,
        *workload.rows(),
        texts,
        id_patterns(found.phrases, training.tokenizer, MATCH),
        text_unit.two_forms(texts, training.tokenizer),
    )


def _of_text(load: TextLoad) -> list[Case]:
    return [case for case in text_unit.cases(load) if case.name != "ids, two forms a phrase"]
