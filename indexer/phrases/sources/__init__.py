"""Where phrases and pairs come from: files, directories, the hub, standard input."""

from indexer.phrases.sources.source import read_source

__all__ = ["read_source"]
