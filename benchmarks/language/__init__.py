"""A seeded language: text as predictable as real text is, a tokenizer trained on it, phrases of it."""

from benchmarks.language.make import Language, make_language

__all__ = ["Language", "make_language"]
