"""The other normal forms of phrases: which texts they are, and which a corpus could hold."""

from __future__ import annotations

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import load_phrases
from indexer.phrases.normal_forms import other_forms, told
from indexer.phrases.normalization import normalized
from indexer.tokenizers import tokenizer_from_json
from indexer.tokenizers.tokenizer import Tokenizer
from tests.support import trained_tokenizers

CAFE, CAFE_NFD = "caf\u00e9", "cafe\u0301"


def tokenizer(*, normalises: bool = False) -> Tokenizer:
    made = trained_tokenizers.byte_level()
    if not normalises:
        made.normalizer = None
    return tokenizer_from_json(made.to_str(), "made")


def others(folder, *phrases: str, normalises: bool = False, pattern: bool = False, **match: str):
    """Return (phrase_id, form, text) of all other forms of phrases."""
    (folder / "p.csv").write_text("\n".join(["wanted", *phrases]) + "\n", encoding="utf-8")
    columns = {"pattern": "wanted"} if pattern else {"text": "wanted"}
    settings, of_corpus = MatchConfig(**match), tokenizer(normalises=normalises)
    loaded = load_phrases(PhrasesConfig(source="p.csv", **columns), settings, base=folder)
    found = normalized(loaded, of_corpus, settings)
    return [tuple(row.values()) for row in other_forms(found, of_corpus, settings).to_pylist()]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        pytest.param("the cafe", [], id="ASCII has one form"),
        pytest.param("straße", [], id="a letter without marks has one form"),
        pytest.param("लड़का", [], id="a nukta that never composes"),
        pytest.param("\u0958लम", [("NFC", "\u0915\u093cलम")], id="a letter that decomposes in NFC"),
        pytest.param(f"the {CAFE}", [("NFD", f"the {CAFE_NFD}")], id="composed"),
        pytest.param(f"the {CAFE_NFD}", [("NFC", f"the {CAFE}")], id="decomposed"),
        pytest.param(
            f"{CAFE} {CAFE_NFD}",
            [("NFC", f"{CAFE} {CAFE}"), ("NFD", f"{CAFE_NFD} {CAFE_NFD}")],
            id="mixed",
        ),
        pytest.param("\ufb01sh", [], id="a ligature folds to what it is in NFKC"),
        pytest.param("x\u00b2", [("NFKC", "x2")], id="a superscript"),
        pytest.param("\ud55c", [("NFD", "\u1112\u1161\u11ab")], id="Hangul"),
        pytest.param("\u0390", [], id="a letter whose fold is decomposed"),
    ],
)
def test_which_texts(tmp_path, phrase, expected):
    assert others(tmp_path, phrase) == [(0, *one) for one in expected]


def test_what_the_normaliser_would_change_cannot_stand_in_the_corpus(tmp_path):
    assert others(tmp_path, CAFE, normalises=True) == []
    assert others(tmp_path, CAFE_NFD, normalises=True) == []


def test_phrases_are_turned_into_the_form_asked_for(tmp_path):
    assert others(tmp_path, CAFE, normal_form="NFD") == [(0, "NFC", CAFE)]
    assert others(tmp_path, "x\u00b2", normal_form="NFKC") == []
    # Both forms become one phrase.
    assert others(tmp_path, CAFE, CAFE_NFD, normal_form="NFC") == [(0, "NFD", CAFE_NFD)]


def test_of_a_phrase_with_gaps_the_parts(tmp_path):
    phrases = f"no <0-2 words> {CAFE}", f"{CAFE} <1 words> ever", "no <0-1 words> ever"
    assert others(tmp_path, *phrases, pattern=True) == [(0, "NFD", CAFE_NFD), (1, "NFD", CAFE_NFD)]


def test_case_and_white_space_are_those_of_the_settings(tmp_path):
    assert others(tmp_path, "Un  CAF\u00c9", case="exact") == [(0, "NFD", "Un  CAFE\u0301")]
    assert others(tmp_path, "Un  CAF\u00c9", whitespace="any") == [(0, "NFD", f"un {CAFE_NFD}")]


def test_what_is_said():
    assert told("NFC", 17, "café").startswith("17 phrases are not found as written, but their NFC form is")
    assert told("NFD", 1, "café").startswith("1 phrase is not found as written, but its NFD form is")
