"""The matchers of a plan, made of what it froze."""

from __future__ import annotations

import numpy as np

from indexer.matching.matcher import Matcher
from indexer.partials import OTHER_FORMS
from indexer.phrases.gapped import patterns_of, with_parts
from indexer.plan.plan import Plan
from indexer.scanning.some_phrases import SomePhrases
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


def matchers_of(some: SomePhrases, plan: Plan, vocabulary: TokenBytes | None) -> dict[str, Matcher]:
    """Return a matcher for each unit of the plan, and one for phrases in other normal forms.

    Parameters
    ----------
    some : SomePhrases
        What is looked for.
    plan : Plan
        The plan, for its settings.
    vocabulary : TokenBytes or None
        As `vocabulary_of` returns it.
    """
    from indexer.matching.build import id_matcher, text_matcher
    from indexer.matching.vocabulary_tables import VocabularyTables

    match = plan.config.match
    tables = None if vocabulary is None else VocabularyTables(vocabulary)
    n_phrases = some.phrases.num_rows
    with_gaps = [] if some.gapped is None else patterns_of(some.gapped.patterns, n_phrases)
    matchers: dict[str, Matcher] = {}
    if some.patterns is not None:
        given_as_ids = some.phrases["token_ids"].is_valid().to_numpy()
        matchers["tokens"] = id_matcher(some.patterns, given_as_ids, tables, match, with_gaps)
    if tables is None:
        if match.unit != "tokens":
            raise ValueError("planning lets no text unit pass without a tokenizer")
        return matchers
    if match.unit in ("text", "both"):
        texts = with_parts(some.phrases.select(["phrase_id", "phrase"]), some.gapped)
        texts = texts.filter(texts["phrase"].is_valid())
        matchers["text"] = text_matcher(
            texts["phrase"].to_pylist(),
            texts["phrase_id"].to_numpy(),
            tables,
            match,
            with_gaps,
            first_part=n_phrases,
            parts=[] if some.gapped is None else some.gapped.parts["phrase"].to_pylist(),
        )
    if some.other_forms is not None:
        numbers = np.arange(some.other_forms.num_rows, dtype=np.int32)
        spelled = some.other_forms["spelled"].to_pylist()
        matchers[OTHER_FORMS] = text_matcher(spelled, numbers, tables, match)
    return matchers
