"""Verifies an index: the whole of it on one page."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import ConfigError, ExposureError
from indexer.exposure.database import open_read_only
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts
from indexer.plan.coverage import Coverage, coverage_of
from indexer.plan.facts import ScanRange
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.plurals import counted
from indexer.storage.observer import observed_by
from indexer.storage.roots import within
from indexer.verification.bounds import bound, bound_of_ranges
from indexer.verification.findings import Check, Finding, Verification
from indexer.verification.forms_spelled import check_forms
from indexer.verification.identities import (
    check_files,
    check_frozen,
    check_ids,
    check_partials,
    check_table_file,
)
from indexer.verification.occurrence_rows import check_occurrences
from indexer.verification.places_found import RecordedPlace, find_places
from indexer.verification.plain_steps import PlainSteps
from indexer.verification.plan_shape import check_definitions, check_names, check_plan
from indexer.verification.raw_sequences import AsPlanned, RawSequences
from indexer.verification.recount import Recount, Sampled
from indexer.verification.rows_of_partials import work_out
from indexer.verification.searches import PhraseBook
from indexer.verification.spelled_text import fold_text
from indexer.verification.table_hash import hash_rows
from indexer.verification.table_rows import TableRows
from indexer.verification.trusted import taken_on_trust

Advance = Callable[[int, int, str], object]
"""Told of what was done since it was told last, of all there is to do, and what is counted."""

Range = tuple[ScanRange, PartialFacts]

SAMPLE = 1000
"""Phrases that were seen, zeros and places drawn by default, so many of each."""
MAX_TOKENS = 100_000_000
"""Tokens that are counted again by default: some minutes of plain Python."""


@dataclass(frozen=True)
class Drawn:
    """What is looked at in the corpus, and how many of each there are.

    Attributes
    ----------
    sampled : Sampled
        The phrases.
    places : list of RecordedPlace
        The places.
    n_seen, n_zeros, n_places : int
        How many there are in the table.
    n_named_seen, n_named_zeros : int
        How many of the phrases were not drawn but named.
    """

    sampled: Sampled
    places: list[RecordedPlace]
    n_seen: int
    n_zeros: int
    n_places: int
    n_named_seen: int
    n_named_zeros: int


def verify_index(
    root: str,
    *,
    sample: int = SAMPLE,
    seed: int = 0,
    max_tokens: int = MAX_TOKENS,
    phrases: Sequence[str] = (),
    allow_paths: Sequence[str] = (),
    announce: Callable[[str], object] = lambda _: None,
    advance: Advance = lambda *_: None,
) -> Verification:
    """Verify an index against itself, its plan and the raw corpus, by slow, independent code.

    Parameters
    ----------
    root : str
        The index directory.
    sample : int
        Phrases that were seen, zeros, and places that are drawn: so many of each.
    seed : int
        What they are drawn with.
    max_tokens : int
        Tokens that are counted again, in whole ranges drawn with the same seed, at least one; 0: all.
    phrases : sequence of str
        Phrases that are counted again beside those drawn.
    allow_paths : sequence of str
        Folders that may be read besides those that the plan names.
    announce, advance : callable
        Told what is being waited for, and how far it is.

    Raises
    ------
    ConfigError
        There is no index, it does not have a phrase that is named, or a file of the corpus leads to where
        nobody said that it may be read.
    StateError
        The plan or the table cannot be read.
    """
    index = IndexDir(root)
    index.require_plan()
    index.require_database()
    plan = read_plan(index.plan_file)
    checks: list[Check] = []
    frozen = check_frozen(index, plan)
    if phrases and not frozen.n_failed:
        _numbers_of(PhraseBook(index, plan), phrases)  # which refuses what is none, before any work
    announce("Comparing hashes of the plan and the partials")
    coverage = coverage_of(index, plan)
    partials = check_partials(index, plan, coverage)
    shape = check_plan(plan)
    table_file = check_table_file(index)
    checks += [shape, frozen, partials]
    connection = open_read_only(index.database_file)
    try:
        checks.append(check_definitions(connection, index, plan, _in_order(coverage)))
        if any(check.n_failed for check in checks if check is not partials):
            return _ended_early(root, plan, sample, seed, [*checks, table_file])
        checks.append(table_file)
        rows_hash = hash_rows(connection)
        book = PhraseBook(index, plan)
        announce("Working the rows of the table out from the partials")
        n_ranges = len(coverage.whole)
        rows, sums = work_out(
            index, plan, coverage.whole, book.units, lambda n: advance(n, n_ranges, "partials")
        )
        checks.append(sums)
        checks += TableRows(connection, index, plan, coverage.whole, book.units).compare(rows)
        if plan.config.index.occurrences == "all":
            checks.append(check_occurrences(index, plan, coverage.whole, rows))
        drawn = _draw(connection, book, sample, seed, phrases)
        checks.append(check_forms(book, {*drawn.sampled.seen, *drawn.sampled.zeros}))
    finally:
        connection.close()
    announce("Comparing the files of the corpus")
    with within(plan.config.roots(index.root, *map(Path, allow_paths))):
        files, changed = check_files(plan)
        checks += [check_names(plan), files]
        raw = RawSequences(plan, book.tokenizer)
        with observed_by(AsPlanned(plan.files)):
            raw_checks, bounds = _check_corpus(
                index, plan, coverage, book, raw, drawn, changed, seed, max_tokens, announce, advance
            )
    checks += raw_checks
    trusted = taken_on_trust(plan, raw)
    return Verification(
        root, plan.fingerprint, rows_hash, sample, seed, tuple(checks), tuple(bounds), trusted
    )


def _check_corpus(
    index: IndexDir,
    plan: Plan,
    coverage: Coverage,
    book: PhraseBook,
    raw: RawSequences,
    drawn: Drawn,
    changed: set[int],
    seed: int,
    max_tokens: int,
    announce: Callable[[str], object],
    advance: Advance,
) -> tuple[list[Check], list[str]]:
    """Hash the ids of the corpus, find places again, count phrases again."""
    covered = [(plan.ranges[number], facts) for number, facts in sorted(coverage.whole.items())]
    n_tokens = sum(facts.n_tokens for _, facts in covered)
    announce(f"Hashing {counted(n_tokens, 'id')} of the corpus")
    ids = check_ids(
        plan, raw, (facts for _, facts in covered), changed, lambda n: advance(n, n_tokens, "ids")
    )
    ids.note = _how_it_is_read(plan, raw)
    try:
        steps = PlainSteps(plan, raw.reader)
    except ExposureError as error:
        opened = Check("training order", "orders", n_looked_at=1)
        opened.fail(Finding(f"cannot be read: {error.line()}"), blame="corpus")
        return [ids, opened], ["places, counts and zeros: not looked at, since the order cannot be read"]
    announce(f"Finding {counted(len(drawn.places), 'place')} again")
    places = find_places(
        drawn.places, plan, book, raw, steps, changed, lambda n: advance(n, len(drawn.places), "places")
    )
    places.note = "" if steps.works_it_out else f"steps by the order {plan.order.kind}, as the scan had them"
    chosen = _choose_ranges(covered, seed, max_tokens)
    n_chosen = sum(facts.n_tokens for _, facts in chosen)
    n_phrases = len(drawn.sampled.seen) + len(drawn.sampled.zeros)
    announce(f"Counting {counted(n_phrases, 'phrase')} again in {counted(n_chosen, 'token')}")
    recount = Recount(index, plan, book, raw, steps, drawn.sampled, changed)
    recount.run(chosen, lambda n: advance(n, n_chosen, "tokens"))
    bounds = [
        bound("phrases seen", len(drawn.sampled.seen) - drawn.n_named_seen, drawn.n_seen, drawn.n_named_seen),
        bound("zeros", len(drawn.sampled.zeros) - drawn.n_named_zeros, drawn.n_zeros, drawn.n_named_zeros),
        bound("places", len(drawn.places), drawn.n_places),
        bound_of_ranges(recount.n_ranges, len(covered), recount.n_tokens, n_tokens),
    ]
    occurrences = [] if recount.occurrences is None else [recount.occurrences]
    return [ids, places, recount.read, recount.counts, recount.zeros, *occurrences], bounds


def _in_order(coverage: Coverage) -> list[PartialFacts]:
    return [coverage.whole[number] for number in sorted(coverage.whole)]


def _draw(connection: object, book: PhraseBook, sample: int, seed: int, phrases: Sequence[str]) -> Drawn:
    """Draw phrases and places; phrases that are named are taken beside them."""
    dice = random.Random(seed)

    def rows(query: str) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = connection.execute(query).fetchall()  # type: ignore[attr-defined]
        return found

    n_phrases = len(book.texts)
    seen = [
        number for (number,) in rows("SELECT phrase_id FROM exposures WHERE exposure_count > 0 ORDER BY ALL")
    ]
    zeros = [
        number for (number,) in rows("SELECT phrase_id FROM exposures WHERE exposure_count = 0 ORDER BY ALL")
    ]
    columns = "phrase_id, step, sequence, token_offset, n_tokens, shard"
    places = rows(f"SELECT {columns} FROM places ORDER BY phrase_id, place")
    named = _numbers_of(book, phrases)
    others = range(len(book.other_forms))
    drawn_seen, drawn_zeros = _some(dice, seen, sample), _some(dice, zeros, sample)
    named_seen, named_zeros = named & set(seen), named - set(seen)
    sampled = Sampled(drawn_seen | named_seen, drawn_zeros | named_zeros, _some(dice, others, sample))
    drawn = [RecordedPlace(*places[at]) for at in sorted(_some(dice, range(len(places)), sample))]
    inside = [place for place in drawn if 0 <= place.phrase_id < n_phrases]
    return Drawn(
        sampled,
        inside,
        len(seen),
        len(zeros),
        len(places),
        len(named_seen - drawn_seen),
        len(named_zeros - drawn_zeros),
    )


def _some(dice: random.Random, numbers: Sequence[int], most: int) -> set[int]:
    return set(numbers) if len(numbers) <= most else set(dice.sample(numbers, most))


def _numbers_of(book: PhraseBook, phrases: Collection[str]) -> set[int]:
    """Return the numbers of phrases that are named by their text."""
    numbers = set()
    for phrase in phrases:
        read = fold_text(phrase, book.match.case, book.match.whitespace)
        found = {number for number, text in enumerate(book.texts) if text in (phrase, read)}
        if not found:
            raise ConfigError(
                f"--phrase {phrase!r} is no phrase of this index",
                fix="an index answers for the phrases it was built with; `exposure show` names near ones",
            )
        numbers |= found
    return numbers


def _choose_ranges(covered: Sequence[Range], seed: int, max_tokens: int) -> list[Range]:
    """Draw whole ranges until they hold so many tokens; 0 takes all."""
    if not max_tokens:
        return list(covered)
    chosen: list[Range] = []
    for one in random.Random(seed).sample(covered, len(covered)):
        if chosen and sum(facts.n_tokens for _, facts in chosen) + one[1].n_tokens > max_tokens:
            break
        chosen.append(one)
    return sorted(chosen, key=lambda one: one[0].number)


def _how_it_is_read(plan: Plan, raw: RawSequences) -> str:
    own = sum(raw.reads_itself(shard) for shard in plan.shards)
    if own == len(plan.shards):
        return "read by code of its own"
    all_shards = counted(len(plan.shards), "shard")
    return f"{len(plan.shards) - own:,} of {all_shards} read by the layout code of their format"


def _ended_early(root: str, plan: Plan, sample: int, seed: int, checks: Sequence[Check]) -> Verification:
    bounds = ("everything else: not looked at, since the plan or the table do not say what they must",)
    return Verification(root, plan.fingerprint, "", sample, seed, tuple(checks), bounds)
