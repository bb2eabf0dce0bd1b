"""What each component of a tokenizer makes of a text, in turn: which of them did it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from indexer.tokenizers.spelling import Spelling, bytes_of_letters, components

_WORDS = {"normalizer": "normalizer", "pre_tokenizer": "pre-tokenizer", "decoder": "decoder"}
_SEQUENCES = {"normalizer": "normalizers", "pre_tokenizer": "pretokenizers", "decoder": "decoders"}


class Stage(NamedTuple):
    """What a text has become behind one component.

    Attributes
    ----------
    component : str
        The component, as in ``pre-tokenizer Whitespace``.
    text : str
        The text, its marks for spaces and bytes read.
    """

    component: str
    text: str


def stages(tokenizer: dict[str, Any], spelling: Spelling, text: str) -> Iterator[Stage]:
    """Yield what the normalizers and pre-tokenizers make of a text, in turn."""
    normalizers = list(components(tokenizer, "normalizer"))
    for n_steps, step in enumerate(normalizers, 1):
        library = library_with(normalizer=normalizers[:n_steps])
        yield Stage(_name("normalizer", step), _read(library.normalizer.normalize_str(text), spelling))
    if normalizers:
        text = library_with(normalizer=normalizers).normalizer.normalize_str(text)
    splitters = list(components(tokenizer, "pre_tokenizer"))
    for n_steps, step in enumerate(splitters, 1):
        library = library_with(pre_tokenizer=splitters[:n_steps])
        pieces = [piece for piece, _ in library.pre_tokenizer.pre_tokenize_str(text)]
        yield Stage(_name("pre_tokenizer", step), "".join(_read(piece, spelling) for piece in pieces))


def first_stage(
    tokenizer: dict[str, Any], spelling: Spelling, text: str, is_wrong: Callable[[str], bool]
) -> Stage | None:
    """Return the first component behind which a text is wrong; None where only the model is left."""
    return next((stage for stage in stages(tokenizer, spelling, text) if is_wrong(stage.text)), None)


def library_with(**parts: list[dict[str, Any]]) -> Any:
    """Return a ``tokenizers`` tokenizer of an empty model and these steps of its parts.

    The library builds a lone normaliser or decoder from JSON only as part of a tokenizer.
    """
    import tokenizers

    empty: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": None,
        "model": {"type": "BPE", "vocab": {}, "merges": []},
    }
    for part, steps in parts.items():
        if steps:
            empty[part] = {"type": "Sequence", _SEQUENCES[part]: steps}
    return tokenizers.Tokenizer.from_str(json.dumps(empty))


def _name(part: str, step: dict[str, Any]) -> str:
    return f"{_WORDS[part]} {step['type']}"


def _read(piece: str, spelling: Spelling) -> str:
    if spelling.byte_level:
        piece = bytes_of_letters(piece).decode("utf-8", errors="replace")
    return piece.replace(spelling.space, " ") if spelling.space else piece
