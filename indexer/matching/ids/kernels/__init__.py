"""Compiled loops of the search in ids."""
