"""Phrases as runs of token ids."""
