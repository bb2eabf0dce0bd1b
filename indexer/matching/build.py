"""Builds the matchers of a plan: from what is looked for, the settings, and one vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.config.match import MatchConfig
from indexer.matching.borders import border_rules
from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.gapped.text import TextParts
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.matcher import Matcher
from indexer.matching.text.matcher import TextMatcher
from indexer.matching.vocabulary_tables import VocabularyTables
from indexer.patterns import GappedPattern, IdPatterns
from indexer.units import BoolArray, Int32Array


def id_matcher(
    patterns: IdPatterns,
    given_as_ids: BoolArray,
    vocabulary: VocabularyTables | None,
    match: MatchConfig,
    gapped: Sequence[GappedPattern] = (),
) -> Matcher:
    """Return what finds phrases, and patterns with gaps, as runs of ids.

    Parameters
    ----------
    patterns : IdPatterns
        The forms of the phrases, and of the parts of patterns with gaps, which are numbered behind them.
    given_as_ids : array of bool, shape (n_phrases,)
        Which phrases are ids and no text: these keep no border rule.
    vocabulary : VocabularyTables or None
        The vocabulary, if it is known.
    match : MatchConfig
        What counts as an occurrence.
    gapped : sequence of GappedPattern
        The patterns with gaps.

    Raises
    ------
    ConfigError
        A border rule, or a gap in words, without a vocabulary.
    InputError
        A pattern that can never occur.
    """
    if not gapped:
        return TokenMatcher(
            patterns,
            vocabulary,
            boundary=match.boundary,
            possessive=match.possessive,
            unbounded=given_as_ids,
        )
    n_phrases = len(given_as_ids)
    gaps = gap_table(gapped, n_phrases, vocabulary, case=match.case)
    anchor_parts = AnchorParts(
        patterns,
        n_phrases,
        gaps,
        vocabulary=vocabulary,
        boundary=match.boundary,
        possessive=match.possessive,
        unbounded=given_as_ids,
    )
    return GappedMatcher(anchor_parts, n_phrases, gaps, vocabulary=vocabulary, case=match.case)


def text_matcher(
    texts: Sequence[str],
    phrases: Int32Array,
    vocabulary: VocabularyTables,
    match: MatchConfig,
    gapped: Sequence[GappedPattern] = (),
    *,
    first_part: int = 0,
    parts: Sequence[str] = (),
) -> Matcher:
    """Return what finds phrases, and patterns with gaps, in the text that ids spell.

    Parameters
    ----------
    texts : sequence of str
        What is looked for: phrases, and the parts of patterns with gaps.
    phrases : array of int32
        The phrase, or part, each of them stands for.
    vocabulary : VocabularyTables
        The vocabulary.
    match : MatchConfig
        What counts as an occurrence.
    gapped : sequence of GappedPattern
        The patterns with gaps.
    first_part : int
        Numbers from here on are parts.
    parts : sequence of str
        The text of each part.

    Raises
    ------
    InputError
        A phrase is empty or no Unicode text.
    """
    matcher = TextMatcher(
        texts,
        phrases,
        vocabulary,
        case=match.case,
        boundary=match.boundary,
        possessive=match.possessive,
        whitespace=match.whitespace,
    )
    if not gapped:
        return matcher
    rules = border_rules(boundary=match.boundary, possessive=match.possessive)
    return GappedMatcher(
        matcher,
        first_part,
        gap_table(gapped, first_part, vocabulary, case=match.case),
        vocabulary=vocabulary,
        case=match.case,
        parts=TextParts(parts, rules, match.whitespace),
    )
