"""Which bytes each id of a ``tokenizer.json`` spells, for every family of tokenizers.

=============================== ==========================================================================
family                          how a piece is spelled
=============================== ==========================================================================
byte-level BPE (GPT-2, Pythia)  each character of the piece stands for one byte (GPT-2's alphabet)
SentencePiece (T5, LLaMA)       ``▁`` is a space; ``<0x0A>`` is that byte where model or decoder say so
WordPiece (BERT)                ``##ing`` is ``ing``; a piece without ``##`` is a space and the piece
BPE with a word end (CLIP)      ``cat</w>`` is ``cat`` and a space
plain BPE, unigram              the piece itself
=============================== ==========================================================================

Added tokens that are not special spell their own text, as pieces that begin a word. What a piece spells never
depends on its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.errors import InputError
from indexer.vocabulary import TokenBytes

_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_PARTS = {"normalizer": "normalizers", "pre_tokenizer": "pretokenizers", "decoder": "decoders"}
_DROPS_SPACES = {"Whitespace", "WhitespaceSplit", "BertPreTokenizer", "CharDelimiterSplit"}


@dataclass(frozen=True)
class Spelling:
    """How a tokenizer writes text into pieces.

    Attributes
    ----------
    pieces : dict of int to str
        The model's vocabulary.
    names : dict of int to str
        Every id by name, added tokens included.
    added : dict of int to str
        Added tokens that stand for their own text.
    special : frozenset of int
        Ids that stand for no text: special tokens and the unknown token.
    byte_level : bool
        The characters of a piece are GPT-2's letters for bytes.
    byte_fallback : bool
        Pieces such as ``<0x0A>`` stand for a byte: the model makes them, or the decoder reads them.
    space : str or None
        Character that stands for a space inside a piece.
    continuing : str or None
        Prefix of a piece that continues a word; every other piece begins one.
    word_end : str or None
        Suffix of a piece that ends a word.
    starts_words : bool
        Every piece without `continuing` has lost the space before it.
    """

    pieces: dict[int, str]
    names: dict[int, str]
    added: dict[int, str]
    special: frozenset[int]
    byte_level: bool
    byte_fallback: bool
    space: str | None
    continuing: str | None
    word_end: str | None
    starts_words: bool

    def is_byte(self, token: int) -> bool:
        """Tell whether an id's piece stands for one byte by its number."""
        return self.byte_fallback and _BYTE_PIECE.fullmatch(self.pieces.get(token, "")) is not None

    @property
    def n_ids(self) -> int:
        """Ids run from 0 to here."""
        return max(self.names, default=-1) + 1


def components(tokenizer: dict[str, Any], part: str) -> Iterator[dict[str, Any]]:
    """Yield the steps of ``normalizer``, ``pre_tokenizer`` or ``decoder``, sequences opened up."""
    stack = [tokenizer.get(part)]
    while stack:
        node = stack.pop()
        if node is None:
            continue
        if node.get("type") == "Sequence":
            stack.extend(reversed(node[_PARTS[part]]))
        else:
            yield node


def spelling_of(tokenizer: dict[str, Any], model_type: str, name: str) -> Spelling:
    """Read from a parsed ``tokenizer.json`` how its pieces are spelled.

    Parameters
    ----------
    tokenizer : dict
        The parsed file.
    model_type : str
        ``BPE``, ``Unigram``, ``WordPiece`` or ``WordLevel``.
    name : str
        What messages call the tokenizer.

    Raises
    ------
    InputError
        Two pieces share an id.
    """
    model = tokenizer["model"]
    pieces: dict[int, str] = {}
    vocab = model["vocab"]
    numbered = (
        enumerate(p[0] for p in vocab) if isinstance(vocab, list) else ((i, p) for p, i in vocab.items())
    )
    for token, piece in numbered:
        if pieces.setdefault(token, piece) != piece:
            raise InputError(f"id {token} is both {pieces[token]!r} and {piece!r}", path=name)
    names = dict(pieces)
    added: dict[int, str] = {}
    special: set[int] = set()
    for entry in tokenizer.get("added_tokens") or []:
        names[entry["id"]] = entry["content"]
        if entry.get("special"):
            special.add(entry["id"])
        else:
            added[entry["id"]] = entry["content"]
    special.update(_unknown(model, names))

    every = [step for part in _PARTS for step in components(tokenizer, part)]
    byte_level = any(step["type"] == "ByteLevel" for step in every)
    space = _space_mark(tokenizer)
    drops = any(_drops_spaces(step) for step in components(tokenizer, "pre_tokenizer"))
    continuing = model.get("continuing_subword_prefix") or None
    word_end = model.get("end_of_word_suffix") or None
    whole_words = model_type in ("WordPiece", "WordLevel") or continuing is not None
    return Spelling(
        pieces=pieces,
        names=names,
        added={token: text for token, text in added.items() if token not in special},
        special=frozenset(special),
        byte_level=byte_level,
        byte_fallback=bool(model.get("byte_fallback"))
        or any(step["type"] == "ByteFallback" for step in every),
        space=space,
        continuing=continuing,
        word_end=word_end,
        starts_words=drops and whole_words and space is None,
    )


