"""Structures inside files that several readers or orders meet; none knows a corpus."""
