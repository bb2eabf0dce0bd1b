"""Tokenizers: text to ids, and the bytes each id spells, from ``tokenizer.json`` files."""

from indexer.tokenizers.loading import configured_tokenizer, load_tokenizer, tokenizer_from_json
from indexer.tokenizers.tokenizer import Tokenizer

__all__ = ["Tokenizer", "configured_tokenizer", "load_tokenizer", "tokenizer_from_json"]
