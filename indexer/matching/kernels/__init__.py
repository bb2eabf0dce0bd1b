"""Compiled loops over arrays; they import NumPy and Numba, and know neither phrases nor files."""
