"""The matchers of a plan, made of what it froze."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from indexer.index_dir import IndexDir
from indexer.matching.matcher import Matcher
from indexer.partials import OTHER_FORMS
from indexer.patterns import IdPatterns, select
from indexer.phrases.gapped import GappedPhrases, patterns_of, with_parts
from indexer.plan import Plan
from indexer.plan_store import (
    load_gapped,
    load_other_forms,
    load_patterns,
    load_phrases_of,
    load_tokenizer_of,
)
from indexer.units import BoolArray, Int32Array
from indexer.vocabulary import TokenBytes


def load_vocabulary(index: IndexDir, plan: Plan) -> TokenBytes | None:
    """Return the bytes of every id below the vocabulary size, the configured special ids as walls."""
    tokenizer = load_tokenizer_of(index, plan)
    if tokenizer is None:
        return None
    vocabulary = tokenizer.token_bytes()
    n_ids = max(plan.vocabulary_size, tokenizer.n_ids)
    more = n_ids - len(vocabulary.special)
    special = np.append(vocabulary.special, np.ones(more, np.bool_))
    special[walls(plan)] = True
    offsets = np.append(vocabulary.offsets, np.full(more, vocabulary.offsets[-1]))
    return TokenBytes(vocabulary.data, offsets, special)


def walls(plan: Plan) -> list[int]:
    """Return the configured ids that no occurrence contains."""
    corpus = plan.config.corpus
    end_of_document = corpus.end_of_document
    return [*corpus.special_ids, *([] if end_of_document is None else [end_of_document])]


def load_matchers(index: IndexDir, plan: Plan) -> dict[str, Matcher]:
    """Return a matcher for each unit of the plan, and one of other normal forms if phrases have any."""
    unit = plan.config.match.unit
    vocabulary = load_vocabulary(index, plan)
    gapped = load_gapped(index, plan)
    matchers: dict[str, Matcher] = {}
    if unit in ("tokens", "both"):
        matchers["tokens"] = _token_matcher(index, plan, vocabulary, gapped)
    if unit in ("text", "both"):
        matchers["text"] = _text_matcher(index, plan, vocabulary, gapped)
    others = load_other_forms(index, plan)
    if others is not None and vocabulary is not None:
        numbers = np.arange(others.num_rows, dtype=np.int32)
        matchers[OTHER_FORMS] = _matcher_of_texts(others["spelled"], numbers, plan, vocabulary)
    return matchers


def _token_matcher(
    index: IndexDir, plan: Plan, vocabulary: TokenBytes | None, gapped: GappedPhrases | None
) -> Matcher:
    patterns = load_patterns(index, plan)
    given_as_ids = load_phrases_of(index, plan)["token_ids"].is_valid()
    # Parts are numbered on from the phrases; they are texts.
    is_given = np.append(given_as_ids.to_numpy(), False)

    def build(some: IdPatterns) -> Matcher:
        of_ids = is_given[np.minimum(some.phrase, len(given_as_ids))]
        return _id_matcher(some, of_ids, plan, vocabulary)

    if gapped is None:
        return build(patterns)
    from indexer.matching.gapped.anchor_parts import AnchoredParts
    from indexer.matching.gapped.matcher import GappedMatcher
    from indexer.matching.ids.unfiltered import WalkingMatcher

    def build_for_stretches(some: IdPatterns) -> Matcher:
        match = plan.config.match
        return WalkingMatcher(some, vocabulary, boundary=match.boundary, possessive=match.possessive)

    n_phrases, case = plan.n_phrases, plan.config.match.case
    given = patterns_of(gapped.patterns, n_phrases)
    anchored = AnchoredParts(
        build, build_for_stretches, patterns, n_phrases, given, vocabulary=vocabulary, case=case
    )
    return GappedMatcher(anchored, n_phrases, given, vocabulary=vocabulary, case=case)


def _id_matcher(
    patterns: IdPatterns,
    of_ids: BoolArray,
    plan: Plan,
    vocabulary: TokenBytes | None,
) -> Matcher:
    """Return a matcher of id patterns; phrases given as ids are ids only and have no word boundary."""
    from indexer.matching.ids.joined import JoinedMatcher
    from indexer.matching.ids.matcher import TokenMatcher

    match = plan.config.match
    matchers: list[Matcher] = []
    if of_ids.any():
        matchers.append(
            TokenMatcher(select(patterns, of_ids), vocabulary, boundary="none", possessive="include")
        )
    if not (len(of_ids) and of_ids.all()):
        matchers.append(
            TokenMatcher(
                select(patterns, ~of_ids),
                vocabulary,
                boundary=match.boundary,
                possessive=match.possessive,
            )
        )
    return matchers[0] if len(matchers) == 1 else JoinedMatcher(matchers)


def _text_matcher(
    index: IndexDir, plan: Plan, vocabulary: TokenBytes | None, gapped: GappedPhrases | None
) -> Matcher:
    from indexer.matching.text.matcher import border_rules

    if vocabulary is None:
        raise ValueError("planning lets no text unit pass without a tokenizer")
    match = plan.config.match
    phrases = with_parts(load_phrases_of(index, plan).select(["phrase_id", "phrase"]), gapped)
    phrases = phrases.filter(phrases["phrase"].is_valid())
    matcher = _matcher_of_texts(phrases["phrase"], phrases["phrase_id"].to_numpy(), plan, vocabulary)
    if gapped is None:
        return matcher
    from indexer.matching.gapped.matcher import GappedMatcher
    from indexer.matching.gapped.text import TextParts

    n_phrases = plan.n_phrases
    return GappedMatcher(
        matcher,
        n_phrases,
        patterns_of(gapped.patterns, n_phrases),
        vocabulary=vocabulary,
        case=match.case,
        parts=TextParts(
            gapped.parts["phrase"].to_pylist(),
            border_rules(boundary=match.boundary, possessive=match.possessive),
            match.whitespace,
        ),
    )


def _matcher_of_texts(
    texts: pa.ChunkedArray, numbers: Int32Array, plan: Plan, vocabulary: TokenBytes
) -> Matcher:
    from indexer.matching.text.matcher import TextMatcher

    match = plan.config.match
    return TextMatcher(
        texts.to_pylist(),
        numbers,
        vocabulary,
        case=match.case,
        boundary=match.boundary,
        possessive=match.possessive,
        whitespace=match.whitespace,
    )
