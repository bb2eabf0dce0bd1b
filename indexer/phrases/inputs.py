"""What phrases are made of, as one hash: so that they are not made again of the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import xxhash

from indexer.config import Config
from indexer.errors import ConfigError
from indexer.own_code import code_hash
from indexer.phrases.sources.source import local_files
from indexer.storage.files import file_at
from indexer.storage.recorded_hashes import content_hash


def hash_of_inputs(config: Config, tokenizer_hash: str | None, software: Mapping[str, str]) -> str:
    """Return one hash of all that decides phrases and their forms; empty where that cannot be told.

    It cannot where a source is no local file (a data set of the hub, a URL, standard input), or where a
    Python function of the user takes part. Files are read whole: neither size nor time stands for them.

    Parameters
    ----------
    config : Config
        The configuration.
    tokenizer_hash : str or None
        Of the tokenizer of the corpus.
    software : mapping of str to str
        Versions of Python and of the libraries.
    """
    phrases = config.phrases
    own = [] if phrases.own_rules is None else [phrases.own_rules]
    if phrases.segmenter is not None or any(not name.endswith(".toml") for name in own):
        return ""
    sources = [local_files(source, base=config.base) for source in config.sources()]
    if None in sources:
        return ""
    found = [name for names in sources for name in names or ()]
    sections = config.sections()
    facts = {
        "phrases": sections["phrases"],
        "items": sections.get("items"),
        "given": sorted(config.given_keys("phrases")),
        "match": sections["match"],
        "tokenizer": tokenizer_hash,
        "software": dict(software),
        "code": code_hash(),
        "files": [_named_hash(name, config.base) for name in [*found, *own]],
    }
    return xxhash.xxh3_128(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _named_hash(name: str, base: Path) -> tuple[str, str]:
    return name, content_hash(file_at(name, base=base, error=ConfigError))
