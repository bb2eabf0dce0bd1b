"""With unit both: the occurrences that one unit finds and the other does not, by how they are spelled.

Text finds spellings that have no id form ("this Sketch"); ids find forms that are another text (a curly
apostrophe). The spellings say why two counts differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import SequenceBlock
from indexer.matching.matcher import Matches
from indexer.units import BoolArray, Int64Array
from indexer.vocabulary import TokenBytes

MAX_SPELLINGS = 8
"""Spellings kept of a phrase; what comes later is counted under `OTHER`."""

OTHER = "(other spellings)"


class UnitDifferences:
    """Exposures found by one unit alone, by phrase and spelling.

    Parameters
    ----------
    vocabulary : TokenBytes
        The bytes of every id.
    gapped : sequence of int
        Phrases with gaps: of these several occurrences may begin at one place, told apart by their ends.
    """

    def __init__(self, vocabulary: TokenBytes, gapped: Sequence[int] = ()) -> None:
        self.vocabulary = vocabulary
        self.gapped = tuple(gapped)
        self._counts: dict[str, dict[int, Counter[str]]] = {"text": {}, "tokens": {}}

    def add(self, text: Matches, tokens: Matches, block: SequenceBlock, visits: Visits) -> None:
        """Take in what both units found in a block."""
        in_text, in_tokens = _places(text, tokens, self.gapped)
        # Of several that begin at characters of one token, ids tell the first alone.
        is_first = np.zeros(len(in_text), np.bool_)
        is_first[np.unique(in_text, return_index=True)[1]] = True
        self._add("text", text, ~(is_first & np.isin(in_text, in_tokens)), block, visits)
        self._add("tokens", tokens, ~np.isin(in_tokens, in_text), block, visits)

    def _add(
        self, unit: str, matches: Matches, alone: BoolArray, block: SequenceBlock, visits: Visits
    ) -> None:
        n_visits = np.diff(visits.offsets)
        for number in np.flatnonzero(alone).tolist():
            row = int(matches.row[number])
            if not n_visits[row]:
                continue
            start = int(block.starts[row]) + int(matches.token_offset[number])
            spelled = self._spell(block.ids[start : start + int(matches.n_tokens[number])].tolist())
            spellings = self._counts[unit].setdefault(int(matches.phrase[number]), Counter())
            if spelled not in spellings and len(spellings) >= MAX_SPELLINGS:
                spelled = OTHER
            spellings[spelled] += int(n_visits[row])

    def _spell(self, ids: list[int]) -> str:
        data, offsets, _ = self.vocabulary
        spelled = b"".join(data[offsets[token] : offsets[token + 1]].tobytes() for token in ids)
        return spelled.decode("utf-8", "replace").strip()

    def alone(self, unit: str) -> dict[int, list[dict[str, object]]]:
        """Return, for each phrase, the spellings only this unit found, the most frequent first."""
        return {
            phrase: [
                {"spelled": spelled, "exposure_count": count}
                for spelled, count in sorted(spellings.items(), key=lambda item: (-item[1], item[0]))
            ]
            for phrase, spellings in self._counts[unit].items()
        }


def _places(text: Matches, tokens: Matches, gapped: Sequence[int]) -> tuple[Int64Array, Int64Array]:
    """Return one number for each (row, token offset, phrase), and end of a gapped one, the same in both."""
    n_text = len(text.phrase)
    row = np.concatenate([text.row, tokens.row])
    offset = np.concatenate([text.token_offset, tokens.token_offset])
    phrase = np.concatenate([text.phrase, tokens.phrase])
    n_tokens = np.concatenate([text.n_tokens, tokens.n_tokens])
    n_tokens = np.where(np.isin(phrase, gapped), n_tokens, 0)
    _, number = np.unique(np.stack([row, offset, phrase, n_tokens]), axis=1, return_inverse=True)
    number = number.ravel()
    return number[:n_text], number[n_text:]
