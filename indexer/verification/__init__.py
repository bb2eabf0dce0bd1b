"""Proves an index again by slow, independent code, and certifies what was proved.

Nothing here is shared with the scan or the merge: no matcher, kernel, block, tally or SQL file.
"""
