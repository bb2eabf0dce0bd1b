"""What a plan froze for scanning, read back: patterns, token bytes and the matchers made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from indexer.matching.matches import IdPatterns, Matcher, taken
from indexer.phrases.gapped import GappedPhrases, patterns_of, with_parts
from indexer.plan import Plan
from indexer.tokenizers import tokenizer_from_json
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import BoolArray
from indexer.vocabulary import TokenBytes

if TYPE_CHECKING:
    from indexer.matching.part_needs import PartNeeds

_ANEW = "plan anew into another directory"


def load_tokenizer_of(index: IndexDir, plan: Plan) -> Tokenizer | None:
    """Return the frozen tokenizer, or None where the plan was made without one.

    Raises
    ------
    StateError
        It is gone, or is not the one that the plan was made with.
    """
    if plan.tokenizer is None:
        return None
    name = "plan/tokenizer.json"
    try:
        # not read_text, which would turn each line end into \n and so change the hash
        tokenizer = tokenizer_from_json(index.tokenizer_file.read_bytes().decode(), name)
    except FileNotFoundError:
        raise StateError("is gone since it was planned", path=name, fix=_ANEW) from None
    except (UnicodeDecodeError, InputError):
        raise StateError("is damaged", path=name, fix=_ANEW) from None
    if tokenizer.content_hash != plan.tokenizer["content_hash"]:
        raise StateError("is not the tokenizer that was planned with", path=name, fix=_ANEW)
    return tokenizer


def n_planned_ids(plan: Plan) -> int:
    """Return the size of the vocabulary, or 0 where neither configuration nor tokenizer tell it."""
    return int(plan.config["corpus"]["vocab_size"] or (plan.tokenizer or {}).get("n_ids", 0))


def load_vocabulary(index: IndexDir, plan: Plan) -> TokenBytes | None:
    """Return the bytes of every id below the vocabulary size, the configured special ids as walls."""
    tokenizer = load_tokenizer_of(index, plan)
    if tokenizer is None:
        return None
    vocabulary = tokenizer.token_bytes()
    n_ids = max(n_planned_ids(plan), tokenizer.n_ids)
    more = n_ids - len(vocabulary.special)
    special = np.append(vocabulary.special, np.ones(more, np.bool_))
    special[walls(plan)] = True
    offsets = np.append(vocabulary.offsets, np.full(more, vocabulary.offsets[-1]))
    return TokenBytes(vocabulary.data, offsets, special)


def walls(plan: Plan) -> list[int]:
    """Return the configured ids that no occurrence contains."""
    corpus = plan.config["corpus"]
    end_of_document = corpus["end_of_document"]
    return [*corpus["special_ids"], *([] if end_of_document is None else [end_of_document])]


def load_patterns(index: IndexDir) -> IdPatterns:
    """Return the frozen id patterns."""
    with np.load(index.patterns_file) as arrays:
        return IdPatterns(arrays["ids"], arrays["offsets"], arrays["phrase"])


def load_matchers(index: IndexDir, plan: Plan) -> dict[str, Matcher]:
    """Return a matcher for each unit of the plan."""
    unit = plan.config["match"]["unit"]
    vocabulary = load_vocabulary(index, plan)
    gapped = load_gapped(index)
    matchers: dict[str, Matcher] = {}
    if unit in ("tokens", "both"):
        matchers["tokens"] = _token_matcher(index, plan, vocabulary, gapped)
    if unit in ("text", "both"):
        matchers["text"] = _text_matcher(index, plan, vocabulary, gapped)
    return matchers


def load_gapped(index: IndexDir) -> GappedPhrases | None:
    """Return the frozen phrases with gaps, None where there are none."""
    if not index.gapped_file.is_file():
        return None
    return GappedPhrases(pq.read_table(index.parts_file), pq.read_table(index.gapped_file))


def _token_matcher(
    index: IndexDir, plan: Plan, vocabulary: TokenBytes | None, gapped: GappedPhrases | None
) -> Matcher:
    patterns = load_patterns(index)
    given_as_ids = pq.read_table(index.phrases_file, columns=["token_ids"])["token_ids"].is_valid()
    # Parts are numbered on from the phrases; they are texts.
    is_given = np.append(given_as_ids.to_numpy(), False)

    def build(some: IdPatterns, needs: PartNeeds | None = None) -> Matcher:
        of_ids = is_given[np.minimum(some.phrase, len(given_as_ids))]
        return _id_matcher(some, of_ids, plan, vocabulary, needs)

    if gapped is None:
        return build(patterns)
    from indexer.matching.anchored_parts import AnchoredParts
    from indexer.matching.gapped_matcher import GappedMatcher
    from indexer.matching.walking_matcher import WalkingMatcher

    def build_for_stretches(some: IdPatterns) -> Matcher:
        match = plan.config["match"]
        return WalkingMatcher(some, vocabulary, boundary=match["boundary"], possessive=match["possessive"])

    n_phrases, case = plan.frozen["phrases"]["rows"], plan.config["match"]["case"]
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
    needs: PartNeeds | None,
) -> Matcher:
    """Return a matcher of id patterns; phrases given as ids are ids only and have no word boundary."""
    from indexer.matching.joined import JoinedMatcher
    from indexer.matching.token_matcher import TokenMatcher

    match = plan.config["match"]
    matchers: list[Matcher] = []
    if of_ids.any():
        matchers.append(
            TokenMatcher(taken(patterns, of_ids), vocabulary, boundary="none", possessive="include")
        )
    if not (len(of_ids) and of_ids.all()):
        matchers.append(
            TokenMatcher(
                taken(patterns, ~of_ids),
                vocabulary,
                boundary=match["boundary"],
                possessive=match["possessive"],
                needs=needs,
            )
        )
    return matchers[0] if len(matchers) == 1 else JoinedMatcher(matchers)


def _text_matcher(
    index: IndexDir, plan: Plan, vocabulary: TokenBytes | None, gapped: GappedPhrases | None
) -> Matcher:
    from indexer.matching.text_matcher import TextMatcher, border_rules

    if vocabulary is None:
        raise ValueError("planning lets no text unit pass without a tokenizer")
    match = plan.config["match"]
    phrases = with_parts(pq.read_table(index.phrases_file, columns=["phrase_id", "phrase"]), gapped)
    phrases = phrases.filter(phrases["phrase"].is_valid())
    matcher = TextMatcher(
        phrases["phrase"].to_pylist(),
        phrases["phrase_id"].to_numpy(),
        vocabulary,
        case=match["case"],
        boundary=match["boundary"],
        possessive=match["possessive"],
        whitespace=match["whitespace"],
    )
    if gapped is None:
        return matcher
    from indexer.matching.gap_text import TextParts
    from indexer.matching.gapped_matcher import GappedMatcher

    n_phrases = plan.frozen["phrases"]["rows"]
    return GappedMatcher(
        matcher,
        n_phrases,
        patterns_of(gapped.patterns, n_phrases),
        vocabulary=vocabulary,
        case=match["case"],
        parts=TextParts(
            gapped.parts["phrase"].to_pylist(),
            border_rules(boundary=match["boundary"], possessive=match["possessive"]),
            match["whitespace"],
        ),
    )
