"""What a new plan of an index keeps of the plan before, where phrases or shards were added to it.

Phrases keep their numbers, sequences keep theirs. A partial of the earlier plan still tells of a phrase that
is looked for as it was then, in sequences that have the steps they had then: both are compared here, not
concluded from the configuration. What it does not tell is scanned (`indexer.scanning.taken_over`), and the
partial is then what a scan of everything would have written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.config import Config
from indexer.corpus import open_corpus, open_order
from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.sequences import CorpusFacts
from indexer.errors import ConfigError, StateError
from indexer.index_dir import IndexDir
from indexer.index_on_store import opened_index
from indexer.phrases.sources.source import STANDARD_INPUT
from indexer.plan.facts import EarlierPlan, ScanRange
from indexer.plan.kept_phrases import kept_phrases
from indexer.plan.known_hashes import names_of_known
from indexer.plan.plan import Plan
from indexer.plan.ranges import cut_into_ranges
from indexer.plan.store import FrozenContent, load_tokenizer_of
from indexer.runs import Runs, common, count, runs_of_numbers
from indexer.storage.observer import observed_by
from indexer.storage.recall import Recall
from indexer.storage.urls import is_url
from indexer.watch import Watch

_OF_SHARDS = frozenset({"shards", "training order", "checkpoints", "taken on purpose", "cuts"})
"""Parts of a plan that may differ where shards were added."""
_SEQUENCES_AT_ONCE = 1 << 16
_MAX_NAMED = 3


def grown(index: IndexDir, earlier: Plan, plan: Plan, frozen: FrozenContent | None, watch: Watch) -> Plan:
    """Return a plan with what it keeps of an earlier one of the same index.

    Parameters
    ----------
    index : IndexDir
        The files of the earlier plan are still there.
    earlier, plan : Plan
        The plan before, and the new one.
    frozen : FrozenContent or None
        What the new plan freezes; None: what the earlier one did.
    watch : Watch
        Told what is kept.

    Raises
    ------
    StateError
        They differ in more than added phrases and shards, or nothing can be kept.
    """
    more_shards = len(plan.shards) > len(earlier.shards) and _begins_with(plan, earlier)
    if more_shards or plan.shards_as_decisive() == earlier.shards_as_decisive():
        plan = replace(plan, ranges=_ranges(earlier, plan)).sealed()
    same_files = plan.files.hash_of_all() == earlier.files.hash_of_all()
    if plan.fingerprint == earlier.fingerprint:
        return replace(plan, earlier=earlier.earlier, tables_of=earlier.tables_of if same_files else "")
    may_differ = _OF_SHARDS if more_shards else frozenset()
    if more_shards and _same_but_for_lengths(plan.corpus, earlier.corpus):
        may_differ |= {"corpus"}
    if _were_added(plan, earlier):
        may_differ |= {"phrases"}
    differences = plan.differences(earlier)
    if not may_differ.issuperset(differences):
        raise _other_plan(index, earlier, plan, differences)
    phrases: Runs = ((0, earlier.n_phrases),)
    if "phrases" in differences and frozen is not None:
        phrases = _kept_phrases(index, earlier, plan, frozen, watch)
    ranges: Runs = ((0, len(earlier.ranges)),)
    if more_shards:
        ranges = _kept_ranges(index, earlier, plan, watch)
    kept = {earlier.fingerprint: EarlierPlan(phrases, ranges, earlier.checkpoints)}
    for fingerprint, one in earlier.earlier.items():
        still = EarlierPlan(common(one.phrases, phrases), common(one.ranges, ranges), one.checkpoints)
        if still.ranges:
            kept[fingerprint] = still
    tables_of = f"{earlier.fingerprint} {earlier.tables_of}".strip() if same_files else ""
    return replace(plan, earlier=kept, tables_of=tables_of)


def with_more_phrases(config: Config, root: str | Path, sources: Sequence[str]) -> Config:
    """Return a configuration with further sources of phrases.

    Parameters
    ----------
    config : Config
        The configuration of an index.
    root : str or Path
        Its directory.
    sources : sequence of str
        Files, whose paths start from the current folder; or URLs, or names of the hub.

    Raises
    ------
    ConfigError
        There is no index there, or a source is standard input.
    """
    with opened_index(root) as index:
        is_there = index.plan_file.is_file()
    if not is_there:
        raise ConfigError(
            "holds no index that phrases could be added to",
            path=root,
            fix="make it without --add-phrases first; or name the file in [phrases] added",
        )
    added = list(config.phrases.added)
    for source in sources:
        if source == STANDARD_INPUT:
            raise ConfigError(
                "standard input cannot be added: the index reads its phrases again when it is planned again",
                path="--add-phrases",
                fix="write it to a file",
            )
        named = _from_base(source, config.base)
        added += [] if named in added else [named]
    return replace(config, phrases=replace(config.phrases, added=added))


def _from_base(source: str, base: Path) -> str:
    """Return a path as the configuration would name it; other sources as they are."""
    if is_url(source) or not os.path.lexists(source):
        return source
    path = Path(source).absolute()
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)


def with_added_before(config: Config, earlier: Plan, watch: Watch) -> Config:
    """Return a configuration with the phrases that were added to an index before, unless it names them."""
    before, named = earlier.config.phrases.added, config.phrases.added
    if named[: len(before)] == before:
        return config
    added = [*before, *(source for source in named if source not in before)]
    watch.say(f"Phrases were added to this index before, and stay: {_some(before)}")
    return replace(config, phrases=replace(config.phrases, added=added))


def _other_plan(index: IndexDir, earlier: Plan, plan: Plan, differences: Sequence[str]) -> StateError:
    changed = plan.changed_files(earlier)
    because = f" ({_some(changed)} changed since)" if changed else ""
    fix = "choose another --out, or delete this directory"
    if list(differences) == ["phrases"]:
        fix = f"add phrases by a file of their own, with --add-phrases; for other phrases {fix}"
    elif "shards" in differences and len(plan.shards) > len(earlier.shards):
        before = {shard.name for shard in earlier.shards}
        added = [shard.name for shard in plan.shards if shard.name not in before]
        if _begins_with(plan, earlier):
            because = because or f" ({_some(added)} added)"
        elif added and plan.shards[-1].name not in before:
            because = because or f" ({_some(added)} added, and shards before them are others)"
        elif added:
            because = (
                f" ({_some(added)} comes before others: only shards behind all others, under the same order,"
                " can be added)"
            )
    return StateError(
        f"holds another plan; it differs in {', '.join(differences)}{because}", path=index.root, fix=fix
    )


def _begins_with(plan: Plan, earlier: Plan) -> bool:
    """Tell whether the shards of a plan are those of an earlier one, and more behind them."""
    before = earlier.shards_as_decisive()
    return plan.shards_as_decisive()[: len(before)] == before


def _same_but_for_lengths(corpus: CorpusFacts, earlier: CorpusFacts) -> bool:
    """Tell whether facts of a reader are the same but for whether all sequences are equally long."""
    facts = [
        replace(one, sequence_length=None, seen="", details={}, tells_length=True)
        for one in (corpus, earlier)
    ]
    return facts[0] == facts[1]


def _were_added(plan: Plan, earlier: Plan) -> bool:
    before, now = earlier.config.phrases.added, plan.config.phrases.added
    return len(now) > len(before) and now[: len(before)] == before


def _ranges(earlier: Plan, plan: Plan) -> tuple[ScanRange, ...]:
    """Return the ranges of the earlier plan, and those of added shards behind them."""
    known = names_of_known(plan.files)
    cut = {one.shard for scan_range in earlier.ranges for one in scan_range.slices}
    parts = [one.shard for scan_range in earlier.ranges for one in scan_range.slices]
    if any(plan.shards[shard].name in known and parts.count(shard) > 1 for shard in cut):
        return plan.ranges  # a shard of a known hash stays whole
    added = cut_into_ranges(plan.shards[len(earlier.shards) :], known)
    behind = (replace(one, number=one.number + len(earlier.ranges)) for one in added)
    return (*earlier.ranges, *behind)


def _kept_phrases(index: IndexDir, earlier: Plan, plan: Plan, frozen: FrozenContent, watch: Watch) -> Runs:
    kept = kept_phrases(index, earlier, frozen)
    if kept is None:
        raise StateError(
            "holds other phrases than before those that are added",
            path=index.root,
            expected="a source that was not changed",
            fix="bring the source of the phrases back, or choose another --out",
        )
    n_again = earlier.n_phrases - count(kept)
    again = f"; {n_again:,} are spelled otherwise too and looked for again" if n_again else ""
    watch.say(f"{plan.n_phrases - earlier.n_phrases:,} phrases are added to {earlier.n_phrases:,}{again}")
    return kept


def _kept_ranges(index: IndexDir, earlier: Plan, plan: Plan, watch: Watch) -> Runs:
    """Return the ranges that are read from the same files, and whose sequences have the same steps."""
    added = [shard.name for shard in plan.shards[len(earlier.shards) :]]
    kept: Runs = ()
    same_files = _same_files(earlier, plan)
    if not same_files:
        why = "a file that all shards are read with was changed"
    elif plan.order.steps_known and not _is_nested(earlier, plan):
        why = "the grid of checkpoints is another one (set [order] checkpoints to a spacing or a list)"
    else:
        kept = common(same_files, _same_steps(index, earlier, plan))
        why = f"the order ({plan.order.kind}) gives their sequences other steps"
    n_kept, n_before = count(kept), len(earlier.ranges)
    if not kept and index.committed_ranges():
        raise StateError(
            f"the corpus gained {len(added):,} shards ({_some(added)}), and nothing that was scanned can be"
            f" kept: {why}",
            path=index.root,
            fix="choose another --out for an index of all, or leave the new shards out of [corpus] paths",
        )
    rest = "" if n_kept == n_before else f"; the others are scanned again: {why}"
    watch.say(
        f"The corpus gained {len(added):,} shards ({_some(added)}): "
        f"{n_kept:,} of {n_before:,} ranges stay as they were scanned{rest}"
    )
    return kept


def _same_files(earlier: Plan, plan: Plan) -> Runs:
    """Return the ranges of which all files are as they were."""
    same = [plan.files_hash(one.number) == earlier.files_hash(one.number) for one in earlier.shards]
    return runs_of_numbers(one.number for one in earlier.ranges if all(same[shard] for shard in one.shards))


def _is_nested(earlier: Plan, plan: Plan) -> bool:
    """Tell whether each bin of the earlier grid lies within one of the new grid."""
    before, grid = np.array(earlier.checkpoints, np.int64), np.array(plan.checkpoints, np.int64)
    first = np.append(earlier.order.start_step, before[:-1])  # steps [first, before) are a bin
    held = before > first
    into = np.searchsorted(grid, first[held] + 1), np.searchsorted(grid, before[held])
    return bool(np.array_equal(*into))


def _same_steps(index: IndexDir, earlier: Plan, plan: Plan) -> Runs:
    orders = [_order_of(index, earlier, earlier), _order_of(index, plan, earlier)]
    return runs_of_numbers(
        one.number
        for one in earlier.ranges
        if all(_agree(orders, part.start, part.stop) for part in one.slices)
    )


def _order_of(index: IndexDir, plan: Plan, earlier: Plan) -> TrainingOrder:
    config = plan.config
    with observed_by(Recall(plan.files)):
        tokenizer = load_tokenizer_of(index, earlier) if plan.corpus.format == "text" else None
        reader = open_corpus(config.corpus, base=config.base, tokenizer=tokenizer, shards=plan.shards)
        return open_order(config.order, reader, base=config.base)


def _agree(orders: Sequence[TrainingOrder], start: int, stop: int) -> bool:
    for at in range(start, stop, _SEQUENCES_AT_ONCE):
        one, other = (order.visits(at, min(at + _SEQUENCES_AT_ONCE, stop)) for order in orders)
        if not np.array_equal(np.diff(one.offsets), np.diff(other.offsets)):
            return False
        if not np.array_equal(one.steps, other.steps):
            return False
    return True


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")
