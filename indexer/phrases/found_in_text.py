"""What of the phrases stands in the text of a sample: what ``unit = "text"`` counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.plurals import counted


@dataclass(frozen=True)
class FoundInText:
    """Phrases in a sample of the corpus, found as a scan finds them.

    Attributes
    ----------
    n_tokens, n_phrases : int
        Size of the sample; phrases looked for, and parts of those with gaps.
    n_found, n_places : int
        Phrases that stand in it, and at how many places together.
    notes : list of str
        Which phrases the ids of the tokenizer cannot spell, and what they do not tell.
    has_parts : bool
        Whether some of them are parts of phrases with gaps.
    n_not_drawn : int
        Phrases that were not looked for, where there are too many.
    """

    n_tokens: int
    n_phrases: int
    n_found: int
    n_places: int
    notes: list[str]
    has_parts: bool = False
    n_not_drawn: int = 0

    def lines(self) -> Iterator[str]:
        """Yield what a person should know."""
        of = counted(self.n_phrases, "phrase") + (", parts of those with gaps too," if self.has_parts else "")
        if self.n_not_drawn:
            of += f", drawn of {self.n_phrases + self.n_not_drawn:,},"
        sample = f"a sample of {counted(self.n_tokens, 'token')}"
        if self.n_found:
            stand = "stands" if self.n_found == 1 else "stand"
            yield f"{self.n_found:,} of {of} {stand} in {sample}, at {counted(self.n_places, 'place')}"
        else:
            yield (
                f"none of {of} stands in {sample}. Few do where phrases are rare; if these are not, compare"
                " them with the row above: is it the text you expect, spelled as they are?"
            )
        yield 'unit = "text" reads the text that ids spell: how a phrase is cut into ids changes no count'
        yield from (f"note: {note}" for note in self.notes)
