"""``exposure.toml``: one section a file, every key declared once, loaded by `load_config`."""

from indexer.config.corpus import CorpusConfig
from indexer.config.index import IndexConfig
from indexer.config.items import ItemsConfig
from indexer.config.load import Config, load_config
from indexer.config.match import MatchConfig
from indexer.config.order import OrderConfig
from indexer.config.phrases import PhrasesConfig
from indexer.config.tokenizer import TokenizerConfig

__all__ = [
    "Config",
    "CorpusConfig",
    "IndexConfig",
    "ItemsConfig",
    "MatchConfig",
    "OrderConfig",
    "PhrasesConfig",
    "TokenizerConfig",
    "load_config",
]
