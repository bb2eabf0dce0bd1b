"""Every entry of the table of rules is complete, and its worked example comes out as marked."""

from __future__ import annotations

import pytest

from indexer.phrases.critical_phrase import by_paradigm
from indexer.phrases.difference import compare
from indexer.phrases.marking import MarkedSentence, mark, unmark
from indexer.phrases.rules.table import PARADIGMS
from indexer.phrases.sentence import split_at_spaces

PHENOMENA = {
    "NPI licensing": 7,
    "anaphor agreement": 2,
    "argument structure": 9,
    "binding": 7,
    "control/raising": 5,
    "determiner-noun agreement": 8,
    "ellipsis": 2,
    "filler-gap dependency": 7,
    "irregular forms": 2,
    "island effects": 8,
    "quantifiers": 4,
    "subject-verb agreement": 6,
}


@pytest.mark.parametrize("uid", PARADIGMS)
def test_the_worked_example(uid: str) -> None:
    paradigm = PARADIGMS[uid]
    wanted = [unmark(paradigm.good), unmark(paradigm.bad)]
    sides = [split_at_spaces(each.text) for each in wanted]
    found = by_paradigm(compare(*sides), paradigm)
    assert found.fallback is None
    assert found.spans is not None
    shown = [mark(MarkedSentence(side.text, *spans)) for side, spans in zip(sides, found.spans, strict=True)]
    assert shown == [paradigm.good, paradigm.bad]
    assert found.excluded is None
    assert (found.rule, found.grade) == (uid, paradigm.grade)


def test_all_67_paradigms_under_their_phenomena() -> None:
    counts: dict[str, int] = {}
    for paradigm in PARADIGMS.values():
        counts[paradigm.phenomenon] = counts.get(paradigm.phenomenon, 0) + 1
        assert paradigm.grade in ("A", "B", "C")
        assert paradigm.critical and paradigm.context and paradigm.phrase
    assert counts == PHENOMENA


def test_end_boundary_marks_the_paradigms_that_turn_on_absence() -> None:
    assert {uid for uid, paradigm in PARADIGMS.items() if paradigm.end_boundary} == {
        "drop_argument",
        "inchoative",
        "intransitive",
        "passive_2",
        "tough_vs_raising_1",
        "wh_vs_that_with_gap",
        "wh_vs_that_with_gap_long_distance",
    }
