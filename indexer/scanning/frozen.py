"""The matchers of a plan, made of what it froze."""

from __future__ import annotations

import numpy as np

from indexer.index_dir import IndexDir
from indexer.matching.matcher import Matcher
from indexer.partials import OTHER_FORMS
from indexer.phrases.gapped import patterns_of, with_parts
from indexer.plan import Plan
from indexer.plan_store import (
    load_gapped,
    load_other_forms,
    load_patterns,
    load_phrases_of,
)
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.vocabulary import TokenBytes


def vocabulary_of(plan: Plan, tokenizer: Tokenizer | None) -> TokenBytes | None:
    """Return the bytes of every id below the vocabulary size, the configured special ids as separators."""
    if tokenizer is None:
        return None
    vocabulary = tokenizer.token_bytes()
    n_ids = max(plan.vocabulary_size, tokenizer.n_ids)
    more = n_ids - len(vocabulary.special)
    special = np.append(vocabulary.special, np.ones(more, np.bool_))
    special[separator_ids(plan)] = True
    offsets = np.append(vocabulary.offsets, np.full(more, vocabulary.offsets[-1]))
    return TokenBytes(vocabulary.data, offsets, special)


def separator_ids(plan: Plan) -> list[int]:
    """Return the configured ids that no occurrence contains."""
    corpus = plan.config.corpus
    end_of_document = corpus.end_of_document
    return [*corpus.special_ids, *([] if end_of_document is None else [end_of_document])]


def load_matchers(index: IndexDir, plan: Plan, vocabulary: TokenBytes | None) -> dict[str, Matcher]:
    """Return a matcher for each unit of the plan, and one for phrases in other normal forms.

    Parameters
    ----------
    vocabulary : TokenBytes or None
        As `vocabulary_of` returns it.
    """
    from indexer.matching.build import id_matcher, text_matcher
    from indexer.matching.vocabulary_tables import VocabularyTables

    match = plan.config.match
    tables = None if vocabulary is None else VocabularyTables(vocabulary)
    gapped = load_gapped(index, plan)
    with_gaps = [] if gapped is None else patterns_of(gapped.patterns, plan.n_phrases)
    phrases = load_phrases_of(index, plan)
    matchers: dict[str, Matcher] = {}
    if match.unit in ("tokens", "both"):
        given_as_ids = phrases["token_ids"].is_valid().to_numpy()
        matchers["tokens"] = id_matcher(load_patterns(index, plan), given_as_ids, tables, match, with_gaps)
    if tables is None:
        if match.unit != "tokens":
            raise ValueError("planning lets no text unit pass without a tokenizer")
        return matchers
    if match.unit in ("text", "both"):
        texts = with_parts(phrases.select(["phrase_id", "phrase"]), gapped)
        texts = texts.filter(texts["phrase"].is_valid())
        matchers["text"] = text_matcher(
            texts["phrase"].to_pylist(),
            texts["phrase_id"].to_numpy(),
            tables,
            match,
            with_gaps,
            first_part=plan.n_phrases,
            parts=[] if gapped is None else gapped.parts["phrase"].to_pylist(),
        )
    others = load_other_forms(index, plan)
    if others is not None:
        numbers = np.arange(others.num_rows, dtype=np.int32)
        matchers[OTHER_FORMS] = text_matcher(others["spelled"].to_pylist(), numbers, tables, match)
    return matchers
