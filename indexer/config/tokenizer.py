"""``[tokenizer]``: how the corpus was turned into ids."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class TokenizerConfig:
    """The tokenizer of the corpus; not needed where phrases and corpus are given as ids."""

    path: str | None = option(None, help="tokenizer.json (also .gz), a folder that holds one, or a hub name.")
    trust: bool = option(
        False,
        help="Take a tokenizer that a sample of the corpus speaks against; counts of 0 are then unknown.",
    )
    sha256: str | list[str] | None = option(
        None,
        help="sha256 of its tokenizer.json, unpacked, or several to choose from; another file is refused.",
    )
    vocabulary_sha256: str | list[str] | None = option(
        None,
        help="The same of its pieces alone, however the file is laid out; `exposure check` prints both.",
    )
    max_bytes: int = option(256 << 20, least=1, help="Most bytes tokenizer.json may hold once unpacked.")
