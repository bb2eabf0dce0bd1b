"""The searches of `exposure verify` equal the slow truth: two slow codes that share only the meaning."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config.match import MatchConfig
from indexer.verification.gapped_search import Gap, GappedPhrase, GappedSearch, Search
from indexer.verification.id_search import IdSearch
from indexer.verification.spelled_text import Spelling
from indexer.verification.text_search import TextSearch
from tests.naive import (
    naive_gapped_id_matches,
    naive_gapped_text_matches,
    naive_id_matches,
    naive_text_matches,
)
from tests.property.matching.gapped.test_gapped_patterns import (
    N_PARTS,
    N_PHRASES,
    PIECES,
    SPECIAL,
    WORDS,
    forms,
    gapped_patterns,
)
from tests.property.matching.text.test_equals_naive_text import cases, settings_of_match
from tests.support.drawn_streams import streams
from tests.support.examples import examples

BORDERS = {
    "boundary": st.sampled_from(["word", "none"]),
    "possessive": st.sampled_from(["include", "exclude"]),
}


def rows_of(search: Search, sequences: Sequence[Sequence[int]]) -> list[tuple[int, int, int, int]]:
    return sorted(
        (row, one.offset, one.phrase, one.n_tokens)
        for row, sequence in enumerate(sequences)
        for one in search.find(sequence)
    )


@settings(max_examples=examples(150))
@given(cases(), settings_of_match)
def test_texts(case, match):
    phrases, spelled, special, sequences = case
    search = TextSearch(dict(enumerate(phrases)), Spelling(spelled, special), MatchConfig(**match))
    known = {"spelled": spelled, "special": special}
    assert rows_of(search, sequences) == naive_text_matches(
        list(enumerate(phrases)), sequences, **known, **match
    )


@settings(max_examples=examples(150))
@given(streams(), st.fixed_dictionaries(BORDERS), st.booleans())
def test_ids(case, borders, with_tokenizer):
    sequences = [case["stream"][start:stop] for start, stop in case["ranges"]]
    spelling = Spelling(case["spelled"], case["special"]) if with_tokenizer else None
    search = IdSearch(case["pairs"], (), spelling, MatchConfig(**borders))
    known = {"spelled": case["spelled"], "special": case["special"], **borders} if with_tokenizer else {}
    assert rows_of(search, sequences) == naive_id_matches(case["pairs"], sequences, **known)


rows = st.lists(st.lists(st.integers(0, SPECIAL), max_size=14), min_size=1, max_size=3)


def phrases_of(patterns) -> dict[int, GappedPhrase]:
    return {number: GappedPhrase(parts, tuple(Gap(*gap) for gap in gaps)) for number, parts, gaps in patterns}


@settings(max_examples=examples(150))
@given(
    st.lists(st.tuples(st.integers(0, N_PHRASES + N_PARTS - 1), forms), max_size=8, unique=True),
    st.lists(gapped_patterns(), max_size=3, unique_by=lambda pattern: pattern[0]),
    rows,
    st.sampled_from(["fold", "exact"]),
)
def test_ids_with_gaps(pairs, patterns, sequences, case):
    match = MatchConfig(case=case, boundary="none")
    spelling = Spelling(PIECES, frozenset([SPECIAL]))
    inner = IdSearch(pairs, (), spelling, match)
    search = GappedSearch(inner, phrases_of(patterns), in_text=False, spelling=spelling, match=match)
    known = {"spelled": PIECES, "special": frozenset([SPECIAL])}
    parts = naive_id_matches(pairs, sequences, **known)
    used = {part for _, numbers, _ in patterns for part in numbers}
    expected = naive_gapped_id_matches(parts, patterns, sequences, **known, case=case)
    expected += [one for one in parts if one[2] not in used]
    assert rows_of(search, sequences) == sorted(expected)


@settings(max_examples=examples(150))
@given(
    st.lists(st.sampled_from(WORDS), min_size=N_PARTS, max_size=N_PARTS),
    st.lists(gapped_patterns(), min_size=1, max_size=3, unique_by=lambda pattern: pattern[0]),
    rows,
    settings_of_match,
)
def test_texts_with_gaps(words, patterns, sequences, match):
    parts = [(N_PHRASES + number, word) for number, word in enumerate(words)]
    spelling, settings_ = Spelling(PIECES, frozenset([SPECIAL])), MatchConfig(**match)
    inner = TextSearch(dict(parts), spelling, settings_)
    search = GappedSearch(inner, phrases_of(patterns), in_text=True, spelling=spelling, match=settings_)
    known = {"spelled": PIECES, "special": frozenset([SPECIAL])}
    expected = naive_gapped_text_matches(parts, patterns, sequences, **known, **match)
    found = [one for one in rows_of(search, sequences) if one[2] in phrases_of(patterns)]
    assert found == expected
