"""The rows the model saw at a step: the quickest way for a person to trust an order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError
from indexer.units import BoolArray, TokenIds


@dataclass(frozen=True)
class BatchRow:
    """One row of a batch.

    Attributes
    ----------
    row : int
        Its place in the batch, from 0.
    sequence : int
        Corpus-wide number of its sequence.
    shard : str
        The shard it lies in.
    ids : array
        Its token ids.
    counted : array of bool or None
        Which of them are exposure; None: all.
    """

    row: int
    sequence: int
    shard: str
    ids: TokenIds
    counted: BoolArray | None = None


def batch_rows(reader: Reader, order: TrainingOrder, step: int) -> Iterator[BatchRow]:
    """Yield the rows of a step, in batch order.

    Parameters
    ----------
    reader : Reader
        The corpus.
    order : TrainingOrder
        Its training order.
    step : int
        Zero-based step; it may lie outside the training window.

    Raises
    ------
    ConfigError
        No order is known, or the step is not one of it.
    """
    n_steps = int(order.facts.get("n_steps", order.stop_step))
    if n_steps == 0:
        raise ConfigError("which sequences a step took is not known", path="[order] kind = 'unknown'")
    if not 0 <= step < n_steps:
        raise ConfigError(f"step {step:,} is not one of this order", expected=f"0 to {n_steps - 1:,}")
    shards = reader.shards()
    firsts = [shard.first_sequence for shard in shards]
    for row, sequence in enumerate(order.sequences_at(step).tolist()):
        # of shards without a sequence, the last that begins there is the one that holds it
        shard = shards[bisect_right(firsts, sequence) - 1]
        block = next(iter(reader.blocks(shard, sequence, sequence + 1)))
        start, stop = int(block.starts[0]), int(block.stops[0])
        counted = None if block.counted is None else block.counted[start:stop]
        yield BatchRow(row, sequence, shard.name, block.ids[start:stop], counted)
