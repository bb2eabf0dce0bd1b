"""A ``tokenizer.json`` on the ``tokenizers`` library, with everything that adds or hides ids off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from indexer.errors import InputError
from indexer.tokenizers.faithfulness import FaithfulnessCheck
from indexer.tokenizers.normalization import Normalizer, normalizer_of
from indexer.tokenizers.pinned import vocabulary_hash
from indexer.tokenizers.round_trip import RoundTrip, without_added_spaces
from indexer.tokenizers.spelling import Spelling, spelling_of, token_bytes_of
from indexer.vocabulary import TokenBytes

_BATCH_TEXTS = 4096
_MOST_IDS = 1 << 27
"""No vocabulary is a hundredth as large; tables are as long as the largest id."""


class JsonTokenizer:
    """The tokenizer a ``tokenizer.json`` describes; see the protocol `Tokenizer`.

    Encoding adds no special ids, cuts and pads nothing, and draws no lots (BPE dropout); the text
    ``<|endoftext|>`` in a document is encoded as the letters it is made of, not as the special id.

    Parameters
    ----------
    text : str
        The whole ``tokenizer.json``.
    name : str
        What messages and provenance call it.

    Raises
    ------
    InputError
        The text is no JSON, or no tokenizer that the ``tokenizers`` library can read.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._tells_words = False
        self._text = text
        self._json = _parse(text, name)
        try:
            self._tokenizer = _library(_without_special_pieces(self._json, text))
        except Exception as error:  # the library raises bare Exception
            raise InputError(f"is no tokenizer.json ({error})", path=name) from None
        self.content_hash = hashlib.sha256(text.encode()).hexdigest()
        with _walked(name):
            self.n_ids = self._spelling.n_ids
        if self.n_ids > _MOST_IDS:
            raise InputError(f"has the id {self.n_ids - 1:,}", path=name, expected=f"ids below {_MOST_IDS:,}")

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text: no special tokens, no truncation, no padding.

        Raises
        ------
        InputError
            A text holds half a surrogate pair, which no encoding can spell.
        """
        return self._encode(self._tokenizer, texts)

    def encode_phrases(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, with bytes for letters the vocabulary lacks where it has bytes.

        They differ from those of `encode_batch` where the decoder reads pieces such as ``<0xC3>`` and the
        model is told not to make them: a corpus that holds them was encoded by another program.
        """
        found = self.encode_batch(texts)
        if self._with_bytes is not None:
            special = self._token_bytes.special
            unknown = [number for number, ids in enumerate(found) if special[ids].any()]
            again = self._encode(self._with_bytes, [texts[number] for number in unknown])
            for number, ids in zip(unknown, again, strict=True):
                found[number] = ids
        return found

    def _encode(self, library: Any, texts: Sequence[str]) -> list[list[int]]:
        ids: list[list[int]] = []
        for start in range(0, len(texts), _BATCH_TEXTS):
            batch = list(texts[start : start + _BATCH_TEXTS])
            try:
                encodings = library.encode_batch_fast(batch, add_special_tokens=False)
            except (TypeError, UnicodeEncodeError):
                self._blame(batch, start)
                raise
            except BaseException as error:
                if not _is_of_library(error):
                    raise
                raise self._cannot_encode(library, batch, error) from None
            ids.extend(encoding.ids for encoding in encodings)
        return ids

    def _cannot_encode(self, library: Any, batch: Sequence[str], error: BaseException) -> InputError:
        """Return the refusal of a batch: the first text over which the library fails by itself, and why."""
        shown = batch[0]
        for text in batch:
            try:
                library.encode(text, add_special_tokens=False)
            except BaseException as alone:
                if not _is_of_library(alone):
                    raise
                shown, error = text, alone
                break
        if _is_panic(error):
            return InputError(
                f"the tokenizers library breaks down over a text such as {shown!r:.60} ({error})",
                path=self.name,
                fix="look for an added token that the normalizer leaves nothing of",
            )
        return InputError(
            f"cannot encode {shown!r:.60} ({error})",
            path=self.name,
            expected="a model with a token for what it does not know",
            fix="add a piece to the end of model.vocab, and name it in model.unk_token"
            " (Unigram: its number in model.unk_id); the ids of the others stay",
        )

    def normalize(self, text: str) -> str:
        """Return the text that the ids of `text` spell, without an added first space.

        For byte-level BPE that is the text itself, or its NFC; for T5 its NFKC with single spaces; for
        WordPiece the words and punctuation marks with one space between them.
        """
        return self._normalizer.normalize(text)

    def token_bytes(self) -> TokenBytes:
        """Return the bytes of every id; `require_words` says whether they can be trusted."""
        return self._token_bytes

    def require_words(self) -> None:
        """Ask the tokenizer whether its ids tell the words of a text, and its decoder whether it agrees.

        Raises
        ------
        InputError
            They do not: spaces are lost, words run together or fall apart, or the decoder writes another
            text. Names the component.
        """
        with _walked(self.name):
            self._require_words()

    def _require_words(self) -> None:
        if not self._tells_words:
            self._faithfulness.refuse_lost_words()
            self._faithfulness.refuse_other_decoding()
            self._tells_words = True

    def remarks(self) -> list[str]:
        """Return what a reader of counts should know of the tokenizer: marks it drops, words it cuts."""
        return self._faithfulness.remarks()

    def unspelled(self, texts: Sequence[str]) -> dict[int, str]:
        """Return the numbers of the texts that no ids spell as they are, and why.

        The model lacks a piece for a letter (``unknown``), drops it (``dropped``), or a component spells the
        text otherwise between other words than alone (``changed``).
        """
        wanted = [self.normalize(text) for text in texts]
        lost: dict[int, str] = {}
        doubtful = self._round_trip.doubtful(texts, wanted)
        spelled = self._round_trip.texts([texts[number] for number in doubtful])
        for number, found in zip(doubtful, spelled, strict=True):
            if found is None:
                lost[number] = "unknown"
            elif without_added_spaces(found, texts[number]).strip() != wanted[number].strip():
                lost[number] = "dropped"
        whole = [number for number in doubtful if number not in lost]
        changed = self._round_trip.changed_by_neighbours(
            [texts[number] for number in whole], [wanted[number] for number in whole]
        )
        return {**lost, **{whole[number]: "changed" for number in changed}}

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text that ids spell, for showing: special ids by name, broken characters as U+FFFD."""
        spelled = self._token_bytes
        parts: list[bytes] = []
        for token in ids:
            if not 0 <= token < self.n_ids:
                parts.append("\ufffd".encode())
            elif spelled.special[token]:
                parts.append(self._spelling.names.get(int(token), "\ufffd").encode())
            else:
                parts.append(spelled.data[spelled.offsets[token] : spelled.offsets[token + 1]].tobytes())
        return b"".join(parts).decode("utf-8", errors="replace")

    @cached_property
    def vocabulary_hash(self) -> str:
        """Hash of the pieces and their ids (`indexer.tokenizers.pinned.vocabulary_hash`), in hexadecimal."""
        return vocabulary_hash(self._spelling)

    def json(self) -> str:
        """Return the whole ``tokenizer.json`` as it was read."""
        return self._text

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to a worker process as text."""
        return (type(self), (self._text, self.name))

    @cached_property
    def _with_bytes(self) -> Any:
        """The same with a model that makes bytes, where only the decoder of the file knows of them."""
        model = self._json["model"]
        if model.get("byte_fallback", True) or not self._spelling.byte_fallback:
            return None
        changed = {**self._json, "model": {**model, "byte_fallback": True}}
        return _library(_without_special_pieces(changed, json.dumps(changed)))

    @cached_property
    def _spelling(self) -> Spelling:
        return spelling_of(self._json, type(self._tokenizer.model).__name__, self.name)

    @cached_property
    def _token_bytes(self) -> TokenBytes:
        with _walked(self.name):
            return token_bytes_of(self._spelling)

    @cached_property
    def _round_trip(self) -> RoundTrip:
        return RoundTrip(self.encode_phrases, self._token_bytes)

    @cached_property
    def _faithfulness(self) -> FaithfulnessCheck:
        return FaithfulnessCheck(self._json, self._spelling, self._token_bytes, self._round_trip, self.name)

    @cached_property
    def _normalizer(self) -> Normalizer:
        with _walked(self.name):
            return normalizer_of(self._json, self._spelling, self._round_trip)

    def _blame(self, batch: Sequence[str], start: int) -> None:
        for number, text in enumerate(batch, start):
            if not isinstance(text, str):
                raise TypeError(f"text {number} is a {type(text).__name__}, not a str")
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise InputError(
                    f"text {number} holds half a surrogate pair, which no encoding can spell: {text!r:.80}",
                    path=self.name,
                    offset=f"character {error.start}",
                ) from None


