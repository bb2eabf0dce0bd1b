"""Reads recorded places back from the corpus, decoded, with some text on either side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from indexer.corpus import open_corpus
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.plan.store import load_tokenizer_of
from indexer.storage.observer import observed_by
from indexer.storage.recall import Recall
from indexer.storage.roots import within


class Place(NamedTuple):
    """One recorded occurrence: its shard, sequence, and tokens [token_offset, token_offset + n_tokens)."""

    shard: int
    sequence: int
    token_offset: int
    n_tokens: int


class Context(NamedTuple):
    """The text of a place and its neighbourhood, as the corpus holds it now.

    Attributes
    ----------
    before, occurrence, after : str
        Decoded text.
    document : int
        End-of-document ids before it in its sequence: 0 in the first document of the sequence.
    """

    before: str
    occurrence: str
    after: str
    document: int


def read_contexts(
    index: IndexDir, places: Sequence[Place], n_around: int = 16, *, allow_paths: Sequence[str] = ()
) -> list[Context]:
    """Decode places from the corpus.

    Parameters
    ----------
    index : IndexDir
        An index whose corpus is still where it was.
    places : sequence of Place
        What to look at.
    n_around : int
        Tokens shown on either side.
    allow_paths : sequence of str
        Folders that may be read besides what the plan names.

    Returns
    -------
    list of Context
        One for each place; ids are shown as numbers where the index has no tokenizer.

    Raises
    ------
    InputError, StateError
        The corpus is gone or is not what was scanned.
    ConfigError
        A link leads to where nobody said that it may be read.
    """
    plan = read_plan(index.plan_file)
    roots = plan.config.roots(index.root, *map(Path, allow_paths))
    recall = Recall(plan.files)
    with observed_by(recall), within(roots):
        contexts = _read(index, plan, places, n_around)
        recall.end()
    return contexts


def _read(index: IndexDir, plan: Plan, places: Sequence[Place], n_around: int) -> list[Context]:
    config, shards = plan.config, plan.shards
    tokenizer = load_tokenizer_of(index, plan)
    reader = open_corpus(config.corpus, base=config.base, tokenizer=tokenizer, shards=shards)
    end_of_document = config.corpus.end_of_document

    def decode(ids: list[int]) -> str:
        return tokenizer.decode(ids) if tokenizer else " ".join(map(str, ids))

    contexts = []
    for place in places:
        blocks = reader.blocks(shards[place.shard], place.sequence, place.sequence + 1)
        block = next(iter(blocks), None)
        if block is None or not len(block.starts):
            raise InputError(f"sequence {place.sequence:,} is not there", path=shards[place.shard].name)
        ids = block.ids[int(block.starts[0]) : int(block.stops[0])].tolist()
        stop = place.token_offset + place.n_tokens
        if stop > len(ids):
            raise StateError(
                "was changed after it was indexed",
                path=shards[place.shard].name,
                fix="index again to see places in context",
            )
        contexts.append(
            Context(
                decode(ids[max(0, place.token_offset - n_around) : place.token_offset]),
                decode(ids[place.token_offset : stop]),
                decode(ids[stop : stop + n_around]),
                0 if end_of_document is None else ids[: place.token_offset].count(end_of_document),
            )
        )
    return contexts
