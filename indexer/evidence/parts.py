"""Files in parts are whole, as far as sizes and bytes tell, and shards do not look like parts of one stream.

Whoever cuts a file, cuts it into parts of one size and a smaller one. So a part of another size was cut or
damaged, and a last one as large as the others may not be the last. Shards whose names are counted at their
end, all but the last of one size that is no whole number of sequences, are most likely such parts: read each
alone, sequences begin elsewhere than they did in training.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath

import xxhash

from indexer.corpus.sequences import Shard
from indexer.storage.file_bytes import read_range
from indexer.storage.files import CorpusFile
from indexer.storage.parts import Parts, missing_of_total, part_of

_BLOCK_BYTES = 1 << 16
_COUNTED = re.compile(r"(?P<rest>.*?)(?P<number>\d+|[a-z]{2})")
_FEWEST_NUMBERED = 3
"""Two files of one name and two numbers may be anything; `split` begins with ``aa``."""


def parts_in_doubt(
    files: Sequence[CorpusFile], *, length_is_known: bool, how: Parts = Parts.JOINED
) -> list[str]:
    """Return a sentence for each file in parts of which something may be missing.

    Parameters
    ----------
    files : sequence of CorpusFile
        The files of the corpus.
    length_is_known : bool
        Whether something tells how long a whole is, or which parts it has.
    how : Parts
        Where parts are counted from.
    """
    found = []
    for file in files:
        if not file.parts:
            continue
        *before, last = file.parts
        usual = before[0].n_bytes if before else last.n_bytes
        found += [
            f"{part.name} holds {part.n_bytes:,} bytes, and {before[0].name} {usual:,}"
            for part in before
            if part.n_bytes != usual
        ]
        missing = missing_of_total([part.name for part in file.parts], how)
        if missing is not None:
            found.append(missing)
        elif not last.n_bytes:
            found.append(f"{last.name} holds nothing")
        elif last.n_bytes > usual:
            found.append(f"{last.name} is the last part and holds {last.n_bytes:,} bytes, others {usual:,}")
        elif last.n_bytes == usual and not (length_is_known or _says_how_many(last)):
            what = "is as large as the parts before it" if before else "is the only part"
            found.append(f"{last.name} {what}: more may follow")
    return found


def _says_how_many(part: CorpusFile) -> bool:
    said = part_of(part.name)
    return said is not None and said.total is not None


def repeated_parts(files: Sequence[CorpusFile]) -> list[str]:
    """Return a sentence for each part that holds the bytes of another one of its file."""
    found = []
    for file in files:
        by_size: dict[int, list[CorpusFile]] = defaultdict(list)
        for part in file.parts:
            by_size[part.n_bytes].append(part)
        for same in by_size.values():
            first: dict[str, CorpusFile] = {}
            for part in same if len(same) > 1 else ():
                other = first.setdefault(_hash_of_blocks(part), part)
                if other is not part:
                    found.append(f"{part.name} holds the bytes of {other.name}")
    return found


def _hash_of_blocks(file: CorpusFile) -> str:
    """Return one hash of the first, middle and last block of a file."""
    digest = xxhash.xxh3_128()
    last = max(0, file.n_bytes - _BLOCK_BYTES)
    for start in sorted({0, last // 2, last}):
        digest.update(read_range(file, start, min(start + _BLOCK_BYTES, file.n_bytes)))
    return digest.hexdigest()


def shards_like_parts(shards: Sequence[Shard]) -> list[str]:
    """Return a sentence for each series of shards that looks like parts of one stream."""
    return list(_like_parts(shards))


def _like_parts(shards: Sequence[Shard]) -> Iterator[str]:
    series: dict[str, dict[int, Shard]] = defaultdict(dict)
    for shard in shards:
        path = PurePath(shard.name)
        match = _COUNTED.fullmatch(path.name)
        if match is not None and "." not in match["number"]:
            kind = "#" if match["number"].isdigit() else "@"
            series[f"{path.parent}/{match['rest']}{kind}"][_number(match["number"])] = shard
    for name, members in series.items():
        numbers = sorted(members)
        *before, last = (members[number] for number in numbers)
        in_letters = name.endswith("@")
        if in_letters and numbers != list(range(len(numbers))):
            continue
        if len(numbers) < (2 if in_letters else _FEWEST_NUMBERED) or any(
            after - number != 1 for number, after in pairwise(numbers)
        ):
            continue
        sizes = {shard.n_bytes for shard in before}
        if (
            len(sizes) == 1
            and last.n_bytes < before[0].n_bytes
            and all(one.n_dropped_tokens for one in before)
        ):
            yield (
                f"{before[0].name} to {last.name} look like parts of one stream: each but the last holds"
                f" {before[0].n_bytes:,} bytes, which are no whole number of sequences"
            )


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    number = 0
    for letter in text:
        number = 26 * number + ord(letter) - ord("a")
    return number
