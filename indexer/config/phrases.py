"""``[phrases]``: what is looked for."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class PhrasesConfig:
    """What is looked for: minimal pairs, or plain phrases."""

    source: str = option(help="Directory or file of pairs or phrases, or a hub name such as nyu-mll/blimp.")
    rules: str = option(
        "default",
        choices=("default", "study"),
        help="Critical-phrase rules: ours, or those of arXiv 2606.00230 to the letter.",
    )
    text: str | None = option(None, help="Column that holds a plain phrase.")
    id: str | None = option(None, help="Column that holds the id of a phrase or pair.")
    token_ids: str | None = option(None, help="Column that holds token ids in the place of text.")
    good: str | None = option(None, help="Column of the acceptable sentence.")
    bad: str | None = option(None, help="Column of the unacceptable sentence.")
    paradigms: list[str] = option([], help="Keep only these paradigms; empty keeps all.")
