"""The right tokenizer is never called another one, in any script; another one and a permuted one are."""

from __future__ import annotations

import numpy as np
import pytest
import tokenizers

from indexer.evidence import tokenizer_fit as tokenizer_fit_module
from indexer.evidence.tokenizer_fit import Verdict, tokenizer_fit
from indexer.tokenizers import tokenizer_from_json
from tests.support.invented_languages import documents, library, permuted, tokenizer

SCRIPTS = ("latin", "cyrillic", "devanagari", "chinese", "code")
BPE = [("bpe", script) for script in SCRIPTS]
ALL = [*BPE, *(("unigram", script) for script in SCRIPTS), ("wordpiece", "latin"), ("wordpiece", "cyrillic")]
MOST = 24_000


def runs_of(family: str, script: str, seed: int = 0) -> list[list[int]]:
    runs = tokenizer(family, script, seed).encode_batch(documents(script, seed))
    return runs[: max(1, MOST * len(runs) // sum(map(len, runs)))]


@pytest.mark.parametrize(("family", "script"), ALL)
def test_the_right_one_is_never_called_another(family: str, script: str) -> None:
    right = tokenizer(family, script)
    fit = tokenizer_fit(right, runs_of(family, script))
    assert fit.verdict is not Verdict.ANOTHER, fit
    assert fit.odd < 0.001, fit


@pytest.mark.parametrize("script", ["cyrillic", "devanagari", "chinese"])
@pytest.mark.parametrize("length", [31, 128])
def test_sequences_that_end_inside_letters(script: str, length: int) -> None:
    """Letters of two and three bytes, of which most have no piece: an end of theirs is no odd id."""
    right = tokenizer("bpe", "latin")
    runs = right.encode_batch(list(documents(script))[:8])
    cut = [run[at : at + length] for run in runs for at in range(0, len(run), length)]
    fit = tokenizer_fit(right, cut[: MOST // length // 2])
    assert fit.odd == 0 and fit.verdict is not Verdict.ANOTHER, fit


@pytest.mark.parametrize(("family", "script"), BPE)
def test_where_ids_are_parts_of_words_the_right_one_is_confirmed(family: str, script: str) -> None:
    assert tokenizer_fit(tokenizer(family, script), runs_of(family, script)).verdict is Verdict.FITS


@pytest.mark.parametrize(("family", "script"), [*BPE, ("wordpiece", "latin")])
def test_a_permuted_vocabulary(family: str, script: str) -> None:
    right = tokenizer(family, script)
    fit = tokenizer_fit(right, permuted(runs_of(family, script), right.n_ids))
    assert fit.verdict is Verdict.ANOTHER, fit


def test_whole_words_confirm_nothing() -> None:
    """Ids of words come back in any order; bytes in another order would break words, and prove nothing."""
    draw = np.random.default_rng(0)
    words = ["".join(draw.choice(list("abcdefghijklmnopqrstuvwxyz"), 2)) for _ in range(400)]
    texts = [" ".join(draw.choice(words, 200)) for _ in range(100)]
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    bytes_first = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        texts,
        tokenizers.trainers.BpeTrainer(vocab_size=4000, initial_alphabet=bytes_first, show_progress=False),
    )
    right = tokenizer_from_json(made.to_str(), "words")
    order = np.arange(right.n_ids)
    order[256:] = draw.permutation(order[256:])
    runs = right.encode_batch(texts)
    assert tokenizer_fit(right, runs).verdict is Verdict.UNTOLD
    assert tokenizer_fit(right, [order[run].tolist() for run in runs]).verdict is not Verdict.FITS


@pytest.mark.parametrize(("family", "script"), [*BPE, ("wordpiece", "latin")])
def test_another_tokenizer_of_the_same_size(family: str, script: str) -> None:
    other = tokenizer(family, script, seed=1)
    n_ids = tokenizer(family, script).n_ids
    assert other.n_ids == n_ids
    fit = tokenizer_fit(other, runs_of(family, script))
    assert fit.verdict is Verdict.ANOTHER, fit


@pytest.mark.parametrize("script", ["latin", "code"])
def test_a_corpus_tokenized_by_lot_is_taken(script: str) -> None:
    drawing = tokenizers.Tokenizer.from_str(library("bpe", script).to_str())
    drawing.model.dropout = 0.1
    runs = [encoding.ids for encoding in drawing.encode_batch(list(documents(script)))]
    fit = tokenizer_fit(tokenizer("bpe", script), runs[:60])
    assert fit.odd > 0.05 and fit.verdict is Verdict.FITS, fit


@pytest.mark.parametrize("script", ["latin", "chinese"])
def test_one_document_a_row_with_special_ids_all_over(script: str) -> None:
    right = tokenizer("bpe", script)
    runs = [[0, *run[:15], 0, *run[15:30], 0] for run in runs_of("bpe", script)]
    assert tokenizer_fit(right, runs).verdict is not Verdict.ANOTHER


def test_documents_joined_without_a_border() -> None:
    right = tokenizer("bpe", "latin")
    joined = [[token for run in runs_of("bpe", "latin") for token in run]]
    assert tokenizer_fit(right, joined).verdict is Verdict.FITS


def test_ids_of_two_bytes_read_as_bytes() -> None:
    right = tokenizer("bpe", "latin")
    runs = [np.array(run, "<u2").view("u1").tolist() for run in runs_of("bpe", "latin")]
    fit = tokenizer_fit(right, runs)
    assert fit.verdict is Verdict.ANOTHER, fit


def test_too_little_to_tell() -> None:
    right = tokenizer("bpe", "latin")
    fit = tokenizer_fit(right, [run[:20] for run in runs_of("bpe", "latin")[:5]])
    assert fit.verdict is Verdict.UNTOLD and "too small" in fit.why
    assert tokenizer_fit(right, []).verdict is Verdict.UNTOLD


def test_text_that_repeats_long_words_is_no_other_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random order makes frequent pieces neither shorter nor longer; far below lies text of few words."""
    right = tokenizer("bpe", "latin")
    runs = runs_of("bpe", "latin")
    for shorter, verdict in ((-6.0, Verdict.UNTOLD), (-1.0, Verdict.ANOTHER), (9.0, Verdict.UNTOLD)):
        monkeypatch.setattr(tokenizer_fit_module, "_abbreviation", lambda *_, value=shorter: value)
        monkeypatch.setattr(tokenizer_fit_module, "_odd_in_another_order", lambda *_: 0.02)
        assert tokenizer_fit(right, runs).verdict is verdict


def test_invented_words_of_a_small_corpus_are_too_few_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever draws words by lot makes frequent ones no shorter: of a small corpus that proves nothing."""
    right, runs = tokenizer("wordpiece", "latin"), runs_of("wordpiece", "latin")
    monkeypatch.setattr(tokenizer_fit_module, "_abbreviation", lambda *_: 0.5)
    monkeypatch.setattr(tokenizer_fit_module, "_odd_in_another_order", lambda *_: 0.02)
    assert tokenizer_fit(right, runs).verdict is Verdict.ANOTHER
    fit = tokenizer_fit(right, runs, tokenizer_fit_module.LEAST_LAWFUL - 1)
    assert fit.verdict is Verdict.UNTOLD and "too small to tell" in fit.why
    assert tokenizer_fit(right, runs, tokenizer_fit_module.LEAST_LAWFUL).verdict is Verdict.ANOTHER
