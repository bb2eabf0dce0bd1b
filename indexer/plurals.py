"""Numbers with their nouns, for lines that a person reads: 1 phrase is, 2 phrases are, 1,000 phrases are."""

from __future__ import annotations


def counted(number: int, noun: str, one: str = "", many: str = "") -> str:
    """Return a number and its noun, which takes an s unless there is one of it; then the verb that fits."""
    verb = one if number == 1 else many
    return f"{number:,} {noun}{'' if number == 1 else 's'}{' ' if verb else ''}{verb}"
