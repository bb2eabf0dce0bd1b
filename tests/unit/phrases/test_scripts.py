"""Pairs in other scripts: without spaces, right to left, with composed and decomposed letters."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.segmentation import split

# Written for these tests: classifiers, negation and tense, number and gender agreement.
CHINESE = ("她昨天买了三本书。", "她昨天买了三条书。")
JAPANESE = ("猫が魚を食べました。", "猫が魚が食べました。")
THAI = ("แมวสามตัวนอนอยู่", "แมวสามคันนอนอยู่")
HEBREW = ("הילדה הגדולה ישנה בבית.", "הילדה הגדולה ישן בבית.")
ARABIC = ("هل كتبت البنت الرسالة؟", "هل كتب البنت الرسالة؟")
RUSSIAN = ("Большая собака спала дома.", "Большая собака спал дома.")
TURKISH = ("Iğdır'da çocuklar oynuyorlar.", "Iğdır'da çocuklar oynuyor.")


def load(folder: Path, pair: tuple[str, str], match: MatchConfig | None = None, **options: Any) -> PhraseSet:
    row = {"good": pair[0], "bad": pair[1]}
    (folder / "mine.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    return load_phrases(PhrasesConfig(source="mine.jsonl", **options), match or MatchConfig(), base=folder)


@pytest.mark.parametrize(
    ("pair", "options", "good", "bad"),
    [
        (CHINESE, {}, "三本", "三条"),
        (CHINESE, {"side": "both"}, "三本书", "三条书"),
        (JAPANESE, {}, "魚を", "魚が"),
        (THAI, {}, "มตัว", "มคัน"),
        (HEBREW, {}, "הגדולה ישנה", "הגדולה ישן"),
        (ARABIC, {"side": "right"}, "كتبت البنت", "كتب البنت"),
        (RUSSIAN, {}, "собака спала", "собака спал"),
        (TURKISH, {}, "çocuklar oynuyorlar", "çocuklar oynuyor"),
    ],
)
def test_phrases_and_their_offsets(
    pair: tuple[str, str], options: dict[str, Any], good: str, bad: str, tmp_path: Path
) -> None:
    (row,) = load(tmp_path, pair, **options).pairs.to_pylist()
    assert (row["good_phrase"], row["bad_phrase"]) == (good, bad)
    for side in ("good", "bad"):
        sentence = row[f"{side}_sentence"]
        assert sentence[row[f"{side}_phrase_start"] : row[f"{side}_phrase_stop"]] == row[f"{side}_phrase"]
        critical = sentence[row[f"{side}_critical_start"] : row[f"{side}_critical_stop"]]
        context = sentence[row[f"{side}_context_start"] : row[f"{side}_context_stop"]]
        assert critical in row[f"{side}_phrase"]
        assert context in row[f"{side}_phrase"]
        assert critical != context


def test_a_difference_is_widened_to_whole_characters_with_their_marks(tmp_path: Path) -> None:
    # The two sentences differ in one vowel sign alone; a span may not begin with it.
    (row,) = load(tmp_path, ("นกกินปลา", "นกกันปลา")).pairs.to_pylist()
    assert row["good_sentence"][row["good_critical_start"] : row["good_critical_stop"]] == "กิ"
    assert row["bad_sentence"][row["bad_critical_start"] : row["bad_critical_stop"]] == "กั"


def test_a_segmenter_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "cut.py").write_text(
        "WORDS = ['昨天', '三本', '三条', '买了']\n"
        "def cut(text):\n"
        "    pieces = []\n"
        "    while text:\n"
        "        piece = next((word for word in WORDS if text.startswith(word)), text[0])\n"
        "        pieces.append(piece)\n"
        "        text = text[len(piece):]\n"
        "    return pieces\n"
        "def lose(text):\n"
        "    return text[1:]\n"
    )
    (row,) = load(tmp_path, CHINESE, segmenter="cut.py:cut").pairs.to_pylist()
    assert (row["good_phrase"], row["good_phrase_start"]) == ("买了三本", 3)
    with pytest.raises(ConfigError, match=r"line 1: good sentence: the segmenter does not return the text"):
        load(tmp_path, CHINESE, segmenter="cut.py:lose")


def test_letters_of_another_script_stay_together() -> None:
    assert split("他有iPhone 15和iPad。").words == ["他", "有", "iPhone", "15", "和", "iPad"]


def test_composed_and_decomposed_letters_are_the_same_and_offsets_are_those_given(tmp_path: Path) -> None:
    good = unicodedata.normalize("NFD", "Le café était fermé.")
    bad = "Le café étaient fermé."
    (row,) = load(tmp_path, (good, bad)).pairs.to_pylist()
    assert unicodedata.normalize("NFC", row["good_phrase"]) == "café était"
    assert row["bad_phrase"] == "café étaient"
    assert good[row["good_phrase_start"] : row["good_phrase_stop"]] == row["good_phrase"]


def test_the_sentence_start_is_compared_without_case(tmp_path: Path) -> None:
    (row,) = load(tmp_path, ("Ёж спит там.", "Там ёж спит.")).pairs.to_pylist()
    assert row["order_contrast"]


def test_phrases_without_spaces_come_with_a_note_on_boundaries(tmp_path: Path) -> None:
    assert "2 of 2 phrases are in a script without spaces" in load(tmp_path, CHINESE).notes[0]
    assert load(tmp_path, CHINESE, MatchConfig(boundary="none")).notes == ()
    assert load(tmp_path, HEBREW).notes == ()
