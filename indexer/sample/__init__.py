"""The embedded sample: a small language whose exposures are known before anything is indexed."""

from indexer.sample.write import write_sample

__all__ = ["write_sample"]
