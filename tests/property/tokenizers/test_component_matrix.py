"""Tokenizers of any components find what is there, or say which component keeps them from it."""

from __future__ import annotations

import re
from functools import cache

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config.match import MatchConfig
from indexer.errors import InputError
from indexer.phrases import PhraseSet
from indexer.tokenizers import Tokenizer, tokenizer_from_json
from tests.support.tokenizer_matrix import (
    CORPUS,
    PHRASES,
    Recipe,
    Verdict,
    build,
    occurrences,
    phrases_of,
    recipes,
    verdict,
)

SEEDS = range(8)
RECIPES = 30

NAMES_A_COMPONENT = re.compile(
    r"the (normalizer|pre-tokenizer|model|decoder|added token) |the tokenizers library breaks down"
)
TELLS_OF_THE_UNIT = ("other ids beside some neighbours", "the end of a phrase and what follows it")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> PhraseSet:
    return phrases_of(tmp_path_factory.mktemp("phrases"), MatchConfig())


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_are_right_or_a_component_is_named(loaded: PhraseSet, seed: int) -> None:
    taken = 0
    for recipe in recipes(seed, RECIPES):
        made = build(recipe)
        tokenizer = tokenizer_from_json(made.to_str(), "made.json")
        found = verdict(tokenizer, loaded, MatchConfig(), CORPUS)
        if found.refusal:
            assert NAMES_A_COMPONENT.search(found.refusal), (recipe, found.refusal)
            continue
        taken += 1
        require_right_counts(recipe, made, tokenizer, found)
    assert taken > RECIPES / 10


def require_right_counts(
    recipe: Recipe, made: tokenizers.Tokenizer, tokenizer: Tokenizer, found: Verdict
) -> None:
    """Hold every count against a plain search of the text, or of what the library decodes its ids to."""
    decoded = [made.decode(ids) for ids in tokenizer.encode_batch(CORPUS)]
    for unit, counts in found.counts.items():
        told = unit == "tokens" and any(tell in note for note in found.notes for tell in TELLS_OF_THE_UNIT)
        for phrase in PHRASES:
            right = {occurrences(phrase, CORPUS)}
            if spelled := made.decode(tokenizer.encode_batch([phrase])[0]).strip():
                right.add(occurrences(spelled, decoded))
            is_cut = any("stands apart" in note for note in found.notes) and "boat" in phrase
            assert counts[phrase] in right or phrase in found.told or told or is_cut, (
                f"{phrase!r} in {unit}: {counts[phrase]}, right {right}",
                recipe,
            )


@cache
def taken_tokenizers() -> list[tuple[Tokenizer, tokenizers.Tokenizer, list[int]]]:
    """Return tokenizers that were taken and have a decoder, with the ids that spell text."""
    found = []
    for recipe in recipes(99, 120):
        made = build(recipe)
        tokenizer = tokenizer_from_json(made.to_str(), "made.json")
        try:
            tokenizer.require_words()
        except InputError:
            continue
        # An unknown word has no bytes to begin with.
        if tokenizer.unspelled(["the"]):
            continue
        if recipe.decoder != "none" and recipe.added == "none":
            if recipe.decoder == "WordPiece":
                made.decoder = tokenizers.decoders.WordPiece(cleanup=False)
            spelled = [
                i for i, separator in enumerate(tokenizer.token_bytes().special.tolist()) if not separator
            ]
            if not any(made.id_to_token(i).startswith("<0x") for i in spelled):
                found.append((tokenizer, made, spelled))
    return found


@settings(max_examples=200)
@given(data=st.data())
def test_bytes_of_any_ids_are_what_the_library_decodes(data: st.DataObject) -> None:
    tokenizer, made, spelled = data.draw(st.sampled_from(taken_tokenizers()))
    ids = data.draw(st.lists(st.sampled_from(spelled), min_size=1, max_size=12))
    table, offsets, _ = tokenizer.token_bytes()
    (anchor, *_) = tokenizer.encode_batch(["the"])[0]
    ids = [anchor, *ids, anchor]
    ours = b"".join(table[offsets[i] : offsets[i + 1]].tobytes() for i in ids)
    theirs = made.decode(ids, skip_special_tokens=False).replace("</w>", " ")
    assert ours.decode("utf-8", errors="replace").strip(" ") == theirs.strip(" ")
