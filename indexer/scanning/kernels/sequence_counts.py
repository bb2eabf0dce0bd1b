"""Count occurrences as exposures: first those of a sequence by phrase, then those of a step, then all.

Where phrases stand everywhere, most occurrences are of phrases that the sequence held before. All they need
is one more in a number, small enough to stay in the nearest cache, which also tells whether the phrase still
wants places. What neighbouring sequences of one step hold is joined in the same way; so the sums of a phrase
are touched once a step.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.corpus.kernels.visits import Visits
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
    bins_of_row,
    close_bin,
    keep_place,
)
from indexer.units import Int32Array, Int64Array

N_OF_SEQUENCE, N_OF_STEP, ROW = range(3)
"""In `SequenceCounts.state`: how many phrases are listed of the sequence, and of the step; its last row."""
_HALF = 32
_LOW = 0xFFFFFFFF
_LATEST = 0x7FFFFFFF
_NOBODY = 0


class SequenceCounts(NamedTuple):
    """What is counted and not added to the sums yet: nothing between two blocks.

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
    state : array of int64, shape (3,)
        How far that is.
    """

    of_sequence: Int64Array
    of_step: Int64Array
    in_sequence: Int32Array
    in_step: Int32Array
    state: Int64Array


@leaf
def end_of_row(rows: Int64Array, first: int) -> int:
    """Return the number behind the last of those from `first` on that are in the row of the first."""
    row, low, step = rows[first], int64(first), int64(1)
    while low + step < rows.shape[0] and rows[low + step] == row:
        low += step
        step *= 2
    high = min(low + step, int64(rows.shape[0]))
    while high - low > 1:
        middle = (low + high) // 2
        if rows[middle] == row:
            low = middle
        else:
            high = middle
    return high


@leaf
def keep_wanted(
    sums: Int64Array,
    places: PlacePool,
    most_places: int,
    visits: Visits,
    first_sequence: int,
    runs: MatchRuns,
    k: int,
    times: int,
) -> bool:
    """Keep the places that are wanted of the occurrences `k`.

    Returns
    -------
    bool
        False, and nothing is kept, where there may be no room for them.
    """
    phrase, row = uint64(runs.phrase[k]), int64(runs.row[k])
    begin, end = int64(visits.offsets[row]), int64(visits.offsets[row + 1])
    times = min(times, most_places)  # later ones of a run have as many before them
    n_kept = int64(sums[phrase, N_PLACES]) + times * (end - begin)
    if places.n_used[0] + 4 * (n_kept + 4) > places.step.shape[0]:  # room is made anew several times
        return False
    for visit in range(begin, end):
        step = int64(visits.steps[visit])
        for each in range(times):
            if sums[phrase, WANTED_BEFORE] == 0 or step + 2 < sums[phrase, WANTED_BEFORE]:
                keep_place(
                    sums, places, most_places, phrase, step, first_sequence + row,
                    int64(runs.token_offset[k]) + each, int64(runs.n_tokens[k]),
                )  # fmt: skip
    return True


@leaf
def count_unwanted(counts: SequenceCounts, runs: MatchRuns, first: int, last: int, limit: int) -> int:
    """Count the occurrences ``[first, last)`` of a row up to the first whose place may be wanted.

    Parameters
    ----------
    counts : SequenceCounts
        Added to.
    limit : int
        Places are wanted of phrases whose half of `SequenceCounts.of_sequence` is below.

    Returns
    -------
    int
        The number of that occurrence, or `last`.
    """
    of_sequence, listed, phrases = counts.of_sequence, counts.in_sequence, runs.phrase
    n_listed, are_runs = int64(counts.state[N_OF_SEQUENCE]), runs.times.shape[0] != 0
    k = int64(first)
    while k < last:
        # Unsigned, so that the compiler need not ask whether it counts from the end.
        phrase = uint64(phrases[uint64(k)])
        count = of_sequence[phrase]
        if count >> _HALF < limit:
            break
        times = int64(runs.times[uint64(k)]) if are_runs else int64(1)
        # Written in any case and kept where it is the first: a branch would be taken at random.
        listed[uint64(n_listed)] = phrase
        n_listed += int64(count & _LOW == 0) & int64(times > 0)
        of_sequence[phrase] = count + times
        k += 1
    counts.state[N_OF_SEQUENCE] = n_listed
    return k


@leaf
def count_sequence(
    sums: Int64Array,
    places: PlacePool,
    counts: SequenceCounts,
    most_places: int,
    visits: Visits,
    first_sequence: int,
    runs: MatchRuns,
    first: int,
    last: int,
) -> int:
    """Count the occurrences ``[first, last)`` of a row by phrase, and keep the places that are wanted.

    Returns
    -------
    int
        `last`, or the number of the first occurrence whose places have no room.
    """
    first_step = int64(visits.steps[visits.offsets[runs.row[first]]])
    limit = _LATEST - min(first_step + 2, _LATEST - 1)
    k = count_unwanted(counts, runs, first, last, limit)
    while k < last:
        phrase = uint64(runs.phrase[k])
        times = int64(runs.times[k]) if runs.times.shape[0] else int64(1)
        if not keep_wanted(sums, places, most_places, visits, first_sequence, runs, k, times):
            break
        wanted_before = int64(sums[phrase, WANTED_BEFORE])
        wants = max(_LATEST - wanted_before, int64(0)) if wanted_before else int64(0)
        counts.of_sequence[phrase] = (counts.of_sequence[phrase] & _LOW) | (wants << _HALF)
        k = count_unwanted(counts, runs, k, k + 1, _NOBODY)
        k = count_unwanted(counts, runs, k, last, limit)
    return k


@leaf
def add_to_step(counts: SequenceCounts, row: int) -> None:
    """Add what the sequence of a row holds to its step."""
    of_sequence, of_step, in_step = counts.of_sequence, counts.of_step, counts.in_step
    n = int64(counts.state[N_OF_STEP])
    for each in range(counts.state[N_OF_SEQUENCE]):
        phrase = uint64(counts.in_sequence[each])
        count = int64(of_sequence[phrase]) & _LOW
        of_sequence[phrase] -= count
        in_step[uint64(n)] = phrase
        n += int64(of_step[phrase] == 0)
        of_step[phrase] += count + (int64(1) << _HALF)
    counts.state[N_OF_SEQUENCE], counts.state[N_OF_STEP], counts.state[ROW] = 0, n, row


@leaf
def add_step(
    sums: Int64Array, bins: BinTable, n_bins: int, counts: SequenceCounts, visits: Visits, bin_of: Int64Array
) -> bool:
    """Add what a step holds to the sums; return False, and add nothing, if bins have no room for it."""
    n, base = int64(counts.state[N_OF_STEP]), int64(visits.offsets[0])
    begin, end = int64(visits.offsets[counts.state[ROW]]), int64(visits.offsets[counts.state[ROW] + 1])
    if bins.keys.shape[0] and bins.n_used[0] + n * (end - begin) > bins.keys.shape[0] // 2:
        return False
    for each in range(n):
        phrase = uint64(counts.in_step[each])
        count = int64(counts.of_step[phrase])
        counts.of_step[phrase] = 0
        sums[phrase, SEQUENCES] += count >> _HALF
        for visit in range(begin, end):
            bin_plus_one = int64(bin_of[visit - base])
            if sums[phrase, OPEN_BIN] != bin_plus_one:
                close_bin(sums, bins, n_bins, phrase)
                sums[phrase, OPEN_BIN] = bin_plus_one
            sums[phrase, OPEN_COUNT] += count & _LOW
            sums[phrase, LAST_STEP] = max(sums[phrase, LAST_STEP], int64(visits.steps[visit]) + 1)
    counts.state[N_OF_STEP] = 0
    return True


@leaf
def are_of_one_step(visits: Visits, row: int, other: int) -> bool:
    """Return whether two sequences were each visited once, at the same step."""
    offsets, steps = visits
    return bool(
        offsets[row + 1] - offsets[row] == 1
        and offsets[other + 1] - offsets[other] == 1
        and steps[offsets[row]] == steps[offsets[other]]
    )


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
    bin_of: Int64Array,
) -> int:
    """Count the occurrences found in a block, from the number `first` on.

    Parameters
    ----------
    sums : array of int64, shape (n_phrases, `N_COLUMNS`)
        Added to. Each sequence comes once, in one block.
    bins, places
        Added to. Where one has no room left, counting ends.
    counts : SequenceCounts
        What is counted and not added yet; nothing before the first call and after the last.
    most_places : int
        First places kept of each phrase.
    runs, first_sequence, visits
        As of `indexer.scanning.tally.Tally.add_runs`.
    checkpoints : array of int64
        Bin b holds the steps from ``checkpoints[b - 1]`` to ``checkpoints[b] - 1``.
    bin_of : array of int64
        Scratch for the bins of all visits.

    Returns
    -------
    int
        How many are counted by now. More room is needed if these are not all, or phrases of a step are left.
    """
    n_bins, which, k = checkpoints.shape[0], int64(0), int64(first)
    while k < runs.phrase.shape[0]:
        row, last = int64(runs.row[k]), end_of_row(runs.row, k)
        if visits.offsets[row] == visits.offsets[row + 1]:
            k = last
            continue
        goes_on = counts.state[N_OF_STEP] == 0 or are_of_one_step(visits, row, int64(counts.state[ROW]))
        if not goes_on and not add_step(sums, bins, n_bins, counts, visits, bin_of):
            return k
        which = bins_of_row(visits, row, checkpoints, which, bin_of)
        k = count_sequence(sums, places, counts, most_places, visits, first_sequence, runs, k, last)
        if k < last:
            return k
        add_to_step(counts, row)
    if counts.state[N_OF_STEP]:
        add_step(sums, bins, n_bins, counts, visits, bin_of)
    return k
