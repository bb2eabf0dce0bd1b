"""The files a plan uses: noted while it is made, compared wherever their bytes are read again.

While a plan is made (`notes.py`), every question about names is noted with its answer (which files does a
pattern match, is there such a file, what lies in a folder), and every file that is measured or read. Whoever
reads the corpus of a plan later (`recall.py`) asks the same questions and gets the noted answers: a pattern
is expanded once. Every file is measured again, and refused if it is not the one that was planned.

=================== ============================================ ==========================================
what                identity                                     compared
=================== ============================================ ==========================================
shards              size, modification time                      before and after a range is scanned
side files          the same, and xxh3-128 of the bytes          when they are opened, before and after
objects of a store  size, ETag or what else tells a version      before and after a range is scanned
=================== ============================================ ==========================================

A side file is one that planning reads whole: an ``.idx``, an order, an index in JSON.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import xxhash


@dataclass(frozen=True, slots=True)
class UsedFile:
    """One file as a plan saw it.

    Attributes
    ----------
    name : str
        As the configuration spells it, without credentials.
    n_bytes : int
        Size on disk.
    modified_ns : int or None
        Modification time of a local file.
    version : str or None
        What tells the version of a remote object: its ETag, generation, time.
    content_hash : str or None
        xxh3-128 of its bytes, of a local side file.
    shard : int or None
        The shard it is used for; None: for several, or for all.
    known_hashes : dict of str to str
        Digests of its bytes that are known from elsewhere, by the name of the hash.
    """

    name: str
    n_bytes: int
    modified_ns: int | None
    version: str | None = None
    content_hash: str | None = None
    shard: int | None = None
    known_hashes: dict[str, str] = field(default_factory=dict)

    def identity(self) -> str:
        """Return what another file in its place would differ in; touching a side file changes nothing."""
        if self.content_hash is not None:
            return self.content_hash
        known = "".join(f" {name}={digest}" for name, digest in sorted(self.known_hashes.items()))
        return f"{self.n_bytes} {self.modified_ns} {self.version}{known}"


@dataclass(frozen=True)
class Inventory:
    """All files a plan uses, and what it was told of names.

    Attributes
    ----------
    files : tuple of UsedFile
        By name.
    answers : dict
        Question and path: the answer.
    """

    files: tuple[UsedFile, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _by_shard(self) -> dict[int | None, list[UsedFile]]:
        files: dict[int | None, list[UsedFile]] = {None: []}
        for file in self.files:
            files.setdefault(file.shard, []).append(file)
        return files

    @cached_property
    def _hash_for_all(self) -> str:
        return _joined_hash(self._by_shard[None])

    def hash_of_all(self) -> str:
        """Return one hash of the identities of all files."""
        return _joined_hash(self.files)

    def of_shards(self, shards: Collection[int]) -> list[UsedFile]:
        """Return the files that some shards are read from, with those that all shards need."""
        own = [file for shard in sorted(shards) for file in self._by_shard.get(shard, ())]
        return [*self._by_shard[None], *own]

    def hash_of_shards(self, shards: Collection[int]) -> str:
        """Return one hash of the identities of all files that some shards are read from."""
        own = [file for shard in sorted(shards) for file in self._by_shard.get(shard, ())]
        return xxhash.xxh3_128(f"{self._hash_for_all} {_joined_hash(own)}".encode()).hexdigest()


def _joined_hash(files: Collection[UsedFile]) -> str:
    words = [f"{file.name} {file.identity()}" for file in files]
    return xxhash.xxh3_128("\n".join(words).encode()).hexdigest()
