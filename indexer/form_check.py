"""Tries the id forms of the configured phrases on a sample of the configured corpus."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.corpus.preflight.opening import Training
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError
from indexer.phrases import load_phrases
from indexer.phrases.form_report import FormReport, form_report

SAMPLE_TOKENS = 300_000
_SHARDS = 8


def check_forms(training: Training) -> dict[str, FormReport]:
    """Measure recall and precision of the id forms against a search of the decoded text.

    Returns
    -------
    dict
        A report of the configured ``phrases``, and one of ``spans`` drawn from the corpus itself.

    Raises
    ------
    ConfigError
        There is no tokenizer to decode with.
    InputError
        The ids of the tokenizer do not tell the words of a text.
    """
    config, tokenizer = training.config, training.tokenizer
    if tokenizer is None:
        raise ConfigError("[tokenizer] path is not set", expected="the tokenizer of the corpus")
    phrases = load_phrases(config.phrases, config.match, base=config.base).looked_for()
    sequences = _sample(training.reader)
    return form_report(phrases, tokenizer, sequences, config.match, most_tokens=SAMPLE_TOKENS)


def _sample(reader: Reader) -> Iterator[list[int]]:
    """Yield sequences from the beginning of a few shards, as many tokens of each."""
    shards = [shard for shard in reader.shards() if shard.n_sequences]
    chosen = shards[:: max(1, len(shards) // _SHARDS)][:_SHARDS]
    for shard in chosen:
        n_left = SAMPLE_TOKENS // len(chosen)
        per_sequence = max(1, shard.n_tokens // shard.n_sequences)
        stop = min(shard.n_sequences, n_left // per_sequence + 1)
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + stop):
            for start, end in zip(block.starts.tolist(), block.stops.tolist(), strict=True):
                yield block.ids[start:end].tolist()
