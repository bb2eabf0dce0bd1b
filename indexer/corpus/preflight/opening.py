"""Opens a corpus and its tokenizer, the quick checks first.

`open_training` refuses what can be refused in a second: keys, paths, formats. What must be measured (shards,
a sample of the ids, the order) comes with `Training.fitted`, which takes longer where files say no sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from indexer.config import Config
from indexer.corpus import open_corpus, open_order, order_of
from indexer.corpus.orders.checkpoints import checkpoint_grid
from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.preflight.sampling import SampleFacts, check_sample
from indexer.corpus.sequences import Reader, Shard
from indexer.storage.notes import Notes
from indexer.storage.observer import observed_by
from indexer.tokenizers import configured_tokenizer
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import Int64Array


class Fitted(NamedTuple):
    """What was measured, and fits each other."""

    shards: tuple[Shard, ...]
    sample: SampleFacts
    order: TrainingOrder
    checkpoints: Int64Array


@dataclass(frozen=True, eq=False)
class Training:
    """A corpus that was opened, and not yet measured.

    Attributes
    ----------
    config : Config
        The configuration.
    tokenizer : Tokenizer or None
        Its tokenizer.
    reader : Reader
        Its corpus.
    notes : Notes
        The files that it and its order use, noted while they are opened and measured.
    """

    config: Config
    tokenizer: Tokenizer | None
    reader: Reader
    notes: Notes

    @property
    def vocab_size(self) -> int | None:
        """Ids run from 0 to here, where that is known."""
        return self.config.corpus.vocab_size or (self.tokenizer.n_ids if self.tokenizer else None)

    @property
    def is_quick(self) -> bool:
        """Whether headers and sizes measure the corpus, so that it is not read to be counted."""
        return self.reader.measured_by_headers

    @cached_property
    def fitted(self) -> Fitted:
        """Measure the shards, look at a sample of the ids, and lay the order over them.

        Raises
        ------
        ConfigError, InputError
            They do not fit each other.
        """
        config, reader = self.config, self.reader
        with observed_by(self.notes):
            shards = reader.shards()
            sample = check_sample(
                reader,
                vocab_size=self.vocab_size,
                end_of_document=config.corpus.end_of_document,
                given_dtype=config.corpus.dtype,
                has_tokenizer=self.tokenizer is not None,
            )
            order = open_order(config.order, reader, base=config.base, given=config.given_keys("order"))
        return Fitted(shards, sample, order, checkpoint_grid(config.order, order, base=config.base))


def open_training(config: Config) -> Training:
    """Open what a configuration names; nothing is measured.

    Raises
    ------
    ConfigError
        A key has no effect, or is missing.
    InputError
        A file is missing, or is not of its format.
    """
    order_of(config.order, config.given_keys("order"))
    tokenizer = configured_tokenizer(config.tokenizer, base=config.base)
    if tokenizer is not None and config.match.asks_for_words():
        tokenizer.require_words()
    notes = Notes()
    with observed_by(notes):
        reader = open_corpus(
            config.corpus, base=config.base, tokenizer=tokenizer, given=config.given_keys("corpus")
        )
    return Training(config, tokenizer, reader, notes)
