"""The reading of arXiv 2606.00230: where it has a rule of its own, and which pairs it leaves out."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair

PUBLISHED = frozenset(
    {
        "determiner_noun_agreement_1",
        "existential_there_subject_raising",
        "irregular_past_participle_verbs",
        "regular_plural_subject_verb_agreement_1",
        "regular_plural_subject_verb_agreement_2",
    }
)
"""The paradigms whose spans the study describes; its prose and our rules mark the same words in all five."""

SET_ASIDE = frozenset(
    {
        "anaphor_gender_agreement",
        "anaphor_number_agreement",
        "coordinate_structure_constraint_object_extraction",
        "principle_A_case_2",
        "tough_vs_raising_2",
        "wh_island",
    }
)
"""The paradigms it sets aside, because the dependency spans (nearly) the whole sentence."""

EQUAL_LENGTH_ONLY = frozenset({"existential_there_subject_raising"})
"""Where its counts add up to the pairs whose difference has as many words on both sides: 935 of 1,000."""

UNEQUAL_LENGTH = "the difference is not the same number of words on both sides"


def left_out(paradigm: str, pair: MinimalPair) -> str | None:
    """Return why the study leaves a pair out, None where it keeps it."""
    if paradigm in SET_ASIDE:
        return "the study sets this paradigm aside: the dependency spans nearly the whole sentence"
    if paradigm in EQUAL_LENGTH_ONLY and unequal_length(pair):
        return f"the study leaves it out: {UNEQUAL_LENGTH}"
    return None


def unequal_length(pair: MinimalPair) -> bool:
    """Tell whether the difference is not the same number of words on both sides."""
    return pair.difference.good.n_words != pair.difference.bad.n_words
