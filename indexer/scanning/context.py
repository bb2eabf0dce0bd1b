"""Reads recorded places back from the corpus, decoded, with some text on either side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from indexer.cells import beginning, cells, ending
from indexer.corpus import open_corpus
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.plan.store import load_tokenizer_of
from indexer.storage.observer import observed_by
from indexer.storage.recall import Recall
from indexer.storage.roots import within

WIDTH = 60
"""Cells of text on either side: some ten words of English, thirty letters of Chinese."""

_BROKEN = "\ufffd"
"""What a part of a letter is shown as, and a byte that is none."""

_GROWING = tuple(16 << doublings for doublings in range(16))
"""Tokens that are decoded on either side, until their text is wide enough."""

Decode = Callable[[list[int]], str]


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
        Decoded text. Letters of which a token holds a part alone belong to the text around the occurrence.
    document : int
        End-of-document ids before it in its sequence: 0 in the first document of the sequence.
    more_before, more_after : bool
        Whether the sequence goes on beyond what is shown.
    """

    before: str
    occurrence: str
    after: str
    document: int
    more_before: bool = False
    more_after: bool = False


def read_contexts(
    index: IndexDir, places: Sequence[Place], width: int = WIDTH, *, allow_paths: Sequence[str] = ()
) -> list[Context]:
    """Decode places from the corpus.

    Parameters
    ----------
    index : IndexDir
        An index whose corpus is still where it was.
    places : sequence of Place
        What to look at.
    width : int
        Cells of text shown on either side, see `indexer.cells`; a token may be a word or a third of a letter.
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
        contexts = _read(index, plan, places, width)
        recall.end()
    return contexts


def _read(index: IndexDir, plan: Plan, places: Sequence[Place], width: int) -> list[Context]:
    config, shards = plan.config, plan.shards
    tokenizer = load_tokenizer_of(index, plan)
    reader = open_corpus(config.corpus, base=config.base, tokenizer=tokenizer, shards=shards)
    end_of_document = config.corpus.end_of_document

    def decode(ids: list[int]) -> str:
        return tokenizer.decode(ids) if tokenizer else "".join(f"{token} " for token in ids)

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
        context = _around(ids, place.token_offset, stop, width, decode)
        if end_of_document is not None:
            context = context._replace(document=ids[: place.token_offset].count(end_of_document))
        contexts.append(context)
    return contexts


def _around(ids: list[int], start: int, stop: int, width: int, decode: Decode) -> Context:
    """Decode ids[start:stop] and so many cells on either side; its document is not looked for."""
    first, last = start, stop
    for n_around in _GROWING:
        first, last = max(0, start - n_around), min(stop + n_around, len(ids))
        # A window may begin inside a letter, of which a part is no letter.
        before = decode(ids[first:start]).lstrip(_BROKEN if first else "")
        if (first == 0 or cells(before) > width) and (
            last == len(ids) or cells(decode(ids[stop:last]).rstrip(_BROKEN)) > width
        ):
            break
    text = decode(ids[first:last])
    begin = _letter_border(decode(ids[first:start]), text, is_stop=False)
    end = _letter_border(decode(ids[first:stop]), text, is_stop=True)
    before, after = text[:begin].lstrip(_BROKEN if first else ""), text[end:]
    if last < len(ids):
        after = after.rstrip(_BROKEN)
    shown_before, shown_after = ending(before, width), beginning(after, width)
    return Context(
        shown_before,
        text[begin:end],
        shown_after,
        0,
        more_before=first > 0 or shown_before != before,
        more_after=last < len(ids) or shown_after != after,
    )


def _letter_border(head: str, text: str, *, is_stop: bool) -> int:
    """Return where in a text the ids of its head end; a letter they end in belongs to what is around."""
    is_inside = head.endswith(_BROKEN) and text[len(head) - 1] != _BROKEN
    return len(head) - 1 if is_inside and is_stop else len(head)