def token_bytes_of(spelling: Spelling) -> TokenBytes:
    """Spell every id."""
    n_ids = spelling.n_ids
    special = np.ones(n_ids, dtype=np.bool_)
    spelled = [b""] * n_ids
    for token, piece in spelling.pieces.items():
        if token not in spelling.special:
            spelled[token] = _spell(piece, spelling)
            special[token] = False
    for token, text in spelling.added.items():
        # As the library's WordPiece decoder does: whatever continues no word begins one.
        before = " " if spelling.starts_words else ""
        spelled[token] = (before + (text.replace(spelling.space, " ") if spelling.space else text)).encode()
        special[token] = False
    offsets = np.zeros(n_ids + 1, dtype=np.int64)
    np.cumsum([len(piece) for piece in spelled], out=offsets[1:])
    return TokenBytes(np.frombuffer(b"".join(spelled), dtype=np.uint8), offsets, special)


def byte_of_letter() -> dict[str, int]:
    """Return GPT-2's alphabet: the character that stands for each byte, and the byte.

    Printable bytes of Latin-1 stand for themselves; the others, in order, for U+0100 and what follows
    (``bytes_to_unicode`` of openai/gpt-2).
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {chr(byte): byte for byte in printable}
    hidden = [byte for byte in range(256) if byte not in set(printable)]
    letters.update({chr(0x100 + number): byte for number, byte in enumerate(hidden)})
    return letters


_BYTE_OF_LETTER = byte_of_letter()


def bytes_of_letters(piece: str) -> bytes:
    """Return the bytes that a piece in GPT-2's alphabet stands for; any other piece stands for itself."""
    try:
        return bytes([_BYTE_OF_LETTER[letter] for letter in piece])
    except KeyError:
        return piece.encode()


def _spell(piece: str, spelling: Spelling) -> bytes:
    if spelling.byte_fallback and (byte := _BYTE_PIECE.fullmatch(piece)):
        return bytes([int(byte[1], 16)])
    before = after = b""
    if spelling.continuing and piece.startswith(spelling.continuing):
        piece = piece.removeprefix(spelling.continuing)
    elif spelling.starts_words:
        before = b" "
    if spelling.word_end and piece.endswith(spelling.word_end):
        piece, after = piece.removesuffix(spelling.word_end), b" "
    if spelling.byte_level:
        return before + bytes_of_letters(piece) + after
    if spelling.space:
        piece = piece.replace(spelling.space, " ")
    return before + piece.encode() + after


def _unknown(model: dict[str, Any], names: dict[int, str]) -> Iterator[int]:
    if model.get("unk_id") is not None:
        yield model["unk_id"]
    if model.get("unk_token") is not None:
        yield from (token for token, piece in names.items() if piece == model["unk_token"])


def _space_mark(tokenizer: dict[str, Any]) -> str | None:
    for part in ("pre_tokenizer", "decoder"):
        for step in components(tokenizer, part):
            if step["type"] == "Metaspace":
                return str(step["replacement"])
    for step in components(tokenizer, "normalizer"):
        if step["type"] == "Replace" and step["pattern"].get("String") == " " and len(step["content"]) == 1:
            return str(step["content"])
    for step in components(tokenizer, "decoder"):
        mark = step["pattern"].get("String") if step["type"] == "Replace" else None
        if mark and step["content"] == " ":
            return str(mark)
    return None


def _drops_spaces(step: dict[str, Any]) -> bool:
    return step["type"] in _DROPS_SPACES or (
        step["type"] in ("Split", "Punctuation") and step.get("behavior") == "Removed"
    )
