"""Compiled loops that join the parts of patterns with gaps."""
