"""Which ranges of a plan have a partial that can be merged, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts, read_facts
from indexer.plan import Plan


@dataclass(frozen=True)
class Coverage:
    """The partials of a plan.

    Attributes
    ----------
    whole : dict of int to PartialFacts
        By range: the partials that can be merged.
    missing : tuple of int
        Ranges without a partial.
    refused : dict of int to StateError
        By range: the partials that are damaged, of another plan, or of files that were changed since.
    """

    whole: dict[int, PartialFacts]
    missing: tuple[int, ...]
    refused: dict[int, StateError]

    @property
    def to_scan(self) -> list[int]:
        """Return the ranges that have no partial that can be merged, ascending."""
        return sorted([*self.missing, *self.refused])


def coverage_of(index: IndexDir, plan: Plan, ranges: Iterable[int] | None = None) -> Coverage:
    """Read the partials of a plan, and compare their bytes with their checksums.

    Parameters
    ----------
    index : IndexDir
        Where they are.
    plan : Plan
        The plan.
    ranges : iterable of int, optional
        Only these range numbers; default: all.
    """
    committed = index.committed_ranges()
    whole: dict[int, PartialFacts] = {}
    missing: list[int] = []
    refused: dict[int, StateError] = {}
    for number in range(len(plan.ranges)) if ranges is None else ranges:
        if number not in committed:
            missing.append(number)
            continue
        try:
            whole[number] = facts_of(index, plan, number)
        except StateError as error:
            refused[number] = error
    return Coverage(whole, tuple(missing), refused)


def facts_of(index: IndexDir, plan: Plan, number: int) -> PartialFacts:
    """Return what the partial of a range says of itself.

    Raises
    ------
    StateError
        It is damaged, of another plan, or of files that were changed since.
    """
    path = index.partial_file(number)
    facts = read_facts(path)
    if facts.plan_fingerprint != plan.fingerprint or facts.range_number != number:
        raise StateError(
            f"belongs to range {facts.range_number} of plan {facts.plan_fingerprint}",
            path=path,
            expected=f"range {number} of plan {plan.fingerprint}",
            fix="scan its range again with `exposure index` or `exposure scan`",
        )
    for one in facts.slices:
        if one.files_hash != plan.files_hash(one.shard):
            name = plan.shards[one.shard].name
            raise StateError(
                f"is of files that were changed since: {name}, or one that is read with it",
                path=path,
                fix="scan its range again with `exposure index` or `exposure scan`",
            )
    return facts
