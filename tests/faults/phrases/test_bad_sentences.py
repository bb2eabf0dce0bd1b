"""A sentence that breaks its paradigm's rule gets the generic rule and a flag: no crash, no wrong span."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import load_phrases
from indexer.phrases.rules.table import PARADIGMS

SENTENCES = {
    "too short": ("Geese.", "Goose."),
    "one word longer": ("Geese honk.", "Goose."),
    "punctuation alone": ("...", "?!"),
    "only one side has words": ("Geese honk.", "..."),
    "unknown structure": ("Honk, said the geese to me.", "Honk, says the geese to me."),
    "mixed scripts": ("The гусь sees this lamp.", "The гусь sees this lamps."),
    "control characters": ("The \x07 geese honk.", "The \x07 goose honk."),
    "zero width": ("The geese\u200b honk.", "The goose\u200b honk."),
    "tabs and line ends": ("The\tgeese\nhonk.", "The\tgoose\nhonk."),
    "emoji": ("The geese 🪿 honk.", "The goose 🪿 honk."),
    "nothing in common": ("A b c d.", "E f."),
    "words swapped": ("Geese see Noor.", "Noor see geese."),
    "a repeated word": ("Honk honk honk.", "Honk honk."),
    "only case differs": ("The geese honk.", "the Geese honk."),
    "only the final mark differs": ("The geese honk.", "The geese honk?"),
    "the same": ("The geese honk.", "The geese honk."),
    "10,000 words": ("the goose " * 5_000 + "honks.", "the goose " * 5_000 + "honk."),
    "10,000 words, all different": ("a " * 10_000, "b " * 10_000),
}


def mark(folder: Path, good: str, bad: str, uid: str) -> dict[str, Any]:
    row = {"sentence_good": good, "sentence_bad": bad, "UID": uid, "pairID": "0"}
    (folder / "pairs.jsonl").write_text(json.dumps(row) + "\n")
    found = load_phrases(PhrasesConfig(source="pairs.jsonl"), MatchConfig(), base=folder)
    (pair,) = found.pairs.to_pylist()
    return pair


@pytest.mark.parametrize("uid", PARADIGMS)
def test_no_rule_crashes_and_every_span_is_flagged_or_right(uid: str, tmp_path: Path) -> None:
    for name, (good, bad) in SENTENCES.items():
        if name.startswith("10,000"):
            continue
        pair = mark(tmp_path, good, bad, uid)
        check(pair, uid, name)


@pytest.mark.parametrize("name", [name for name in SENTENCES if name.startswith("10,000")])
def test_endless_sentences_take_no_time(name: str, tmp_path: Path) -> None:
    began = time.process_time()
    pair = mark(tmp_path, *SENTENCES[name], "causative")
    assert time.process_time() - began < 5
    assert pair["fallback"] == "more than 60 words"
    check(pair, "causative", name)
    if "different" in name:
        assert "more than 4,096" in pair["excluded"]
        assert pair["good_phrase_id"] is None
    else:
        assert pair["good_phrase"] == "goose honks"


def check(pair: dict[str, Any], uid: str, name: str) -> None:
    assert pair["rule"] in (uid, "generic"), name
    if pair["rule"] == "generic":
        assert pair["fallback"] or pair["excluded"], name
        assert pair["grade"] is None
    for side in ("good", "bad"):
        sentence = pair[f"{side}_sentence"]
        start, stop = pair[f"{side}_phrase_start"], pair[f"{side}_phrase_stop"]
        if start is None:
            assert pair["excluded"], name
            continue
        assert sentence[start:stop] == pair[f"{side}_phrase"], name
        for span in ("critical", "context"):
            first, last = pair[f"{side}_{span}_start"], pair[f"{side}_{span}_stop"]
            assert (first is None and span == "context") or start <= first < last <= stop, name
    if pair["excluded"] is None:
        assert pair["good_phrase"].lower() != pair["bad_phrase"].lower(), name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mixed scripts", "characters the rules of the paradigms do not know"),
        ("control characters", "characters the rules of the paradigms do not know"),
        ("too short", "no that or these or this or those before word 1"),
    ],
)
def test_the_flag_says_why(name: str, reason: str, tmp_path: Path) -> None:
    pair = mark(tmp_path, *SENTENCES[name], "determiner_noun_agreement_1")
    assert (pair["rule"], pair["fallback"]) == ("generic", reason)


def test_a_sentence_of_one_word_has_a_phrase_but_no_context(tmp_path: Path) -> None:
    pair = mark(tmp_path, *SENTENCES["too short"], "not_a_paradigm_of_ours")
    assert (pair["good_phrase"], pair["good_context_start"]) == ("Geese", None)
    assert pair["fallback"] == "no word stands beside the difference"
