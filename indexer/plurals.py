"""Numbers with their nouns, for lines that a person reads: 1 phrase, 2 phrases, 1,000 phrases."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, which takes an s unless there is one of it."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
