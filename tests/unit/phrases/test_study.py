"""The reading of arXiv 2606.00230: its spans in lower case, and the pairs it leaves out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.study import PUBLISHED, SET_ASIDE


@pytest.fixture(scope="module")
def study(shared: Path) -> PhraseSet:
    kept = [*PUBLISHED, *SET_ASIDE, "npi_present_1"]
    config = PhrasesConfig(source=str(shared / "data" / "blimp"), rules="study", paradigms=kept)
    return load_phrases(config, MatchConfig(case="exact"), base=Path())


def test_the_pairs_that_take_part(study: PhraseSet) -> None:
    kept = Counter(row["paradigm"] for row in study.pairs.to_pylist() if row["excluded"] is None)
    assert kept == {
        **dict.fromkeys(PUBLISHED, 1000),
        "existential_there_subject_raising": 935,
        "npi_present_1": 1000,
    }


def test_each_exclusion_says_why(study: PhraseSet) -> None:
    reasons = {row["paradigm"]: row["excluded"] for row in study.pairs.to_pylist() if row["excluded"]}
    assert "not the same number of words" in reasons["existential_there_subject_raising"]
    assert "sets this paradigm aside" in reasons["wh_island"]


def test_phrases_are_lower_case_without_final_punctuation(study: PhraseSet) -> None:
    texts = study.phrases["phrase"].to_pylist()
    assert all(text == text.lower() for text in texts)
    assert not any(text.endswith((".", "?", "!")) for text in texts)
    assert not any(set(row["spellings"]) - {row["phrase"]} for row in study.phrases.to_pylist())


def test_its_own_rules_are_told_from_ours(study: PhraseSet) -> None:
    rules = set(study.pairs["rule"].to_pylist())
    assert {rule for rule in rules if rule.startswith("study/")} == {f"study/{uid}" for uid in PUBLISHED}
    assert "npi_present_1" in rules


def test_the_published_examples_as_structures(tmp_path: Path) -> None:
    rows = [
        ("determiner_noun_agreement_1", "Noor sold this lamp.", "Noor sold this lamps.", "this lamp"),
        (
            "regular_plural_subject_verb_agreement_1",
            "Noor admires geese.",
            "Noor admire geese.",
            "noor admires",
        ),
        ("regular_plural_subject_verb_agreement_2", "Some ducks swim.", "Some duck swim.", "ducks swim"),
        ("irregular_past_participle_verbs", "The lamp fell.", "The lamp fallen.", "lamp fell"),
        (
            "existential_there_subject_raising",
            "There is bound to be rain.",
            "There is eager to be rain.",
            "there is bound to",
        ),
    ]
    lines = "".join(f"{uid}\t{good}\t{bad}\n" for uid, good, bad, _ in rows)
    (tmp_path / "pairs.tsv").write_text(f"UID\tgood\tbad\n{lines}")
    config = PhrasesConfig(source="pairs.tsv", rules="study")
    found = load_phrases(config, MatchConfig(case="exact"), base=tmp_path)
    texts = found.phrases["phrase"].to_pylist()
    assert [texts[number] for number in found.pairs["good_phrase_id"].to_pylist()] == [row[3] for row in rows]


def test_equal_length_only_is_an_option_of_its_own(shared: Path) -> None:
    config = PhrasesConfig(
        source=str(shared / "data" / "blimp"),
        paradigms=["existential_there_subject_raising"],
        equal_length_only=True,
    )
    found = load_phrases(config, MatchConfig(), base=Path())
    assert found.pairs["excluded"].null_count == 935
    assert found.pairs["good_phrase_id"].null_count == 0
