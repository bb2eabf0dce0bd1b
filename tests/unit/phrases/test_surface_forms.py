"""The id sequences of a phrase, against a slow search of every sequence a tokenizer gives its spellings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import load_phrases
from indexer.phrases.spellings import spellings_of
from indexer.phrases.surface_forms import id_patterns, phrases_without_patterns
from indexer.vocabulary import TokenBytes


class CharacterTokenizer:
    """One id a character; a space joins the letter after it, as in byte-level BPE."""

    name = "characters"
    content_hash = "0"
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'’\n"

    def __init__(self) -> None:
        singles = [*self.letters, " "]
        self.pieces = ["<end>", *singles, *(f" {letter}" for letter in self.letters[:52])]
        self.n_ids = len(self.pieces)
        self._id = {piece: number for number, piece in enumerate(self.pieces)}

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> list[int]:
        ids = []
        while text:
            piece = text[:2] if text[:2] in self._id else text[:1]
            ids.append(self._id.get(piece, 0))
            text = text[len(piece) :]
        return ids

    encode_phrases = encode_batch

    def require_words(self) -> None:
        """Nothing is lost."""

    def remarks(self) -> list[str]:
        return []

    def unspelled(self, texts: Sequence[str]) -> dict[int, str]:
        return {}

    def normalize(self, text: str) -> str:
        return text

    def token_bytes(self) -> TokenBytes:
        spelled = [b"", *(piece.encode() for piece in self.pieces[1:])]
        offsets = np.cumsum([0, *map(len, spelled)]).astype(np.int64)
        special = np.array([True, *[False] * (self.n_ids - 1)])
        return TokenBytes(np.frombuffer(b"".join(spelled), np.uint8), offsets, special)

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(self.pieces[each] for each in ids)

    def json(self) -> str:
        return "{}"


def phrase_table(
    tmp_path: Path, content: str, name: str = "w.txt", match: MatchConfig | None = None
) -> pa.Table:
    (tmp_path / name).write_text(content)
    return load_phrases(PhrasesConfig(source=name), match or MatchConfig(), base=tmp_path).phrases


def decoded(patterns: object, tokenizer: CharacterTokenizer) -> list[tuple[int, str]]:
    ids, offsets, phrase = patterns
    return [
        (int(number), tokenizer.decode(ids[start:stop].tolist()))
        for number, start, stop in zip(phrase, offsets[:-1], offsets[1:], strict=True)
    ]


def test_fold_lists_every_case_with_and_without_the_space(tmp_path: Path) -> None:
    tokenizer = CharacterTokenizer()
    found = decoded(id_patterns(phrase_table(tmp_path, "an ox\n"), tokenizer, MatchConfig()), tokenizer)
    spelled = {"an ox", "An ox", "AN OX", "An Ox"}
    assert set(found) == {(0, space + text) for text in spelled for space in ("", " ")}
    assert len(found) == len(set(found))


def test_exact_lists_the_given_spelling_alone(tmp_path: Path) -> None:
    tokenizer = CharacterTokenizer()
    match = MatchConfig(case="exact")
    found = decoded(id_patterns(phrase_table(tmp_path, "Ox's\n", match=match), tokenizer, match), tokenizer)
    assert found == [(0, "Ox's"), (0, " Ox's")]


def test_any_white_space_lists_line_ends_and_double_spaces(tmp_path: Path) -> None:
    tokenizer = CharacterTokenizer()
    match = MatchConfig(case="exact", whitespace="any")
    found = decoded(id_patterns(phrase_table(tmp_path, "an  ox\n", match=match), tokenizer, match), tokenizer)
    assert {text for _, text in found} == {
        space + text for text in ("an ox", "an\nox", "an  ox") for space in ("", " ")
    }


def test_apostrophes_are_exchanged_in_every_case_form(tmp_path: Path) -> None:
    spelled = spellings_of("can't go", ["can't go"], MatchConfig())
    assert {"can't go", "can’t go", "CAN'T GO", "CAN’T GO", "Can't Go", "Can’t Go"} <= set(spelled)
    assert "Can'T Go" not in spelled


def test_a_capital_that_is_another_letters_too_is_no_spelling() -> None:
    folded = {text.casefold() for text in spellings_of("kapı", ["Kapı"], MatchConfig())}
    assert folded == {"kapı"}
    assert "KAPI" in spellings_of("kapı", ["kapı"], MatchConfig(case="turkish"))
    assert {"STRASSE", "straße"} <= set(spellings_of("strasse", ["straße"], MatchConfig()))


def test_given_ids_pass_through_and_need_no_tokenizer(tmp_path: Path) -> None:
    table = phrase_table(tmp_path, '{"token_ids": [70000, 2]}\n{"token_ids": [2]}\n', "w.jsonl")
    patterns = id_patterns(table, None, MatchConfig())
    assert patterns.ids.tolist() == [70000, 2, 2]
    assert patterns.ids.dtype == np.uint32
    assert patterns.offsets.tolist() == [0, 2, 3]
    assert patterns.phrase.tolist() == [0, 1]


def test_given_ids_beyond_the_vocabulary_are_refused(tmp_path: Path) -> None:
    table = phrase_table(tmp_path, '{"token_ids": [2]}\n{"token_ids": [3, 109]}\n', "w.jsonl")
    with pytest.raises(ConfigError, match=r"phrase 1 .* 109; expected ids of characters, from 0 to 108"):
        id_patterns(table, CharacterTokenizer(), MatchConfig())


def test_text_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'an ox' is text"):
        id_patterns(phrase_table(tmp_path, "an ox\n"), None, MatchConfig())


def test_a_phrase_the_vocabulary_cannot_spell_has_no_pattern_and_is_named(tmp_path: Path) -> None:
    table = phrase_table(tmp_path, "an ox\n5 oxen\n")
    patterns = id_patterns(table, CharacterTokenizer(), MatchConfig())
    assert phrases_without_patterns(table, patterns) == [1]
