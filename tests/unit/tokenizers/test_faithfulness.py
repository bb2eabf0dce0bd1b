"""A tokenizer whose ids do not tell the words of a text is refused by the name of what lost them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tokenizers
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers

from indexer.errors import InputError
from indexer.tokenizers import Tokenizer, tokenizer_from_json
from tests.support import trained_tokenizers as trained


def made(library: tokenizers.Tokenizer, **changes: Any) -> Tokenizer:
    return tokenizer_from_json(json.dumps({**json.loads(library.to_str()), **changes}), "mine.json")


def letters(pre_tokenizer: Any = None, normalizer: Any = None, decoder: Any = None) -> tokenizers.Tokenizer:
    """BPE over bytes without merges, so that only the components matter."""
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    library = tokenizers.Tokenizer(models.BPE())
    library.normalizer = normalizer
    library.pre_tokenizer = pre_tokenizers.Sequence([*([pre_tokenizer] if pre_tokenizer else []), byte_level])
    library.decoder = decoder or decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    library.train_from_iterator([], trainers.BpeTrainer(initial_alphabet=alphabet, show_progress=False))
    return library


SPLIT = pre_tokenizers.Split
REPLACE = normalizers.Replace
CHANGES = "changes words beside other words"


@pytest.mark.parametrize(
    ("library", "message"),
    [
        (trained.spaceless(), "the pre-tokenizer Whitespace drops spaces and its ids do not tell where"),
        (letters(pre_tokenizers.Whitespace()), "the pre-tokenizer Whitespace drops spaces"),
        (letters(pre_tokenizers.WhitespaceSplit()), "the pre-tokenizer WhitespaceSplit drops spaces"),
        (letters(pre_tokenizers.BertPreTokenizer()), "the pre-tokenizer BertPreTokenizer drops spaces"),
        (letters(pre_tokenizers.CharDelimiterSplit(" ")), "the pre-tokenizer CharDelimiterSplit drops"),
        (letters(SPLIT(" ", "removed")), "the pre-tokenizer Split drops spaces"),
        (letters(normalizer=REPLACE(" ", "")), "the normalizer Replace drops spaces"),
        (letters(pre_tokenizers.CharDelimiterSplit("-")), "the pre-tokenizer CharDelimiterSplit drops '-'"),
        (letters(pre_tokenizers.Punctuation("removed")), "the pre-tokenizer Punctuation drops '-'"),
        (letters(normalizer=REPLACE("\n", "")), r"the normalizer Replace drops '\\n'"),
        (letters(normalizer=normalizers.Prepend("x")), f"the normalizer Prepend {CHANGES}"),
        (letters(normalizer=REPLACE(Regex("e c"), "d g")), f"the normalizer Replace {CHANGES}"),
        (letters(normalizer=REPLACE("z q", "zq")), f"the normalizer Replace {CHANGES}"),
        (letters(decoder=decoders.WordPiece()), "the decoder WordPiece writes"),
        (letters(decoder=decoders.CTC()), "the decoder CTC writes"),
        (
            letters(decoder=decoders.Sequence([decoders.ByteLevel(), decoders.Replace("e", "3")])),
            "the decoder ByteLevel, Replace writes",
        ),
    ],
)
def test_what_loses_words_is_named(library: tokenizers.Tokenizer, message: str) -> None:
    with pytest.raises(InputError, match=rf"^mine\.json: {message}"):
        made(library).require_words()


@pytest.mark.parametrize(
    "library",
    [
        trained.byte_level(),
        trained.wordpiece(),
        trained.unigram(),
        trained.unigram("never"),
        trained.unigram("first"),
        trained.word_end(),
        trained.plain(),
        trained.whole_words(),
        letters(pre_tokenizers.Digits(individual_digits=True)),
        letters(pre_tokenizers.Punctuation()),
        letters(pre_tokenizers.Split("-", "isolated")),
        letters(pre_tokenizers.UnicodeScripts()),
        letters(normalizer=normalizers.NFD()),
        letters(normalizer=normalizers.Strip()),
    ],
)
def test_what_tells_words_passes(library: tokenizers.Tokenizer) -> None:
    made(library).require_words()


def test_wordpiece_without_its_prefix_tells_no_word_from_two() -> None:
    described = json.loads(trained.wordpiece().to_str())
    described["model"]["continuing_subword_prefix"] = ""
    described["decoder"] = None
    described["model"]["vocab"] = {
        piece.removeprefix("##"): number
        for number, piece in enumerate(
            dict.fromkeys(p.removeprefix("##") for p in described["model"]["vocab"])
        )
    }
    with pytest.raises(InputError, match="puts spaces inside words: its ids do not tell a word from two"):
        tokenizer_from_json(json.dumps(described), "mine.json").require_words()


def test_an_added_word_that_eats_spaces_is_named() -> None:
    library = letters()
    library.add_tokens([tokenizers.AddedToken("Boat", lstrip=True)])
    with pytest.raises(InputError, match="the added token 'Boat' takes the spaces around it along"):
        made(library).require_words()
    marks = letters()
    marks.add_tokens([tokenizers.AddedToken("</s>", rstrip=True), tokenizers.AddedToken("dog")])
    made(marks).require_words()


def test_an_added_word_of_wordpiece_begins_a_word_as_the_library_decodes_it() -> None:
    library = trained.wordpiece()
    library.add_tokens(["dog"])
    tokenizer = made(library)
    tokenizer.require_words()
    assert tokenizer.normalize("the old dog walks") == library.decode(library.encode("the old dog walks").ids)
    assert any("'dogthe' is spelled 'dog the'" in remark for remark in tokenizer.remarks())


def test_pieces_for_bytes_are_bytes_where_model_or_decoder_says_so() -> None:
    vocab = {"<unk>": 0, "c": 1, "a": 2, "f": 3, "<0xC3>": 4, "<0xA9>": 5, " ": 6}
    for fallback, decoder in [(True, None), (False, decoders.ByteFallback()), (False, None)]:
        library = tokenizers.Tokenizer(models.BPE(vocab, [], unk_token="<unk>", byte_fallback=fallback))
        library.decoder = decoder
        tokenizer = made(library)
        (ids,) = tokenizer.encode_phrases(["café"])
        data, offsets, _ = tokenizer.token_bytes()
        spelled = b"".join(data[offsets[i] : offsets[i + 1]].tobytes() for i in ids)
        assert spelled == ("café".encode() if fallback or decoder else b"caf")
        assert tokenizer.unspelled(["café", "caf"]) == ({} if fallback or decoder else {0: "unknown"})


def test_what_cannot_be_spelled_is_told_with_the_reason() -> None:
    vocab = {"a": 0, "b": 1, " ": 2, "?": 3}
    with_unknown = made(tokenizers.Tokenizer(models.BPE(vocab, [], unk_token="?")))
    assert with_unknown.unspelled(["a b", "a c"]) == {1: "unknown"}
    without = made(tokenizers.Tokenizer(models.BPE(vocab, [])))
    assert without.unspelled(["a b", "a c"]) == {1: "dropped"}
    assert any("no piece for" in remark and "'-'" in remark for remark in without.remarks())
    context = made(letters(normalizer=normalizers.Replace(Regex("(?<= )qu"), "kw")))
    assert context.unspelled(["the cat", "quick"]) == {1: "changed"}


def test_spaces_between_pieces_are_spelled_in_phrases_too() -> None:
    spaced = pre_tokenizers.Sequence(
        [pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    library = trained.unigram()
    library.pre_tokenizer = spaced
    tokenizer = made(library)
    tokenizer.require_words()
    assert tokenizer.normalize("don't walk") == "don ' t walk"
    assert tokenizer.unspelled(["don't walk"]) == {}


@pytest.mark.parametrize("kind", [trained.wordpiece, trained.whole_words, trained.plain, trained.unigram])
def test_a_model_without_a_token_for_the_unknown_is_refused_and_the_advice_works(kind: Any) -> None:
    """As trainers leave one that are given no special token."""
    without = json.loads(kind().to_str())
    model = without["model"]
    model.update({"unk_id": None} if model["type"] == "Unigram" else {"unk_token": "?new?"})
    tokenizer = tokenizer_from_json(json.dumps(without), "mine.json")
    known = tokenizer.encode_batch(["the old boat"])
    with pytest.raises(
        InputError, match=r"mine\.json: cannot encode 'жук' \(.*model\.vocab, and name it"
    ) as met:
        tokenizer.encode_batch(["the old boat", "жук", "walker"])
    assert "\n" not in str(met.value)
    with pytest.raises(InputError, match="cannot encode"):
        tokenizer.require_words()
    if model["type"] == "Unigram":
        model["unk_id"] = len(model["vocab"])
        model["vocab"].append(["?new?", 0.0])
    else:
        model["vocab"]["?new?"] = tokenizer.n_ids
    mended = tokenizer_from_json(json.dumps(without), "mine.json")
    mended.require_words()
    assert mended.encode_batch(["the old boat"]) == known
    assert mended.unspelled(["the old boat", "жук"]) == {1: "unknown"}
