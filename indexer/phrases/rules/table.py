"""Joins the table of rules, ``paradigms.toml``, with the functions it names."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from indexer.phrases.rules import (
    agreement,
    argument_structure,
    binding,
    ellipsis,
    filler_gap,
    islands,
    npi,
    quantifiers,
    raising,
)
from indexer.phrases.rules.rule import PairRule, Paradigm

RULES: dict[str, PairRule] = {
    rule.__name__: rule
    for rule in (
        agreement.attributive_participle,
        agreement.changed_demonstrative,
        agreement.demonstrative_and_noun,
        agreement.noun_and_next_word,
        agreement.subject_head_and_verb,
        argument_structure.participle_and_agent,
        argument_structure.passive_with_agent,
        argument_structure.passive_without_agent,
        argument_structure.subject_and_objectless_verb,
        argument_structure.subject_head_and_lexical_verb,
        argument_structure.verb_and_object,
        binding.clause_after_cleft_reflexive,
        binding.embedded_subject_after_that,
        binding.embedded_subject_and_reflexive,
        binding.embedded_subject_itself,
        binding.nominative_slot,
        binding.subject_head_and_reflexive,
        binding.verb_form_after_reflexive,
        ellipsis.adjective_before_noun_or_stranded,
        ellipsis.noun_or_stranded_adjective,
        filler_gap.filler_to_end,
        filler_gap.relative_clause_or_object_question,
        filler_gap.relative_clause_or_subject_question,
        islands.coordination_and_verb,
        islands.embedded_wh_word,
        islands.noun_left_behind,
        islands.noun_left_behind_in_coordination,
        islands.noun_left_behind_in_echo_question,
        islands.rest_of_the_question,
        npi.adverb_before_ever,
        npi.first_word_and_adverb,
        npi.focus_particle_and_ever,
        npi.inverted_auxiliary_and_ever,
        npi.not_and_ever,
        npi.only_and_ever,
        quantifiers.compared_quantifier_after_no,
        quantifiers.determiner_and_superlative,
        quantifiers.quantifier_after_there,
        quantifiers.quantifier_before_or_after_there,
        raising.adjective_and_infinitive,
        raising.there_raising_predicate,
        raising.verb_before_it,
        raising.verb_before_there,
    )
}

"""All rules by name."""


def _read() -> dict[str, Paradigm]:
    text = files("indexer.phrases.rules").joinpath("paradigms.toml").read_text(encoding="utf-8")
    return {
        uid: Paradigm(uid=uid, **{**row, "rule": RULES[row["rule"]]})
        for uid, row in tomllib.loads(text).items()
    }


PARADIGMS = _read()
"""The entries by name of the paradigm."""
