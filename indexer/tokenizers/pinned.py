"""Is this the tokenizer that the configuration names by a hash: of its file, or of its pieces.

The hash of the file tells any change. It tells too much where the same tokenizer is published in several
files: transformers writes ``tokenizer.json`` anew whenever a model is saved, with other white space, merges
as lists in the place of texts, and more added tokens. What a scan counts by is which id spells what, so the
other hash is of that alone. Whether text is encoded by the same merges the sample of the corpus tells.
"""

from __future__ import annotations

import hashlib
import json
import re

from indexer.config.tokenizer import TokenizerConfig
from indexer.errors import ConfigError, InputError
from indexer.tokenizers.spelling import Spelling
from indexer.tokenizers.tokenizer import Tokenizer

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def vocabulary_hash(spelling: Spelling) -> str:
    """Return the sha256 of the pieces of a tokenizer and their ids, in hexadecimal.

    It is of one line for each piece of the model, ascending by id: the id, a tab, the piece as a JSON string
    in ASCII, a line feed. Pieces are spelled as in ``tokenizer.json``. Ids of ``added_tokens`` and of the
    unknown token are left out: they differ among files of one tokenizer.
    """
    lines = (
        f"{token}\t{json.dumps(piece)}\n"
        for token, piece in sorted(spelling.pieces.items())
        if token not in spelling.special and token not in spelling.added
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def require_pinned(tokenizer: Tokenizer, config: TokenizerConfig) -> None:
    """Compare a tokenizer with the hashes that the configuration names.

    Raises
    ------
    ConfigError
        What it names is no sha256.
    InputError
        It is another tokenizer.
    """
    if config.sha256 is not None:
        _require(config.sha256, tokenizer.content_hash, tokenizer.name, "sha256", "file")
    if config.vocabulary_sha256 is not None:
        found = tokenizer.vocabulary_hash
        _require(config.vocabulary_sha256, found, tokenizer.name, "vocabulary_sha256", "vocabulary")


def _require(named: str | list[str], found: str, name: str, key: str, of: str) -> None:
    wanted = [named] if isinstance(named, str) else named
    for text in wanted or [""]:
        if not _SHA256.fullmatch(text):
            raise ConfigError(f"[tokenizer] {key} = {text!r} is no sha256", expected="64 hexadecimal digits")
    if found not in [text.lower() for text in wanted]:
        raise InputError(
            f"is another tokenizer than [tokenizer] {key} names: the sha256 of its {of} is {found}",
            path=name,
            expected=" or ".join(wanted),
            fix="name the tokenizer of the corpus as [tokenizer] path; if it is this one,"
            f' [tokenizer] {key} = "{found}" says so',
        )
