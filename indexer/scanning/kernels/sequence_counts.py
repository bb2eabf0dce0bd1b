"""Count occurrences as exposures: first those of a sequence by phrase, then those of a step, then all.

Where phrases stand everywhere, most occurrences are of phrases that the sequence held before. All they need
is one more in a number, small enough to stay in the nearest cache, which also tells whether the phrase still
wants places. What neighbouring sequences of one step hold is joined in the same way; so the sums of a phrase
are touched once a step.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.corpus.kernels.visits import Visits
from indexer.jit.bisection import n_below
from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64, uint64
from indexer.matching.kernels.matches import MatchRuns
from indexer.scanning.kernels.exposures import (
    LAST_STEP,
    N_PLACES,
    OPEN_BIN,
    OPEN_COUNT,
    SEQUENCES,
    WANTED_BEFORE,
    BinTable,
    PlacePool,
    close_bin,
    keep_place,
)
from indexer.units import Int32Array, Int64Array

N_OF_SEQUENCE, N_OF_STEP, N_VISITS, N_FOUND = range(4)
"""In `SequenceCounts.state`: how many phrases are listed of the sequence, and of the step; how many visits
the step is: one, or all of a single sequence; and how many occurrences of any phrase are in it."""
MOST_FOUND = 1 << 30
"""A step with more occurrences is added to the sums before it ends, so that no half of a number overflows. A
corpus without an order is one step, and a packed shard one range, however large."""
_HALF = 32
_LOW = 0xFFFFFFFF
_LATEST = 0x7FFFFFFF


class SequenceCounts(NamedTuple):
    """What is counted and not added to the sums yet: that of one step.

    Attributes
    ----------
    of_sequence : array of int64, shape (n_phrases,)
        In the low half the occurrences in the sequence at hand. In the high half `_LATEST` less what
        `WANTED_BEFORE` is for the phrase: 0 while it wants every place, or where that has more than 31 bits.
    of_step : array of int64, shape (n_phrases,)
        Occurrences in the sequences before it that are of one step; in the high half how many of these hold
        the phrase.
    in_sequence, in_step : array of int32, shape (n_phrases + 1,)
        The phrases these hold.
    step_plus_one, bin_plus_one : array of int64, shape (most visits of a sequence,)
        The visits of the step, and the bin of each; 0 where the step is not known.
    state : array of int64, shape (4,)
        How far that is.
    """

    of_sequence: Int64Array
    of_step: Int64Array
    in_sequence: Int32Array
    in_step: Int32Array
    step_plus_one: Int64Array
    bin_plus_one: Int64Array
    state: Int64Array


@leaf
def keep_wanted(
    sums: Int64Array,
    places: PlacePool,
    most_places: int,
    phrase: int,
    steps: Int64Array,
    begin: int,
    end: int,
    sequence: int,
    token_offset: int,
    n_tokens: int,
    times: int,
) -> bool:
    """Keep the places that are wanted of a run of occurrences, at the visits ``steps[begin:end]``.

    Returns
    -------
    bool
        False, and nothing is kept, where there may be no room for them.
    """
    times = min(times, most_places)  # later ones of a run have as many before them
    n_kept = int64(sums[phrase, N_PLACES]) + times * (end - begin)
    if places.n_used[0] + 4 * (n_kept + 4) > places.step.shape[0]:  # room is made anew several times
        return False
    for visit in range(begin, end):
        step = int64(steps[visit])
        for each in range(times):
            if sums[phrase, WANTED_BEFORE] == 0 or step + 2 < sums[phrase, WANTED_BEFORE]:
                keep_place(sums, places, most_places, phrase, step, sequence, token_offset + each, n_tokens)
    return True


@leaf
def count_sequence(
    sums: Int64Array,
    places: PlacePool,
    counts: SequenceCounts,
    most_places: int,
    runs: MatchRuns,
    first: int,
    last: int,
    steps: Int64Array,
    begin: int,
    end: int,
    sequence: int,
) -> int:
    """Count the occurrences ``[first, last)`` of a row by phrase, and keep the places that are wanted.

    Parameters
    ----------
    steps, begin, end
        The row is visited at ``steps[begin:end]``, ascending.
    sequence : int
        Its number in the corpus.

    Returns
    -------
    int
        `last`, or the number of the first occurrence whose places have no room.
    """
    of_sequence, listed = counts.of_sequence, counts.in_sequence
    n_listed, are_runs = int64(counts.state[N_OF_SEQUENCE]), runs.times.shape[0] != 0
    limit = _LATEST - min(int64(steps[begin]) + 2, _LATEST - 1)
    k, kept = int64(first), int64(-1)
    while k < last:
        while k < last:  # a loop of its own, so that all it needs stays in registers
            # Unsigned, so that the compiler need not ask whether it counts from the end.
            phrase = uint64(runs.phrase[uint64(k)])
            count = of_sequence[phrase]
            if count >> _HALF < limit and k != kept:
                break
            times = int64(runs.times[uint64(k)]) if are_runs else int64(1)
            # Written in any case and kept where it is the first: a branch would be taken at random.
            listed[uint64(n_listed)] = phrase
            n_listed += int64(count & _LOW == 0) & int64(times > 0)
            of_sequence[phrase] = count + times
            k += 1
        if k < last:
            phrase = uint64(runs.phrase[k])
            times = int64(runs.times[k]) if are_runs else int64(1)
            if not keep_wanted(
                sums, places, most_places, phrase, steps, begin, end, sequence,
                int64(runs.token_offset[k]), int64(runs.n_tokens[k]), times,
            ):  # fmt: skip
                break
            wanted_before = int64(sums[phrase, WANTED_BEFORE])
            wants = max(_LATEST - wanted_before, int64(0)) if wanted_before else int64(0)
            of_sequence[phrase] = (of_sequence[phrase] & _LOW) | (wants << _HALF)
            kept = k
    counts.state[N_OF_SEQUENCE] = n_listed
    return k


@leaf
def add_to_step(counts: SequenceCounts) -> None:
    """Add what a sequence holds to its step."""
    of_sequence, of_step, in_step = counts.of_sequence, counts.of_step, counts.in_step
    n, n_found = int64(counts.state[N_OF_STEP]), int64(counts.state[N_FOUND])
    for each in range(counts.state[N_OF_SEQUENCE]):
        phrase = uint64(counts.in_sequence[each])
        count = int64(of_sequence[phrase]) & _LOW
        of_sequence[phrase] -= count
        in_step[uint64(n)] = phrase
        n += int64(of_step[phrase] == 0)
        of_step[phrase] += count + (int64(1) << _HALF)
        n_found += count
    counts.state[N_OF_SEQUENCE], counts.state[N_OF_STEP], counts.state[N_FOUND] = 0, n, n_found


@leaf
def add_step(sums: Int64Array, bins: BinTable, n_bins: int, counts: SequenceCounts) -> bool:
    """Add what a step holds to the sums; return False, and add nothing, if bins have no room for it."""
    n, n_visits = int64(counts.state[N_OF_STEP]), int64(counts.state[N_VISITS])
    if bins.keys.shape[0] and bins.n_used[0] + n * n_visits > bins.keys.shape[0] // 2:
        return False
    for each in range(n):
        phrase = uint64(counts.in_step[each])
        count = int64(counts.of_step[phrase])
        counts.of_step[phrase] = 0
        sums[phrase, SEQUENCES] += count >> _HALF
        for visit in range(n_visits):
            if sums[phrase, OPEN_BIN] != counts.bin_plus_one[visit]:
                close_bin(sums, bins, n_bins, phrase)
                sums[phrase, OPEN_BIN] = counts.bin_plus_one[visit]
            sums[phrase, OPEN_COUNT] += count & _LOW
            sums[phrase, LAST_STEP] = max(sums[phrase, LAST_STEP], counts.step_plus_one[visit])
    counts.state[N_OF_STEP] = counts.state[N_FOUND] = 0
    return True


@uncounted
def count_exposures(
    sums: Int64Array,
    bins: BinTable,
    places: PlacePool,
    counts: SequenceCounts,
    most_places: int,
    runs: MatchRuns,
    first: int,
    first_sequence: int,
    visits: Visits,
    checkpoints: Int64Array,
    is_last: bool,
    to_close: Int64Array,
) -> int:
    """Count the occurrences found in a block, from the number `first` on.

    Parameters
    ----------
    sums : array of int64, shape (n_phrases, `N_COLUMNS`)
        Added to. Sequences come in order, each in one block.
    bins, places
        Added to. Where one has no room left, counting ends.
    counts : SequenceCounts
        What is counted and not added yet.
    most_places : int
        First places kept of each phrase.
    runs, first_sequence, visits
        As of `indexer.scanning.tally.Tally.add_runs`.
    checkpoints : array of int64
        Bin b holds the steps from ``checkpoints[b - 1]`` to ``checkpoints[b] - 1``.
    is_last : bool
        Whether nothing comes behind: all is added to the sums then; the bins must have room.
    to_close : array of int64
        Phrases whose open bins go to the table then, which must have room for these too.

    Returns
    -------
    int
        How many are counted by now; if not all, more room is needed for the next one.
    """
    n_bins, k, state, steps = checkpoints.shape[0], int64(first), counts.state, visits.steps
    while k < runs.phrase.shape[0]:
        row = int64(runs.row[k])
        begin, end, last = (
            int64(visits.offsets[row]),
            int64(visits.offsets[row + 1]),
            n_below(runs.row, row + 1),
        )
        if begin == end:
            k = int64(last)
            continue
        is_same_step = counts.step_plus_one[0] == steps[begin] + 1
        goes_on = state[N_VISITS] == 1 and end - begin == 1 and is_same_step and state[N_FOUND] < MOST_FOUND
        if state[N_OF_STEP] and not goes_on:
            is_added = add_step(sums, bins, n_bins, counts)
            if not is_added:
                return k
        if state[N_OF_STEP] == 0:
            for visit in range(begin, end):
                step = int64(steps[visit])
                counts.step_plus_one[visit - begin] = step + 1
                counts.bin_plus_one[visit - begin] = n_below(checkpoints, step + 1) + 1 if step >= 0 else 0
            state[N_VISITS] = end - begin
        k = count_sequence(
            sums, places, counts, most_places, runs, k, last, steps, begin, end, first_sequence + row
        )
        if k < last:
            return k
        add_to_step(counts)
    if is_last:
        add_step(sums, bins, n_bins, counts)
        for each in range(to_close.shape[0]):
            close_bin(sums, bins, n_bins, uint64(to_close[each]))
    return k
