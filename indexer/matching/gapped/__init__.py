"""Patterns with gaps: parts that follow each other within some distance."""
