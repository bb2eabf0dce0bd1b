"""Compiled loops of readers and orders; they know arrays only."""
