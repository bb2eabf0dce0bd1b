"""The last shards of a corpus are mostly shorter: one a series, one each writer, one each folder."""

from __future__ import annotations

import pytest

from indexer.corpus.sequences import Shard
from indexer.evidence.shard_lengths import shorter_than_neighbours

FULL, LESS = 2000, 700


def _shorter(lengths: dict[str, int]) -> list[str]:
    shards = [Shard(n, name, name, ids, None, 0, 1, ids) for n, (name, ids) in enumerate(lengths.items())]
    return [sentence.split()[0] for sentence in shorter_than_neighbours(shards, reach_on=False)]


@pytest.mark.parametrize("name", ["{0:05d}_{1:05d}.ds", "dump-20{0:02d}/part-{1}-of-4.npy"])
@pytest.mark.parametrize(
    ("short", "refused"),
    [
        ([(1, 3)], []),
        ([(0, 3), (1, 3)], []),
        ([(0, 3)], [(0, 3)]),
        ([(0, 3), (0, 1), (1, 3)], [(0, 1)]),
        ([(0, 1)], [(0, 1)]),
    ],
)
def test_last_shards_of_two_writers(name: str, short: list, refused: list) -> None:
    cells = [(writer, file) for writer in range(2) for file in range(4)]
    lengths = {name.format(*cell): LESS if cell in short else FULL for cell in cells}
    assert _shorter(lengths) == [name.format(*cell) for cell in refused]


def test_a_shard_amid_those_of_many_writers() -> None:
    cells = [(writer, file) for writer in range(3) for file in range(4)]
    lengths = {f"{w}_{f}.ds": LESS if f == 3 or (w, f) == (1, 1) else FULL for w, f in cells}
    assert _shorter(lengths) == ["1_1.ds"]
