"""Where phrases and pairs come from: files, directories, the hub, standard input."""

from indexer.phrases.sources.source import check_source, read_source

__all__ = ["check_source", "read_source"]
