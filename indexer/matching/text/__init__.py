"""Phrases in the text that token ids spell."""
