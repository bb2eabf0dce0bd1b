"""The documents of the sample's corpus, each short enough to be one training sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.sample.dice import Dice
from indexer.sample.pairs import Phrase
from indexer.sample.sentences import plain_sentence, sentence_with

_WORDS = 135
"""A document ends with the sentence that brings it to so many words."""


def documents(phrases_of: Sequence[Sequence[Phrase]], dice: Dice) -> Iterator[str]:
    """Yield the text of each document: its phrases' sentences among plain ones, in paragraphs."""
    for phrases in phrases_of:
        sentences = [sentence_with(phrase, dice) for phrase in phrases]
        n_words = sum(sentence.count(" ") + 1 for sentence in sentences)
        while n_words < _WORDS:
            sentence = plain_sentence(dice)
            n_words += sentence.count(" ") + 1
            sentences.insert(dice.below(len(sentences) + 1), sentence)
        half = len(sentences) // 2
        yield " ".join(sentences[:half]) + "\n" + " ".join(sentences[half:])
