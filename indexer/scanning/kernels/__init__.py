"""Compiled loops of the scan that are neither matching nor reading."""
