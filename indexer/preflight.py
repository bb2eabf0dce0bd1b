"""The checks that come before any work, quick ones first: `exposure check`, `plan` and `index` begin here."""

from __future__ import annotations

from collections.abc import Callable

from indexer.config import Config
from indexer.config.idle import spelled
from indexer.corpus.preflight.held_against import refuse_impossible_ids
from indexer.corpus.preflight.opening import Training, open_training
from indexer.errors import ConfigError
from indexer.evidence.gathered import evidence_of
from indexer.phrases.sources import check_source


def preflight(config: Config, *, announce: Callable[[str], object] = lambda _: None) -> Training:
    """Refuse what can be refused before phrases are read and tokenized.

    Keys, paths and formats come first. Then, where headers and sizes measure the corpus, its shards, a sample
    of its ids and its order. Of a corpus that must be read to be counted the first bytes are looked at; it
    is measured when it is asked for.

    Parameters
    ----------
    config : Config
        The configuration.
    announce : callable, optional
        Told what is being waited for.

    Raises
    ------
    ConfigError, InputError
        Something the configuration names is missing, has no effect, or is not what it should be.
    """
    for source in config.sources():
        check_source(source, base=config.base)
    _refuse_idle(config)
    training = open_training(config)
    refuse_impossible_ids(training)
    if training.is_quick:
        announce("measuring the shards, reading the order, looking at samples")
        evidence_of(training)
    else:
        training.reader.look()
    return training


def _refuse_idle(config: Config) -> None:
    """Refuse settings that have no effect beside others, and numbers that make no sense."""
    for key in ("places", "workers"):
        value = getattr(config.index, key)
        if value < 0:
            raise ConfigError(f"[index] {key} = {value}", expected="0 or more")
    if config.order.kind == "unknown" and "grain" in config.given_keys("index"):
        raise ConfigError(
            f"[index] grain = {spelled(config.index.grain)} has no effect where the order is unknown",
            fix="leave [index] grain out, or set [order] kind",
        )
    if config.tokenizer.path is None and config.given_keys("tokenizer"):
        (key, *_) = sorted(config.given_keys("tokenizer"))
        value = spelled(getattr(config.tokenizer, key))
        raise ConfigError(
            f"[tokenizer] {key} = {value} has no effect without a tokenizer",
            fix=f"set [tokenizer] path, or leave [tokenizer] {key} out",
        )
