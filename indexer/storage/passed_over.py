"""Files that a path stands for and whoever reads it did not take: of another ending, or in folders below.

A folder is named to be read, and so is what a pattern matches. A shard that is passed over there leaves a
count too small and no trace. What is known to hold no data may lie there: descriptions and hashes, hidden
files, what goes with a file that was taken and is named after it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from indexer.redaction import redacted_url
from indexer.storage import files
from indexer.storage.globs import has_magic
from indexer.storage.urls import is_url

_TEXTS = "md txt rst log json yaml yml toml csv tsv html xml py sh gitattributes sha256 md5"
DOCUMENTS = frozenset(f".{ending}" for ending in _TEXTS.split())
"""Endings of files of text that describe others."""
DATA_OF_TEXT = frozenset({".txt", ".rst", ".csv", ".tsv", ".html", ".xml"})
"""Those of them that may be a corpus of text."""
_OTHERS = (
    "idx metadata crc sha1 sha384 sha512 xxh blake3 b3 cfg ini lock ipynb pdf png svg jpg jpeg gif bib model"
    " sbatch slurm npy npz pkl pt"
)
_NO_DATA = frozenset(f".{ending}" for ending in _OTHERS.split())
"""Endings of files beside shards that are no shards: indexes, hashes, orders as arrays."""
_NAMED_SO = re.compile(
    r"(?:readme|licen[sc]e|copying|notice|changelog|citation|authors|contributing|checksums?|md5sums?"
    r"|sha\d+sums?|makefile)(?:[._-].*)?$"
    r"|(?:manifest|version|done|dockerfile)$",
    re.IGNORECASE,
)
_PACKED = (".zst", ".zstd", ".gz", ".bz2", ".xz", ".lz4", ".br")
_INDEXES = frozenset({"index.json", "state.json", "dataset_dict.json", "shard_ledger.json"})
"""Files that list what is read of a folder."""

_OURS = ("plan.json", "tokenize.json", "provenance.json")
"""What makes a folder an index, tokenized shards, or an export: none of what they were made of."""


def passed_over(
    path: str,
    taken: Collection[str],
    *,
    base: Path,
    documents: Collection[str] = DOCUMENTS,
    below: bool = True,
) -> list[str]:
    """Return the files that a path stands for and that were not taken, as far as they may hold data.

    Parameters
    ----------
    path : str
        A file, pattern or folder, as a person names it. Of a folder that lists its files nothing is said.
    taken : collection of str
        The names of all files that are read.
    base : Path
        What a relative path starts from.
    documents : collection of str
        Endings of files that hold no data here.
    below : bool
        Whether folders below a folder are looked at: files there with the endings of those that are read.
    """
    names = {redacted_url(name) for name in taken}
    in_folder = files.is_folder(path, base=base)
    if not in_folder and not has_magic(path):
        bare = path.removesuffix(".idx")
        shard = redacted_url(bare)
        is_index = files.base_name(path) in _INDEXES
        is_read = is_index or shard in names or any(name.startswith(f"{shard}.") for name in names)
        return [] if is_read else [redacted_url(path)]
    inside = files.list_folder(path, base=base) if in_folder else files.expand(path, base=base)
    if in_folder and any(files.base_name(name) in _INDEXES for name in inside):
        return []
    left = [
        name
        for name in map(redacted_url, inside)
        if name not in names and not _holds_none(name, names, documents)
    ]
    if in_folder and below:
        endings = {_ending(name) for name in names}
        left += [redacted_url(name) for name in _below(path, base) if _ending(name) in endings]
    return [name for name in left if name not in names]


def _holds_none(name: str, taken: Collection[str], documents: Collection[str]) -> bool:
    bare = files.base_name(name)
    if bare.startswith((".", "_")) or _NAMED_SO.match(bare):
        return True
    ending = _ending(name)
    if ending in _NO_DATA or ending in documents:
        return True
    dots = [at for at, sign in enumerate(name) if sign == "." and at > len(name) - len(bare)]
    return any(name[:at] in taken for at in dots) or any(one.startswith(f"{name}.") for one in taken)


def _ending(name: str) -> str:
    """Return the ending of a name, without that of how it is packed, in small letters."""
    bare = files.base_name(name).lower()
    for packed in _PACKED:
        bare = bare.removesuffix(packed)
    return PurePath(bare).suffix


def _below(folder: str, base: Path, seen: set[Path] | None = None) -> Iterator[str]:
    """Yield the files in the folders below a folder, links followed; of a store, directly below it."""
    seen = {(base / folder).resolve()} if seen is None else seen
    for inner in files.list_folders(folder, base=base):
        if files.base_name(inner).startswith((".", "_", "lost+found")):
            continue
        real = Path(inner) if is_url(inner) else (base / inner).resolve()
        inside = [] if real in seen else files.list_folder(inner, base=base)
        if real in seen or any(files.base_name(name) in _OURS for name in inside):
            continue
        seen.add(real)
        yield from inside
        if not is_url(inner):
            yield from _below(inner, base, seen)
