"""Any text: the bytes of its ids are the text, for tokenizers that lose nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.tokenizers import Tokenizer
from tests.support.examples import examples
from tests.support.tokenizer_families import tokenizer_named

LETTERS = st.characters(exclude_categories=("Cs",))
TEXTS = st.lists(
    st.one_of(
        st.text(LETTERS, max_size=8),
        st.sampled_from(
            [
                " ",
                "  ",
                "\n",
                "'s",
                "’t",
                " the",
                "Boat",
                "1999",
                "<|endoftext|>",
                "e\u0301",
                "ﬁ",
                "한국",
                "👩‍🚀",
            ]
        ),
    ),
    max_size=12,
).map("".join)


@pytest.fixture(scope="module")
def tokenizers_by_name() -> dict[str, Tokenizer]:
    names = ["gpt-neox-20b", "gpt2", "olmo-dolma-v1", "llama-sentencepiece"]
    return {name: tokenizer_named(name) for name in names}


@settings(max_examples=examples(150))
@given(text=TEXTS)
def test_bytes_of_the_ids_are_the_text(tokenizers_by_name: dict[str, Tokenizer], text: str) -> None:
    expected = {
        "gpt2": text,
        "gpt-neox-20b": unicodedata.normalize("NFC", text),
        "olmo-dolma-v1": unicodedata.normalize("NFC", text),
        "llama-sentencepiece": " " + text.replace("▁", " ") if text else "",
    }
    for name, tokenizer in tokenizers_by_name.items():
        (ids,) = tokenizer.encode_batch([text])
        spelled = tokenizer.token_bytes()
        assert not spelled.special[ids].any()
        data = b"".join(spelled.data[spelled.offsets[i] : spelled.offsets[i + 1]].tobytes() for i in ids)
        assert data.decode() == expected[name]
        assert expected[name] in (tokenizer.normalize(text), " " + tokenizer.normalize(text))
