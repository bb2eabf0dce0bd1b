"""Shards hold all that they should: one that is cut, shorter than its neighbours, or unwritten, is named."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from indexer.corpus.sequences import Shard
from indexer.corpus.text.tokenizing import RECORD
from indexer.evidence.holes import listed
from indexer.storage import files
from indexer.storage.files import CorpusFile
from indexer.storage.frame_index import lacks_end
from indexer.storage.opening import open_regular, read_text

_NUMBER = re.compile(r"\d+")
_TAIL_BYTES = 1 << 16
_FEWEST_BYTES = 1 << 12


def shorter_than_neighbours(
    shards: Sequence[Shard], *, reach_on: bool, proved: Collection[str] = ()
) -> list[str]:
    """Return a sentence for each shard that is shorter than the others of its series, which are alike.

    A shard of bare ids that was cut between two of them, or two packed frames, says nothing of it itself. The
    last of a series may be shorter, and so may the last ones of all writers (``00000_00003``,
    ``00001_00003``) or folders, where most of these are.

    Parameters
    ----------
    shards : sequence of Shard
        The shards of the corpus.
    reach_on : bool
        Whether sequences reach on into the next file: then bytes tell what a file holds, not its sequences.
    proved : collection of str
        Names of shards whose hash is known: a scan proves that they are whole, whatever their length.
    """

    def size(shard: Shard) -> int:
        return shard.n_bytes if reach_on else _n_ids(shard)

    series: dict[str, dict[str, Shard]] = {}
    for shard in shards:
        series.setdefault(_NUMBER.sub("#", shard.name), {})[shard.name] = shard
    found = []
    for members in series.values():
        in_order = sorted(members.values(), key=lambda shard: _numbers_in(shard.name))
        ((usual, n_usual),) = Counter(map(size, in_order)).most_common(1)
        lasts = _last_of_each(in_order)
        if 2 * sum(size(shard) < usual for shard in lasts.values()) <= len(lasts):
            lasts = {in_order[-1].name: in_order[-1]}
        short = [shard for shard in in_order if shard.name not in lasts and size(shard) < usual]
        others_are_alike = n_usual + len(short) >= len(in_order) - len(lasts)
        if others_are_alike and n_usual >= 2 and len(short) <= max(1, n_usual // 8):
            found += [
                f"{shard.name} holds {size(shard):,} {'bytes' if reach_on else 'ids'},"
                f" and others of its series {usual:,} each"
                for shard in short
                if shard.name not in proved
            ]
    return found


def _last_of_each(in_order: Sequence[Shard]) -> dict[str, Shard]:
    """Return the last shards, by name, of each writer: names that differ in their last number that varies."""
    numbers = [_numbers_in(shard.name) for shard in in_order]
    *_, place = [0, *(at for at, column in enumerate(zip(*numbers, strict=True)) if len(set(column)) > 1)]
    last = {
        (*before[:place], *before[place + 1 :]): shard
        for before, shard in zip(numbers, in_order, strict=True)
    }
    return {shard.name: shard for shard in last.values()}


def unwritten(corpus_files: Sequence[CorpusFile]) -> list[str]:
    """Return a sentence for each local file with bytes that nobody wrote, as unfinished downloads have."""
    return [f"{file.name} {what}" for file in corpus_files if file.local and (what := _unwritten_of(file))]


def _unwritten_of(file: CorpusFile) -> str:
    with open_regular(Path(file.url)) as handle:
        descriptor = handle.fileno()
        hole = file.n_bytes
        with suppress(OSError):  # not every system tells
            hole = os.lseek(descriptor, 0, os.SEEK_HOLE)
        if hole < file.n_bytes:
            try:
                stop = os.lseek(descriptor, hole, os.SEEK_DATA)
            except OSError:
                stop = file.n_bytes
            return f"has nothing on disk from byte {hole:,} to {stop:,}, which reads as zeros"
        n_bytes = file.n_bytes if file.n_bytes <= 2 * _TAIL_BYTES else _TAIL_BYTES
        if n_bytes < _FEWEST_BYTES:
            return ""
        os.lseek(descriptor, file.n_bytes - n_bytes, os.SEEK_SET)
        if any(os.read(descriptor, n_bytes)):
            return ""
        return "holds zeros alone" if n_bytes == file.n_bytes else f"ends in {n_bytes:,} zeros or more"


def unfinished(corpus_files: Sequence[CorpusFile], paths: Sequence[str], *, base: Path) -> list[str]:
    """Return a sentence for each folder of shards that `exposure tokenize` did not finish, or that lacks one.

    Parameters
    ----------
    corpus_files : sequence of CorpusFile
        The files of the corpus.
    paths : sequence of str
        What the configuration names: shards that are named one by one are all that are wanted.
    base : Path
        What relative paths start from.
    """
    folders: dict[str, set[str]] = {}
    for file in corpus_files:
        if file.local and file.name not in paths:
            folders.setdefault(files.parent(file.name), set()).add(PurePath(file.name).name.split(".")[0])
    found = []
    for folder, stems in folders.items():
        record = base / folder / RECORD
        if not record.is_file():
            continue
        with suppress(ValueError, KeyError, TypeError):  # another program's
            told = json.loads(read_text(record, shown=record))
            missing = [shard["name"] for shard in told["shards"] if shard["name"] not in stems]
            if not told["complete"]:
                found.append(f"{files.join(folder, RECORD)} says that its run did not finish")
            elif missing and stems & {shard["name"] for shard in told["shards"]}:
                found.append(
                    f"{files.join(folder, RECORD)} lists shards that are not there: {listed(missing)}"
                )
    return found


def cut_between_blocks(corpus_files: Sequence[CorpusFile]) -> list[str]:
    """Return a sentence for each file of bgzip that was cut between two of its blocks."""
    return [
        f"{file.name} is in blocks of bgzip, and the empty one that ends such a file is not there"
        for file in corpus_files
        if lacks_end(file)
    ]


def _numbers_in(name: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(name)]


def _n_ids(shard: Shard) -> int:
    return shard.n_tokens + shard.n_dropped_tokens + shard.n_leading_tokens
