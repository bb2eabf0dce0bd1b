"""Finds recorded places again in the raw files, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

from indexer.errors import ExposureError
from indexer.plan.plan import Plan
from indexer.verification.exposures_counted import exposing
from indexer.verification.findings import Blame, Check, Finding
from indexer.verification.plain_steps import PlainSteps
from indexer.verification.raw_sequences import RawSequence, RawSequences
from indexer.verification.searches import PhraseBook


class RecordedPlace(NamedTuple):
    """A row of ``places``."""

    phrase_id: int
    step: int | None
    sequence: int
    token_offset: int
    n_tokens: int
    shard: int


def find_places(
    places: Sequence[RecordedPlace],
    plan: Plan,
    book: PhraseBook,
    raw: RawSequences,
    steps: PlainSteps,
    changed: set[int],
    advance: Callable[[int], object],
) -> Check:
    """Find every place again: its shard, its sequence, its tokens and what they spell, its step."""
    check = Check("recorded places, found again in the raw corpus", "places")
    search = book.searches({place.phrase_id for place in places})[book.units[0]]
    ordered = sorted(places, key=lambda place: (place.shard, place.sequence))
    for shard_number, group in groupby(ordered, key=lambda place: place.shard):
        of_shard = list(group)
        blame: Blame = "corpus" if shard_number in changed else "index"
        try:
            sequences = _read(raw, plan, shard_number, {place.sequence for place in of_shard})
        except ExposureError as error:
            check.n_looked_at += len(of_shard)
            check.fail(Finding(f"cannot be read: {error.line()}"), blame="corpus")
            continue
        for place in of_shard:
            check.n_looked_at += 1
            advance(1)
            name = book.name(book.units[0], place.phrase_id)
            sequence = sequences.get(place.sequence)
            where = _where(plan, place)
            if sequence is None:
                check.fail(
                    Finding(
                        "the shard does not hold this sequence", where=where, phrase=name, step=place.step
                    )
                )
                continue
            found = search.find(sequence.ids.tolist())
            found = exposing(found, sequence, label_overlap=plan.corpus.label_overlap)
            standing = {(one.phrase, one.offset, one.n_tokens) for one in found}
            if (place.phrase_id, place.token_offset, place.n_tokens) not in standing:
                spelled = _spelled(book, sequence, place)
                check.fail(
                    Finding("the phrase does not stand there", name, spelled, where, name, place.step),
                    blame=blame,
                )
            taken = steps.of(place.sequence)
            if place.step not in taken:
                told = " or ".join(map(str, taken)) or "no step"
                check.fail(
                    Finding("the sequence was taken at another step", told, str(place.step), where, name),
                    blame=blame,
                )
    return check


def _read(raw: RawSequences, plan: Plan, shard: int, wanted: set[int]) -> dict[int, RawSequence]:
    """Return sequences of a shard: one by one, or in one walk through a file that is packed."""
    if not 0 <= shard < len(plan.shards):
        return {}
    planned = plan.shards[shard]
    inside = sorted(
        number
        for number in wanted
        if planned.first_sequence <= number < planned.first_sequence + planned.n_sequences
    )
    if not inside:
        return {}
    ranges = [(number, number + 1) for number in inside]
    if not planned.seekable:
        ranges = [(inside[0], inside[-1] + 1)]
    return {
        sequence.number: sequence
        for start, stop in ranges
        for sequence in raw.of_range(planned, start, stop)
        if sequence.number in wanted
    }


def _where(plan: Plan, place: RecordedPlace) -> str:
    inside = 0 <= place.shard < len(plan.shards)
    shard = plan.shards[place.shard].name if inside else f"shard {place.shard}"
    return f"{shard}, sequence {place.sequence:,}, token {place.token_offset:,}"


def _spelled(book: PhraseBook, sequence: RawSequence, place: RecordedPlace) -> str:
    ids = sequence.ids[place.token_offset : place.token_offset + place.n_tokens].tolist()
    return book.tokenizer.decode(ids) if book.tokenizer else " ".join(map(str, ids))
