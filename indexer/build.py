"""The whole flow on one page: plan the index, scan the shards, merge the partials.

Each step can be run on its own and again: what is done is kept, and the rows are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from indexer.config import Config
from indexer.crew import Crew, RangeDone
from indexer.engines.memory import memory_in_use
from indexer.errors import ConfigError, StateError
from indexer.exposure.merge import merge_partials, withdraw_outdated
from indexer.exposure.merged_before import merged_before, note_merge
from indexer.growth import grown, with_added_before
from indexer.index_dir import IndexDir
from indexer.index_on_store import IndexOnStore, opened_index
from indexer.plan.memory import LEAST_OF_DUCKDB, memory_limit
from indexer.plan.plan import Plan
from indexer.plan.plan_file import plan_as_json, read_plan
from indexer.plan.shares import Share
from indexer.plan.store import files_are_whole, with_stored_files, write_files
from indexer.planning import make_plan
from indexer.redaction import redacted_url
from indexer.scanning.first_compile import compiling_beside
from indexer.storage.roots import within
from indexer.storage.urls import is_url
from indexer.watch import UNWATCHED, Watch

_log = logging.getLogger(__name__)


def plan_index(config: Config, root: str | Path, watch: Watch = UNWATCHED) -> Plan:
    """Freeze every choice of an index into its directory.

    Planning again with the same choices keeps what was scanned, but for shards changed meanwhile, and writes
    damaged files of the plan anew. Phrases are made again where anything that they were made of is another.

    Raises
    ------
    ConfigError, InputError
        Something the configuration names is missing or not what it should be.
    StateError
        The directory holds another plan, or another process is writing there.
    """
    if is_url(str(root)) and config.index.occurrences != "none":
        raise ConfigError(
            f'[index] occurrences = "{config.index.occurrences}" wants an index in a folder, not on a store',
            path=redacted_url(str(root)),
            fix='set [index] occurrences = "none", or name a folder',
        )
    with opened_index(root) as index, index.lock():
        if config.index.occurrences == "all" and not index.writes_over:
            raise ConfigError(
                '[index] occurrences = "all"',
                path=root,
                expected="an index in a folder: beside partials on a store no occurrences are kept",
                fix="index into a folder, or leave [index] occurrences out",
            )
        earlier = read_plan(index.plan_file) if index.plan_file.is_file() else None
        if earlier is not None:
            config = with_added_before(config, earlier, watch)
        with within(config.roots(index.root)):
            whole = earlier is not None and files_are_whole(index, earlier)
            plan, frozen = make_plan(config, watch, earlier if whole else None)
            if earlier is not None:
                plan = grown(index, earlier, plan, frozen, watch)
        if frozen is not None:
            plan = with_stored_files(plan, frozen.files())
        # before files of the earlier plan are written over: it tells what is kept
        plan_first = earlier is not None and index.writes_over
        if plan_first:
            index.commit_plan(plan_as_json(plan))
        if frozen is not None:
            write_files(index, plan, frozen.files())
        if not plan_first:
            index.commit_plan(plan_as_json(plan))
        if withdraw_outdated(index, plan):
            _log.warning(
                "%s: files were changed since it was merged; its zeros are unknown until they are scanned",
                index.database_file,
            )
    return plan


def scan_shards(
    root: str | Path,
    *,
    n_workers: int = 0,
    ranges: Sequence[int] | None = None,
    max_memory: str = "",
    engine: str = "",
    address: str = "",
    announce: Callable[[str], object] = lambda _: None,
    on_compiled: Callable[[dict[str, str]], object] = lambda _: None,
) -> Iterator[RangeDone]:
    """Scan the planned ranges that have no partial yet, and commit one partial for each.

    Parameters
    ----------
    root : str or Path
        The index directory.
    n_workers : int
        Worker processes; 0 is what the plan's [index] workers says, or one per core.
    ranges : sequence of int, optional
        Only these range numbers; default: all.
    max_memory : str
        Memory to stay within, as in ``16GB``; empty: as planned.
    engine, address : str
        Who scans, ``local`` or ``ray``, and the address of the cluster; empty: as planned.
    announce : callable
        Told what is being waited for.
    on_compiled : callable
        Told, by unit, in which way is searched.

    Yields
    ------
    RangeDone
        As the ranges are committed, in no fixed order.

    Raises
    ------
    ExposureError
        The first failure, once every other range is done.
    """
    with opened_index(root) as index:
        index.require_plan()
        planned = index.state_of_plan_here()
        plan = read_plan(index.plan_file)
        asked = plan.config.index
        crew = Crew(
            engine or asked.engine,
            address or asked.address,
            n_workers or asked.workers,
            max_memory or asked.max_memory,
            announce,
            on_compiled,
        )
        yield from crew.scan(index, plan, ranges, planned)


def share_of_ranges(root: str | Path, share: Share) -> list[int]:
    """Return the range numbers of one of several shares, for job arrays."""
    with opened_index(root) as index:
        index.require_plan()
        return share.of_ranges(len(read_plan(index.plan_file).ranges))


def merge_index(
    root: str | Path,
    *,
    allow_missing: bool = False,
    max_memory: str = "",
    out: str | Path = "",
    on_merged: Callable[[int, int], object] = lambda *_: None,
) -> list[str]:
    """Merge the partials into ``exposures.duckdb``; with `allow_missing` what there is of them.

    Parameters
    ----------
    root : str or Path
        The index directory, or the URL of one on a store.
    allow_missing : bool
        Merge what there is; the index is then marked incomplete.
    max_memory : str
        Memory to stay within, as in ``16GB``; empty: as planned.
    out : str or Path
        The folder that an index on a store is brought into: there its table stands, to be asked.
    on_merged : callable
        Told at the end of how many partials, of how many ranges, the table was made.

    Returns
    -------
    list of str
        What a person should know of what was found, one sentence each.

    Raises
    ------
    StateError
        A partial is missing or foreign, or another process is writing there.
    """
    if is_url(str(root)):
        _bring_into(str(root), out)
        return _merge(IndexDir(out), allow_missing, max_memory, on_merged)
    if out:
        raise ConfigError(
            "--out has no effect on the index in a folder: its table stands there",
            path=root,
            fix="leave --out out",
        )
    return _merge(IndexDir(root), allow_missing, max_memory, on_merged)


def _bring_into(url: str, out: str | Path) -> None:
    """Bring plan and partials of a store into a folder."""
    if not out:
        raise ConfigError(
            "is on a store, which holds no table that could be asked",
            path=redacted_url(url),
            fix=f"name a folder to bring it into: `exposure merge {redacted_url(url)} --out DIR`",
        )
    here = IndexDir(out)
    with here.lock(), opened_index(url) as there:
        there.require_plan()
        plan = read_plan(there.plan_file)
        known = {plan.fingerprint, *plan.earlier}
        if here.plan_file.is_file() and read_plan(here.plan_file).fingerprint not in known:
            raise StateError(
                f"holds another plan than {redacted_url(url)}",
                path=here.root,
                fix="choose another --out, or delete this directory",
            )
        index = IndexOnStore(url, here.root)
        index.bring(sorted(index.committed_ranges()))


def _merge(
    index: IndexDir, allow_missing: bool, max_memory: str, on_merged: Callable[[int, int], object]
) -> list[str]:
    index.require_plan()
    with index.lock():
        plan = read_plan(index.plan_file)
        limit = memory_limit(max_memory or plan.config.index.max_memory)
        duckdb_bytes = max(limit.n_bytes - memory_in_use(), LEAST_OF_DUCKDB) if limit.given else None
        notes = merge_partials(
            index, plan, allow_missing=allow_missing, memory_bytes=duckdb_bytes, on_merged=on_merged
        )
        note_merge(index, plan, notes)
        return notes


def build_index(
    config: Config,
    root: str | Path,
    *,
    n_workers: int = 0,
    engine: str = "",
    address: str = "",
    announce: Callable[[str], object] = lambda _: None,
    on_range: Callable[[Plan, RangeDone], object] = lambda *_: None,
    on_row: Callable[[int], object] = lambda _: None,
    on_compiled: Callable[[dict[str, str]], object] = lambda _: None,
) -> Plan:
    """Plan, scan and merge in a row; running again is resuming.

    Parameters
    ----------
    config : Config
        The configuration.
    root : str or Path
        The index directory.
    n_workers : int
        Worker processes; 0 is one per core.
    engine, address : str
        Who scans, ``local`` or ``ray``, and the address of the cluster; empty: as configured.
    announce : callable
        Told what is being waited for.
    on_range : callable
        Told of every range that is done.
    on_row : callable
        Told how many rows more of phrases were read.
    on_compiled : callable
        Told, by unit, in which way is searched.
    """
    if is_url(str(root)):
        raise ConfigError(
            "is on a store, where plan and partials may lie, and no table",
            path=redacted_url(str(root)),
            fix="run `exposure plan`, `scan` and `merge` one after another, or name a folder",
        )
    asked = config.index
    with compiling_beside() if config.match.unit != "tokens" else nullcontext():
        announce("Planning: phrases, shards, training order")
        plan = plan_index(config, root, Watch(announce, on_row))
        if plan.tokenizer is not None:
            announce(f"Tokenizer: {plan.tokenizer.name}, vocabulary {plan.tokenizer.vocabulary_sha256}")
        for note in plan.notes:
            announce(f"Note: {note}")
        scanned = scan_shards(
            root,
            n_workers=n_workers or asked.workers,
            engine=engine or asked.engine,
            address=address or asked.address,
            on_compiled=on_compiled,
            announce=announce,
        )
        for done in scanned:
            on_range(plan, done)
    for note in _merge_unless_merged(root, announce):
        announce(f"Note: {note}")
    return plan


def _merge_unless_merged(root: str | Path, announce: Callable[[str], object]) -> list[str]:
    """Merge what was just scanned, or seen to be scanned; return what a person should know of it."""
    index = IndexDir(root)
    with index.lock():
        notes = merged_before(index, read_plan(index.plan_file))
    if notes is not None:
        announce("Nothing to merge: the table is of these very partials")
        return notes
    announce("Merging")
    return merge_index(root)
