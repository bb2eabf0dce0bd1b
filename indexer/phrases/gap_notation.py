r"""The notation of a phrase with gaps: ``no <0-8 words> ever``, ``not <0-3 tokens> because <1-5 words> of``.

A gap stands between two parts as ``<LEAST-MOST words>`` or ``<LEAST-MOST tokens>``; ``<3 words>`` is exactly
three. White space around a gap means nothing. A literal ``<`` is written ``\<``, a literal backslash ``\\``;
before anything else a backslash stands for itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.patterns import MOST_GAP, Gap

EXAMPLE = r"a gap as in no <0-8 words> ever or <3 tokens>; a literal < is written \<"

_PIECE = re.compile(r"\\[\\<]|<[^<>]*>?|[^<\\]+|\\")
_GAP = re.compile(r"<\s*(\d+)\s*(?:-\s*(\d+)\s*)?(word|token)s?\s*>", re.ASCII | re.IGNORECASE)


class NotationError(ValueError):
    """A text is not in the notation; the message is one clause."""


class GappedText(NamedTuple):
    """A phrase with gaps: the texts of its parts, and a gap for each part but the first.

    A phrase without gaps has one part.
    """

    parts: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def notation(self) -> str:
        """Return the phrase in the notation, as everybody writes it who writes it right."""
        spelled = [_escaped(self.parts[0])]
        for gap, part in zip(self.gaps, self.parts[1:], strict=True):
            spelled += [f"<{gap.least}-{gap.most} {gap.unit}>", _escaped(part)]
        return " ".join(spelled)


def parse(text: str) -> GappedText:
    """Read a phrase with or without gaps.

    Raises
    ------
    NotationError
        A ``<`` opens no gap, a gap is upside down or wider than any sequence, or no text stands beside it.
    """
    parts: list[str] = [""]
    gaps: list[Gap] = []
    for match in _PIECE.finditer(text):
        piece = match.group()
        if piece in ("\\<", "\\\\"):
            parts[-1] += piece[1]
        elif piece.startswith("<"):
            gaps.append(_gap(piece))
            parts.append("")
        else:
            parts[-1] += piece
    parts = [part.strip() for part in parts]
    for number, part in enumerate(parts):
        if not part:
            where = "before its first gap" if number == 0 else "behind its last gap"
            if 0 < number < len(gaps):
                where = "between two of its gaps"
            raise NotationError(f"the pattern {text!r:.200} has no text {where}")
    return GappedText(tuple(parts), tuple(gaps))


def _gap(piece: str) -> Gap:
    match = _GAP.fullmatch(piece)
    if match is None:
        raise NotationError(f"{piece!r:.80} is no gap")
    least = int(match[1])
    most = least if match[2] is None else int(match[2])
    if most < least:
        raise NotationError(f"the gap {piece!r:.80} is upside down")
    if most > MOST_GAP:
        raise NotationError(f"the gap {piece!r:.80} is wider than {MOST_GAP:,}")
    return Gap(least, most, f"{match[3].lower()}s")


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("<", "\\<")
