"""Small parts of lines that a person reads: numbers with their nouns, limits with how they are raised."""

from __future__ import annotations

import pytest

from indexer.config.order import OrderConfig
from indexer.corpus.orders.window import window_of
from indexer.errors import InputError
from indexer.plurals import counted
from indexer.process_limits import ProcessLimit


@pytest.mark.parametrize(
    ("number", "words", "line"),
    [
        (0, ("shard",), "0 shards"),
        (1, ("shard",), "1 shard"),
        (1, ("shard", "has", "have"), "1 shard has"),
        (2, ("shard", "has", "have"), "2 shards have"),
        (1_000, ("id",), "1,000 ids"),
    ],
)
def test_one_is_no_plural(number: int, words: tuple[str, ...], line: str) -> None:
    assert counted(number, *words) == line


@pytest.mark.parametrize(
    ("hard", "advice"),
    [
        (None, "`ulimit -S -v unlimited`"),
        (4 << 30, "`ulimit -S -v 4194304`"),
        (800 << 20, "from a shell or job whose `ulimit -v` is higher"),
    ],
)
def test_a_limit_is_raised_where_it_can_be(hard: int | None, advice: str) -> None:
    assert advice in ProcessLimit("RLIMIT_AS", 800 << 20, hard).advice(1 << 30)


def test_a_corpus_that_fills_no_step_tells_how_many_sequences_it_has() -> None:
    with pytest.raises(InputError, match="fills 0 steps of 1,024 from 1 sequence,"):
        window_of(OrderConfig(batch_size=1024), 0, n_sequences=1)
