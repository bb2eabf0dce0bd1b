"""Finds a tokenizer where the configuration says it is: a file, a folder, or the hub."""

from __future__ import annotations

import os
import re
from pathlib import Path

from indexer.config.tokenizer import TokenizerConfig
from indexer.errors import ConfigError, InputError
from indexer.storage.compressed import Limits, read_unpacked
from indexer.storage.files import file_at
from indexer.storage.roots import own_file
from indexer.tokenizers.json_tokenizer import JsonTokenizer
from indexer.tokenizers.pinned import require_pinned
from indexer.tokenizers.tokenizer import Tokenizer

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?(@[\w./-]+)?")
MAX_BYTES = 256 << 20
"""Most bytes of a ``tokenizer.json`` once unpacked, by default: the largest known ones hold 35 MB."""
_FILE_NAMES = ("tokenizer.json", "tokenizer.json.gz")


def load_tokenizer(
    path: str, *, base: Path, max_bytes: int = MAX_BYTES, bytes_key: str = "[tokenizer] max_bytes"
) -> Tokenizer:
    """Load the tokenizer a configuration names.

    Parameters
    ----------
    path : str
        A ``tokenizer.json``, plain or gzipped, a folder that holds one, or the name of a repository on the
        hub, with ``@revision`` where the newest is not meant. What exists on disk wins over the hub.
    base : Path
        Folder that relative paths start from.
    max_bytes : int
        Most bytes the file may hold once unpacked.
    bytes_key : str
        What the user raises them with, for messages.

    Raises
    ------
    ConfigError
        There is no such file, folder or repository.
    InputError
        The file is no ``tokenizer.json``, or no regular file.
    ResourceError
        It unpacks to more than it may.
    """
    limits = Limits(max_bytes, bytes_key=bytes_key)
    place = base / path
    if place.is_dir():
        return tokenizer_from_json(_read(_file_in(place), limits), path)
    if place.exists():
        return tokenizer_from_json(_read(place, limits), path)
    if path.endswith((".json", ".gz")) or path.startswith((".", "/", "~")) or not _HUB_NAME.fullmatch(path):
        raise ConfigError(
            "no such tokenizer",
            path=place,
            expected="a tokenizer.json, a folder that holds one, or a hub name such as EleutherAI/pythia-70m",
        )
    downloaded = _download(path)
    with own_file(downloaded):  # nobody named the cache, but the hub's client, which put it there
        return tokenizer_from_json(_read(downloaded, limits), path)


def configured_tokenizer(config: TokenizerConfig, *, base: Path) -> Tokenizer | None:
    """Load the tokenizer of ``[tokenizer]``, None where it names none.

    Raises
    ------
    ConfigError, InputError, ResourceError
        As of `load_tokenizer`, or it is not the one whose hash is named.
    """
    if not config.path:
        return None
    tokenizer = load_tokenizer(config.path, base=base, max_bytes=config.max_bytes)
    require_pinned(tokenizer, config)
    return tokenizer


def tokenizer_from_json(text: str, name: str) -> Tokenizer:
    """Build a tokenizer from the text of a ``tokenizer.json``.

    Parameters
    ----------
    text : str
        The whole file.
    name : str
        What messages and provenance call it.

    Raises
    ------
    InputError
        The text is no tokenizer that the ``tokenizers`` library can read.
    """
    return JsonTokenizer(text, name)


def _file_in(folder: Path) -> Path:
    for name in _FILE_NAMES:
        if os.path.lexists(folder / name):
            return folder / name
    if (folder / "tokenizer.model").is_file() or (folder / "vocab.json").is_file():
        raise ConfigError(
            "the folder holds a tokenizer in an older form, but no tokenizer.json",
            path=folder,
            fix="transformers writes one: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)",
        )
    raise ConfigError("the folder holds no tokenizer.json", path=folder)


def _read(file: Path, limits: Limits) -> str:
    found = file_at(str(file.absolute()), base=Path())
    try:
        return read_unpacked(found, limits).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", path=file, offset=f"byte {error.start}") from None


def _download(name: str) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError, RepositoryNotFoundError

    repository, _, revision = name.partition("@")
    expected = "a file or folder on disk, or a repository on the hub that holds tokenizer.json"
    try:
        return Path(hf_hub_download(repository, "tokenizer.json", revision=revision or None))
    except (RepositoryNotFoundError, HFValidationError):
        raise ConfigError("no such tokenizer, on disk or on the hub", path=name, expected=expected) from None
    except EntryNotFoundError as error:
        # A file missing from the cache while the hub is out of reach is an EntryNotFoundError too.
        if "tokenizer.json" in str(error) and getattr(error, "response", None) is not None:
            what = "the repository on the hub holds no tokenizer.json"
        else:
            what = "no such file or folder, and the hub cannot be reached"
        raise ConfigError(what, path=name, expected=expected) from None
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ConfigError(f"the hub did not give it ({reason})", path=name, expected=expected) from None
