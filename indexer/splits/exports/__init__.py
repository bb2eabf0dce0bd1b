"""Splits as other tools read them: one file a kind of folder."""

from indexer.splits.exports.write import EXPORTS, write_export

__all__ = ["EXPORTS", "write_export"]
