"""Which occurrences of parts may follow each other: how far apart they are, and what stands between."""

from __future__ import annotations

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.matching.gapped.kernels.tables import SEPARATOR_WORDS, GapTable, Parts, Sizes
from indexer.units import BoolArray, Int64Array, TokenIds


@leaf
def has_separator(special: BoolArray, ids: TokenIds, begin: int, end: int) -> bool:
    """Return whether an id that stands for no text lies in ``ids[begin:end]``; if `special` is empty, no."""
    if special.shape[0] == 0:
        return False
    for at in range(begin, end):
        token = int64(ids[at])
        if token >= special.shape[0] or special[token]:
            return True
    return False


@leaf
def in_reach(gaps: GapTable, sizes: Sizes, parts: Parts, pattern: int, earlier: int, later: int) -> bool:
    """Return whether a first and a last part are near enough, as far as ids tell without their text.

    It never denies a pair that is; and if it denies one, it denies those farther apart.
    """
    first_place, stop_place = gaps.offsets[pattern], gaps.offsets[pattern + 1]
    begin = int64(parts.begin[earlier]) + sizes.ids[gaps.part[first_place]]
    end = int64(parts.begin[later])
    if end <= begin:
        return True
    by_words = gaps.by_words[pattern]
    most = int64(0)
    for place in range(first_place + 1, stop_place):
        unit = int64(1)
        if by_words and not gaps.in_words[place]:
            unit = int64(gaps.most_words_of_id)
        most += unit * gaps.most[place]
        if place + 1 < stop_place:
            most += sizes.words[gaps.part[place]] if by_words else sizes.ids[gaps.part[place]]
    if not by_words:
        return bool(end - begin <= most)
    n_ids = gaps.words_of_id.shape[0]
    start = parts.starts[parts.row[later]]
    at = end
    while at > begin:
        at -= 1
        token = int64(parts.ids[start + at])
        if token >= n_ids or gaps.words_of_id[token] == SEPARATOR_WORDS:
            return False
        most -= gaps.words_of_id[token]
        if most < 0:
            return False
    return True


@leaf
def allowed(gaps: GapTable, parts: Parts, place: int, earlier: int, later: int) -> bool:
    """Return whether the part at `place` may follow the one before it, as these two occurrences do."""
    if parts.stop[earlier] > parts.first[later]:
        return False
    end, begin = int64(parts.end[earlier]), int64(parts.begin[later])
    between = max(int64(0), begin - end)
    if gaps.in_words[place]:
        between = int64(0)
        text_begin, text_end = parts.text_stop[earlier], parts.text_first[later]
        if text_begin < text_end:
            between = parts.words_before[text_end] - parts.words_before[text_begin]
            # The rest of a word begun in the earlier part is one more, if a letter of it lies in the gap.
            between += int64(parts.goes_on_at[text_begin] < text_end)
    if between < gaps.least[place] or between > gaps.most[place]:
        return False
    start = parts.starts[parts.row[later]]
    return not has_separator(gaps.special, parts.ids, start + end, start + begin)


@leaf
def can_be_joined(
    gaps: GapTable, parts: Parts, pattern: int, earlier: int, later: int, marks: Int64Array, base: int
) -> bool:
    """Return whether the parts between a first and a last part can be placed.

    An occurrence that the parts up to the k-th can lead to, counted from 0, is marked ``base + k``; marks of
    earlier calls are all smaller.
    """
    first_place = gaps.offsets[pattern]
    last = gaps.offsets[pattern + 1] - first_place - 1
    if last == 1:
        return allowed(gaps, parts, first_place + 1, earlier, later)
    marks[earlier] = base
    for k in range(1, last + 1):
        place = first_place + k
        reached = False
        # From right to left, so that a mark is overwritten only once nobody asks for it any more.
        at = int64(later) if k == last else int64(later - 1)
        lowest = int64(later) if k == last else int64(earlier + 1)
        while at >= lowest:
            if parts.part[at] == gaps.part[place]:
                for before in range(earlier, at):
                    if marks[before] == base + k - 1 and allowed(gaps, parts, place, before, at):
                        marks[at] = base + k
                        reached = True
                        break
            at -= 1
        if not reached:
            return False
    return True
