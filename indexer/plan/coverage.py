"""Which ranges of a plan have a partial that can be merged, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.occurrence_files import refuse_other_file
from indexer.partials import PartialFacts, read_facts
from indexer.plan.plan import Plan
from indexer.runs import Runs, common, holds

MOST_PHRASES = 1 << 31
_AGAIN = "scan its range again with `exposure index` or `exposure scan`"


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
    begun : dict of int to PartialFacts
        By range: partials that tell of some phrases, of a pass that was not the last or of an earlier plan of
        the index. A scan takes over what still holds.
    """

    whole: dict[int, PartialFacts]
    missing: tuple[int, ...]
    refused: dict[int, StateError]
    begun: dict[int, PartialFacts] = field(default_factory=dict)

    @property
    def to_scan(self) -> list[int]:
        """Return the ranges that have no partial that can be merged, ascending."""
        return sorted([*self.missing, *self.refused, *self.begun])


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
    wanted = range(len(plan.ranges)) if ranges is None else list(ranges)
    index.bring(number for number in wanted if number in committed)
    whole: dict[int, PartialFacts] = {}
    begun: dict[int, PartialFacts] = {}
    missing: list[int] = []
    refused: dict[int, StateError] = {}
    for number in wanted:
        if number not in committed:
            missing.append(number)
            continue
        try:
            facts = partial_of(index, plan, number)
            if facts.plan_fingerprint == plan.fingerprint and not facts.phrases:
                whole[number] = facts
            elif is_begun(plan, facts):
                begun[number] = facts
            else:
                raise _of_another(index, plan, facts, number)
        except StateError as error:
            error.path = index.shown(index.partial_file(number))
            refused[number] = error
    return Coverage(whole, tuple(missing), refused, begun)


def partial_of(index: IndexDir, plan: Plan, number: int) -> PartialFacts:
    """Return what the partial of a range says of itself, of this plan or an earlier one of the index.

    Raises
    ------
    StateError
        It is damaged, of other sequences, or of files that were changed since; or its occurrences are.
    """
    path = index.partial_file(number)
    facts = read_facts(path)
    planned = [(one.shard, one.start, one.stop) for one in plan.ranges[number].slices]
    found = [(one.shard, one.start, one.stop) for one in facts.slices]
    known = facts.plan_fingerprint in (plan.fingerprint, *plan.earlier)
    if not known or facts.range_number != number or found != planned:
        raise _of_another(index, plan, facts, number)
    for one in facts.slices:
        if one.files_hash != plan.files_hash(one.shard):
            name = plan.shards[one.shard].name
            raise StateError(
                f"is of files that were changed since: {name}, or one that is read with it",
                path=path,
                fix=_AGAIN,
            )
    if facts.plan_fingerprint != plan.fingerprint and not is_begun(plan, facts):
        return facts  # whoever asked refuses it for that
    if facts.occurrences is not None:
        refuse_other_file(index.occurrence_file(number), facts.occurrences)
    if facts.document_names is not None:
        refuse_other_file(index.names_file(number), facts.document_names)
    return facts


def is_begun(plan: Plan, facts: PartialFacts) -> bool:
    """Tell whether a partial tells of some phrases: of this plan, or as an earlier plan left it."""
    if facts.plan_fingerprint == plan.fingerprint:
        return bool(facts.phrases)
    earlier = plan.earlier.get(facts.plan_fingerprint)
    return earlier is not None and holds(earlier.ranges, facts.range_number)


def told_by(plan: Plan, facts: PartialFacts) -> Runs:
    """Return the phrases that a partial tells of, whether they are in its range or not."""
    looked_for = facts.phrases or ((0, MOST_PHRASES),)
    if facts.plan_fingerprint == plan.fingerprint:
        return common(looked_for, ((0, plan.n_phrases),))
    return common(plan.earlier[facts.plan_fingerprint].phrases, looked_for)


def _of_another(index: IndexDir, plan: Plan, facts: PartialFacts, number: int) -> StateError:
    return StateError(
        f"belongs to range {facts.range_number} of plan {facts.plan_fingerprint}",
        path=index.partial_file(number),
        expected=f"range {number} of plan {plan.fingerprint}",
        fix=_AGAIN,
    )
