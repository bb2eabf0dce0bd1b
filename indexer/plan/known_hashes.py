"""What is known of shards from elsewhere: published hashes of files, or ids that an earlier index read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from indexer.corpus.sequences import Shard
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from indexer.partials import SliceFacts
from indexer.plan.coverage import coverage_of
from indexer.plan.facts import ScanRange, ShardSlice
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.storage.files import base_name, file_at
from indexer.storage.inventory import Inventory, UsedFile
from indexer.storage.manifest import ManifestEntry, matched, read_manifest
from indexer.storage.parts import whole_of
from indexer.storage.recorded_hashes import verify_hashes

_MAX_NAMED = 3


def with_known_hashes(
    inventory: Inventory, shards: Sequence[Shard], manifests: Sequence[str], *, base: Path
) -> tuple[Inventory, tuple[str, ...]]:
    """Add the hashes of manifests to the files of a plan; side files and empty shards are compared at once.

    Parameters
    ----------
    inventory : Inventory
        The files of the plan.
    shards : sequence of Shard
        Its shards.
    manifests : sequence of str
        ``[corpus] manifest``; indexes among them are left to `ids_of_earlier_indexes`.
    base : Path
        What relative paths start from.

    Returns
    -------
    Inventory
        With the hashes that its shards must have when they are scanned.
    tuple of str
        What a person should know: shards without a hash, hashes without a shard.

    Raises
    ------
    InputError
        A manifest cannot be read, or a side file is another one.
    """
    given = [path for path in manifests if not is_index(path, base=base)]
    if not given:
        return inventory, ()
    entries = [entry for path in given for entry in read_manifest(path, base=base)]
    known, others = matched(entries, [file.name for file in inventory.files], base=base)
    _refuse_other_parts(others, shards, inventory)
    empty = {shard.name for shard in shards if not shard.n_sequences}  # no scan will ever read them
    for file in inventory.files:
        if file.name in known and (file.content_hash is not None or file.name in empty):
            verify_hashes(file_at(file.name, base=base), known[file.name], where=_spelled(given))
    files = tuple(replace(file, known_hashes=known.get(file.name, {})) for file in inventory.files)
    named = {*known, *_all_parts_known(files)}
    return replace(inventory, files=files), _notes(shards, named, others, _spelled(given))


def names_of_known(inventory: Inventory) -> set[str]:
    """Return the names of the files whose hash is known, and of the wholes that such a file is a part of."""
    known = [file.name for file in inventory.files if file.known_hashes]
    return {*known, *map(whole_of, known)}


def _all_parts_known(files: Sequence[UsedFile]) -> list[str]:
    """Return the names of the files in parts each of which has a hash."""
    known: dict[str, bool] = {}
    for file in files:
        whole = whole_of(file.name)
        if whole != file.name:
            known[whole] = known.get(whole, True) and bool(file.known_hashes)
    return [whole for whole, is_known in known.items() if is_known]


def _refuse_other_parts(
    others: Sequence[ManifestEntry], shards: Sequence[Shard], inventory: Inventory
) -> None:
    """Refuse what a manifest says of a shard in parts and the parts do not: a part more, a hash of the whole.

    Raises
    ------
    InputError
        It says so.
    """
    files = {file.name for file in inventory.files}
    wholes = {base_name(shard.name): shard.name for shard in shards if shard.name not in files}
    for entry in others:
        name = base_name(entry.name)
        if name in wholes:
            raise InputError(
                f"is read in parts, and the manifest has the hash of the whole ({entry.name})",
                path=wholes[name],
                fix="name a manifest of the parts, or join them with `cat` and name the whole",
            )
        if whole_of(name) in wholes:
            raise InputError(
                f"lacks a part that the manifest names: {entry.name}",
                path=wholes[whole_of(name)],
                fix="fetch it: the parts are cut anywhere, and none can be left out",
            )


def ids_of_earlier_indexes(
    shards: Sequence[Shard], ranges: Sequence[ScanRange], manifests: Sequence[str], *, base: Path
) -> dict[str, str]:
    """Return the hash of the ids of each slice that an index among the manifests has read, by its key.

    Raises
    ------
    StateError
        Two indexes read different ids.
    """
    known: dict[tuple[str, int, int], str] = {}
    for path in manifests:
        if not is_index(path, base=base):
            continue
        index = IndexDir(base / path)
        earlier = read_plan(index.plan_file)
        for facts in coverage_of(index, earlier).whole.values():
            for read in facts.slices:
                name = _name_anywhere(earlier.shards, ShardSlice(read.shard, read.start, read.stop))
                if known.setdefault(name, read.tokens_hash) != read.tokens_hash:
                    raise StateError(
                        "read other ids than another index did", path=path, offset=f"shard {name[0]}"
                    )
    slices = (one for scan_range in ranges for one in scan_range.slices)
    found = ((one.key, known.get(_name_anywhere(shards, one))) for one in slices)
    return {key: digest for key, digest in found if digest is not None}


def is_index(path: str, *, base: Path) -> bool:
    """Tell whether a path names an index directory."""
    return (base / path).is_dir() and IndexDir(base / path).plan_file.is_file()


def _name_anywhere(shards: Sequence[Shard], one: ShardSlice) -> tuple[str, int, int]:
    """Return what a slice is called in any index of the same shards: its file, and its sequences there."""
    shard = shards[one.shard]
    start = one.start - shard.first_sequence
    return PurePath(shard.name).name, start, start + one.stop - one.start


def _spelled(manifests: Sequence[str]) -> str:
    return " and ".join(manifests)


def _notes(
    shards: Sequence[Shard], known: Collection[str], others: list[ManifestEntry], manifests: str
) -> tuple[str, ...]:
    notes = []
    without = [shard.name for shard in shards if shard.name not in known]
    if without:
        notes.append(
            f"{manifests} has no hash of these shards ({len(without):,}, unverified): {_some(without)}"
        )
    endings = {PurePath(shard.name).suffix for shard in shards}
    alike = [entry.name for entry in others if PurePath(entry.name).suffix in endings]
    if alike:
        notes.append(
            f"{manifests} names files like the shards that [corpus] paths do not hold ({len(alike):,}): "
            f"{_some(alike)}"
        )
    return tuple(notes)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def is_verified(plan: Plan, shard: int, read: Sequence[SliceFacts]) -> bool:
    """Tell whether all that was read of a shard was compared with what is known from elsewhere.

    Parameters
    ----------
    plan : Plan
        The plan.
    shard : int
        The shard.
    read : sequence of SliceFacts
        Its slices that were scanned.
    """
    was_read = bool(read) or not plan.shards[shard].n_sequences
    if plan.shards[shard].is_hashed_by_reader:
        return was_read
    data = [file for file in plan.files.of_shards({shard}) if file.shard == shard and not file.content_hash]
    if data and all(file.known_hashes for file in data):
        return was_read
    keys = (ShardSlice(shard, one.start, one.stop).key for one in read)
    return bool(read) and all(
        plan.known_ids.get(key) == one.tokens_hash for key, one in zip(keys, read, strict=True)
    )
