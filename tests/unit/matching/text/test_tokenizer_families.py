"""Tokenizers of every family: both searches equal a plain search of the text that the ids spell."""

from __future__ import annotations

import ahocorasick
import numpy as np
import pytest

from indexer.folding import fold
from indexer.matching.text.matcher import TextMatcher
from tests.support.tokenizer_families import FAMILIES, documents, tokenizer_named

N_DOCUMENTS = 40
MATCH = {"case": "fold", "boundary": "word", "possessive": "include", "whitespace": "exact"}


def phrases_of(texts):
    """Two to five words of the texts themselves, single words, and phrases with one word exchanged."""
    rng = np.random.default_rng(7)
    words = [fold(text, "fold").split() for text in texts]
    phrases = []
    for _ in range(600):
        line = words[rng.integers(len(words))]
        first, n = int(rng.integers(len(line))), int(rng.integers(1, 6))
        phrase = line[first : first + n]
        if rng.random() < 0.3:
            phrase[rng.integers(len(phrase))] = line[rng.integers(len(line))]
        phrases.append(" ".join(word.strip(".,!?\"'()") or "a" for word in phrase))
    return sorted(set(phrases))


def searched(phrases, rows, tokenizer):
    """Search the folded text of each row; place every hit by the bytes that its tokens spell."""
    automaton = ahocorasick.Automaton()
    for number, phrase in enumerate(phrases):
        automaton.add_word(phrase, number)
    automaton.make_automaton()
    data, offsets, _ = tokenizer.token_bytes()
    hits = []
    for row, ids in enumerate(rows):
        spelled = [data[offsets[i] : offsets[i + 1]].tobytes() for i in ids]
        token_of_byte = [token for token, piece in enumerate(spelled) for _ in piece]
        folded, source = "", []
        position = 0
        for character in b"".join(spelled).decode():
            n = len(character.encode())
            for one in fold(character, "fold"):
                folded += one
                source.append((token_of_byte[position], token_of_byte[position + n - 1]))
            position += n
        for last, number in automaton.iter(folded):
            first = last + 1 - len(phrases[number])
            if not folded[max(first - 1, 0) : first].isalnum() and not folded[last + 1 : last + 2].isalnum():
                token_offset = source[first][0]
                hits.append((row, token_offset, number, source[last][1] - token_offset + 1))
    return sorted(hits)


@pytest.mark.parametrize("name", FAMILIES)
def test_equals_searching_the_text(name):
    tokenizer = tokenizer_named(name)
    texts = documents("ewt", N_DOCUMENTS)
    rows = tokenizer.encode_batch([text.replace("s", "ſ", 3) for text in texts])
    special = tokenizer.token_bytes().special
    rows = [[i for i in row if not special[i]] for row in rows]
    phrases = phrases_of(texts)
    expected = searched(phrases, rows, tokenizer)
    assert len(expected) > 1000
    ids = np.array([i for row in rows for i in row], np.uint16)
    borders = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    matcher = TextMatcher(phrases, np.arange(len(phrases), dtype=np.int32), tokenizer.token_bytes(), **MATCH)
    for fast in (False, True):
        if fast:
            matcher.prepare(ids)
        matches = matcher.find(ids, borders[:-1], borders[1:])
        columns = (matches.row, matches.token_offset, matches.phrase, matches.n_tokens)
        assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
