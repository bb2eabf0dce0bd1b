"""The benchmark of the sample: questions with answers, and what of them stands where in the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.sample.dice import Dice
from indexer.sample.lexicon import ADJECTIVES, NAMES, PAST, PEOPLE, PLACES, THINGS

FATES = ("never", "near", "cut", "never", "apart", "far", "never", "dropped")
"""What becomes of a question, in turn: it stands with its answer behind it, cut short, apart from its answer
in one document, in another document than it, only in documents that are dropped, or nowhere."""

WINDOW = 13
"""Words of a window; the default of ``[items] window``."""

_LONG = (
    "Some years later the {person} of the {place} would sell every {adjective} {thing} and one {adjective2}"
    " {thing2} which {name} {past} near the"
)
_SHORT = "Nobody at the {place} would ask {name} for the {adjective} {thing} of the"
_N_WORDS_OF_A_CUT = 16


@dataclass(frozen=True)
class Question:
    """One item of the benchmark.

    Attributes
    ----------
    record : dict
        Its line of the file: id, topic, question, answer.
    fate : str
        One of `FATES`.
    """

    record: dict[str, str]
    fate: str

    def windows(self) -> Iterator[str]:
        """Yield what the index looks for: the question whole or its windows, then the answer."""
        for text in (self.record["question"], self.record["answer"]):
            words = text.split()
            for start in range(max(len(words) - WINDOW, 0) + 1):
                yield " ".join(words[start : start + WINDOW])

    def sentences(self) -> tuple[str, str]:
        """Return the sentences that stand for the question and for its answer, empty where none does."""
        question, answer = self.record["question"], self.record["answer"]
        if self.fate in ("near", "dropped"):
            return f"{question} {answer}.", ""
        if self.fate == "cut":
            return f"{' '.join(question.split()[:_N_WORDS_OF_A_CUT])} ladder.", ""
        return ("", "") if self.fate == "never" else (f"{question} chapel.", f"By the {answer} lay a kettle.")


def questions(dice: Dice, n: int) -> list[Question]:
    """Return the benchmark: two in three are longer than a window of 13 words."""
    found: dict[str, Question] = {}
    while len(found) < n:
        number = len(found)
        is_long = number % 3 < 2
        words = {
            "adjective": dice.pick(ADJECTIVES),
            "adjective2": dice.pick(ADJECTIVES),
            "thing": dice.pick(THINGS),
            "thing2": dice.pick(THINGS),
            "person": dice.pick(PEOPLE),
            "place": dice.pick(PLACES),
            "past": dice.pick(PAST),
            "name": dice.pick(NAMES),
        }
        text = (_LONG if is_long else _SHORT).format_map(words)
        answer = f"{dice.pick(PLACES)} of the {dice.pick(ADJECTIVES)} {dice.pick(PEOPLE)}"
        record = {"id": f"{number:03d}", "topic": words["place"], "question": text, "answer": answer}
        found.setdefault(text, Question(record, FATES[number % len(FATES)]))
    return list(found.values())