def _is_panic(error: BaseException) -> bool:
    """Tell whether the code inside the library broke down; such an error is no Exception."""
    return type(error).__name__ == "PanicException"


def _is_of_library(error: BaseException) -> bool:
    """Tell whether the library raised an error: it has no class of its own but that of its panics."""
    return type(error) is Exception or _is_panic(error)


@contextmanager
def _walked(name: str) -> Iterator[None]:
    """Refuse a file that the library takes and whose parts are not what they should be.

    The library reads over what it does not know, and takes the first kind of part that fits.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError) as error:
        raise InputError(
            f"has a part that is not what it should be ({type(error).__name__}: {error})",
            path=name,
            expected="a tokenizer.json as the tokenizers library writes it",
        ) from error


def _library(text: str) -> Any:
    """Load a ``tokenizer.json`` with everything off that adds, cuts, or draws lots."""
    import tokenizers

    library = tokenizers.Tokenizer.from_str(text)
    library.no_truncation()
    library.no_padding()
    library.encode_special_tokens = True
    if getattr(library.model, "dropout", None) is not None:
        library.model.dropout = None
    return library


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"is no tokenizer.json: {error.msg}", path=name, offset=f"line {error.lineno}"
        ) from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("model"), dict):
        raise InputError("is JSON, but no tokenizer.json", path=name, expected="an object with a model")
    return parsed


def _without_special_pieces(tokenizer: dict[str, Any], text: str) -> str:
    """Return the ``tokenizer.json`` with special pieces out of reach of the model.

    A unigram or whole-word model finds ``</s>`` in a text by itself when its vocabulary holds it, whatever
    the library is told about special tokens. Such pieces keep their ids under a name no text holds. BPE needs
    none of this: it reaches a piece by merges only, and trainers make none for special tokens.
    """
    model = tokenizer["model"]
    vocab = model.get("vocab")
    if model.get("merges") is not None or not isinstance(vocab, list | dict):
        return text
    ids = {piece[0]: i for i, piece in enumerate(vocab)} if isinstance(vocab, list) else vocab
    entries = tokenizer.get("added_tokens") or []
    hidden = {e["content"]: f"\0special {e['id']}\0" for e in entries if e["special"] and e["content"] in ids}
    if not hidden:
        return text
    if isinstance(vocab, list):
        renamed: Any = [[hidden.get(piece[0], piece[0]), *piece[1:]] for piece in vocab]
    else:
        renamed = {hidden.get(piece, piece): i for piece, i in vocab.items()}
    changed = {**model, "vocab": renamed}
    if "unk_token" in model:
        changed["unk_token"] = hidden.get(model["unk_token"], model["unk_token"])
    kept = [entry for entry in entries if entry["content"] not in hidden]
    return json.dumps({**tokenizer, "model": changed, "added_tokens": kept, "post_processor": None})
