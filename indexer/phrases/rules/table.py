"""The table of rules: one row for each paradigm of BLiMP, to be read beside the linguistics.

In the examples the **critical** words are bold, the *context* is italic and the phrase stands in brackets.
The examples are our own sentences; each is executed as a test.
"""

from __future__ import annotations

from indexer.phrases.rules.agreement import (
    changed_demonstrative,
    demonstrative_and_noun,
    noun_and_next_word,
    subject_head_and_verb,
)
from indexer.phrases.rules.raising import there_raising_predicate
from indexer.phrases.rules.rule import Paradigm

_ROWS = (
    # --- determiner-noun agreement
    Paradigm(
        "determiner_noun_agreement_1",
        "determiner-noun agreement",
        "A",
        "changed noun / nearest demonstrative to its left / hull",
        demonstrative_and_noun,
        "Noor polished [*this* **kettle**].",
        "Noor polished [*this* **kettles**].",
    ),
    Paradigm(
        "determiner_noun_agreement_2",
        "determiner-noun agreement",
        "A",
        "changed demonstrative / last word / hull",
        changed_demonstrative,
        "Noor polished [**these** *kettles*].",
        "Noor polished [**this** *kettles*].",
    ),
    Paradigm(
        "determiner_noun_agreement_irregular_1",
        "determiner-noun agreement",
        "A",
        "changed noun / nearest demonstrative to its left / hull",
        demonstrative_and_noun,
        "Two plumbers feed [*those* **geese**].",
        "Two plumbers feed [*those* **goose**].",
    ),
    Paradigm(
        "determiner_noun_agreement_irregular_2",
        "determiner-noun agreement",
        "A",
        "changed demonstrative / last word / hull",
        changed_demonstrative,
        "Two plumbers feed [**that** *goose*].",
        "Two plumbers feed [**those** *goose*].",
    ),
    Paradigm(
        "determiner_noun_agreement_with_adj_2",
        "determiner-noun agreement",
        "A",
        "changed demonstrative / last word / hull, adjective inside",
        changed_demonstrative,
        "Noor polished [**these** rusty *kettles*].",
        "Noor polished [**this** rusty *kettles*].",
    ),
    Paradigm(
        "determiner_noun_agreement_with_adj_irregular_1",
        "determiner-noun agreement",
        "A",
        "changed noun / nearest demonstrative to its left / hull, adjective inside",
        demonstrative_and_noun,
        "Two plumbers feed [*that* noisy **goose**].",
        "Two plumbers feed [*that* noisy **geese**].",
    ),
    Paradigm(
        "determiner_noun_agreement_with_adj_irregular_2",
        "determiner-noun agreement",
        "A",
        "changed demonstrative / last word / hull, adjective inside",
        changed_demonstrative,
        "Two plumbers feed [**those** noisy *geese*].",
        "Two plumbers feed [**that** noisy *geese*].",
    ),
    Paradigm(
        "determiner_noun_agreement_with_adjective_1",
        "determiner-noun agreement",
        "A",
        "changed noun / nearest demonstrative to its left / hull, adjective inside",
        demonstrative_and_noun,
        "Noor polished [*that* out in the open **kettle**].",
        "Noor polished [*that* out in the open **kettles**].",
    ),
    # --- subject-verb agreement
    Paradigm(
        "irregular_plural_subject_verb_agreement_1",
        "subject-verb agreement",
        "A",
        "changed verb or auxiliary / head noun of the subject / hull",
        subject_head_and_verb,
        "The [*geese* **cross**] that meadow.",
        "The [*geese* **crosses**] that meadow.",
    ),
    Paradigm(
        "irregular_plural_subject_verb_agreement_2",
        "subject-verb agreement",
        "A",
        "changed subject noun / next word (verb or auxiliary) / two words",
        noun_and_next_word,
        "The [**geese** *weren't*] sleeping.",
        "The [**goose** *weren't*] sleeping.",
    ),
    Paradigm(
        "regular_plural_subject_verb_agreement_1",
        "subject-verb agreement",
        "A",
        "changed verb or auxiliary / head noun of the subject / hull",
        subject_head_and_verb,
        "A lot of the plumber's [*sisters* **admire**] Noor.",
        "A lot of the plumber's [*sisters* **admires**] Noor.",
    ),
    Paradigm(
        "regular_plural_subject_verb_agreement_2",
        "subject-verb agreement",
        "A",
        "changed subject noun / next word (verb or auxiliary) / two words",
        noun_and_next_word,
        "The [**plumber** *admires*] Noor.",
        "The [**plumbers** *admires*] Noor.",
    ),
    # --- irregular forms
    Paradigm(
        "irregular_past_participle_verbs",
        "irregular forms",
        "A",
        "changed verb / head noun of the subject / two words",
        subject_head_and_verb,
        "Some [*plumber* **forgot**] the kettle.",
        "Some [*plumber* **forgotten**] the kettle.",
    ),
    # --- control/raising
    Paradigm(
        "existential_there_subject_raising",
        "control/raising",
        "A",
        "the predicate that differs / There, word 0 / start through predicate and to",
        there_raising_predicate,
        "[*There* was **bound** to] be a goose crossing this meadow.",
        "[*There* was **eager** to] be a goose crossing this meadow.",
    ),
)

PARADIGMS = {row.uid: row for row in _ROWS}
"""The rows by name of the paradigm."""
