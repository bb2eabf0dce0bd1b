"""Compiled loops of the search in text."""
