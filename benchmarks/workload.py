"""What is measured: token ids in sequences, and sets of phrases. Made once, kept under ``build/bench``.

``seeded`` is a seeded language (`benchmarks.language`) that anyone can make again. ``real``, where real data
lies beside the project, is text in GPT-NeoX ids with the critical spans of BLiMP. A corpus of one's own is
the third (`benchmarks.own_corpus`).

Bias to know of: both streams repeat some 6 million distinct tokens, paragraphs shuffled anew each time. That
is harmless for scanners; it makes suffix arrays slower to build than fresh text does, and too few phrases
are hit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks import real
from benchmarks.language import make_language
from benchmarks.phrase_sets import Tuple, phrase_sets, spans, windows
from indexer.tokenizers.tokenizer import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "bench"
VERSIONS = {"real": "v3", "seeded": "v1"}
SEQUENCE_LENGTH = 2049
END_OF_DOCUMENT = 0
SEED = 20261120


@dataclass(frozen=True)
class Workload:
    """A stream and phrase sets.

    Attributes
    ----------
    name : str
        ``real``, ``seeded``, or the name of a configuration.
    stream : array of uint16 or uint32
        Token ids, whole sequences one after another.
    bounds : array of int64
        Where sequences begin; the last element is the end of the last one.
    phrases : dict of str to (ids, offsets)
        Phrase sets; every one has distinct id tuples.
    main : str
        The set that the table of the README has.
    tokenizer_json : str
        The tokenizer of the seeded language; empty elsewhere.
    texts : list of str
        The phrases of the seeded language; empty elsewhere.
    """

    name: str
    stream: np.ndarray
    bounds: np.ndarray
    phrases: dict[str, tuple[np.ndarray, np.ndarray]]
    main: str = "134k"
    tokenizer_json: str = ""
    texts: list[str] = field(default_factory=list)

    def rows(self, n_tokens: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return ids, starts, stops of the first whole sequences of about `n_tokens`."""
        n_rows = len(self.bounds) - 1
        if n_tokens is not None:
            n_rows = min(n_rows, max(1, int(np.searchsorted(self.bounds, n_tokens, side="right")) - 1))
        return self.stream[: self.bounds[n_rows]], self.bounds[:n_rows], self.bounds[1 : n_rows + 1]

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the stream."""
        from indexer.tokenizers import load_tokenizer, tokenizer_from_json

        if self.tokenizer_json:
            return tokenizer_from_json(self.tokenizer_json, "seeded")
        return load_tokenizer(real.TOKENIZER.name, base=real.TOKENIZER.parent)


def names() -> list[str]:
    """Return the workloads that can be made here."""
    return ["real", "seeded"] if real.SHARED.is_dir() else ["seeded"]


def load(n_tokens: int = 200_000_000, name: str | None = None) -> Workload:
    """Return a workload, made now if it was not before; real text unless another is named, if it is there."""
    name = name or names()[0]
    kept = KEPT / f"{name}-{VERSIONS[name]}.npz"
    if not kept.is_file():
        kept_in = KEPT.relative_to(ROOT)
        print(f"Making the {name} workload (half a minute, once; kept in {kept_in}) ...", flush=True)
        began = time.monotonic()
        _make_real(kept) if name == "real" else _make_seeded(kept)
        print(f"  made in {time.monotonic() - began:.0f} s", flush=True)
    with np.load(kept) as arrays:
        sets = [key[:-4] for key in arrays.files if key.endswith(":ids")]
        stream = shuffled_stream(arrays["text"], arrays["text_offsets"], n_tokens)
        text = {key: arrays[key].tobytes().decode() for key in ("tokenizer", "texts") if key in arrays.files}
        return Workload(
            name,
            stream,
            np.arange(0, len(stream) + 1, SEQUENCE_LENGTH, dtype=np.int64),
            {k: (arrays[f"{k}:ids"], arrays[f"{k}:offsets"]) for k in sets},
            tokenizer_json=text.get("tokenizer", ""),
            texts=text.get("texts", "").splitlines(),
        )


def _make_real(kept: Path) -> None:
    pieces, of_spans, of_windows = real.pieces_and_phrases()
    _keep(kept, np.concatenate(pieces), np.cumsum([0, *map(len, pieces)]), phrase_sets(of_spans, of_windows))


def _make_seeded(kept: Path) -> None:
    language = make_language()
    sets = phrase_sets(
        spans(language.phrases, language.tokenizer), windows(language.sentences, language.tokenizer)
    )
    _keep(
        kept,
        language.ids,
        language.offsets,
        sets,
        tokenizer=np.frombuffer(language.tokenizer.to_str().encode(), np.uint8),
        texts=np.frombuffer("\n".join(language.phrases).encode(), np.uint8),
    )


def _keep(
    path: Path, text: np.ndarray, offsets: np.ndarray, sets: dict[str, list[Tuple]], **more: np.ndarray
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.partial.npz")  # a run that is stopped leaves no half of a workload
    np.savez(
        part,
        text=text,
        text_offsets=offsets,
        **{f"{k}:ids": np.array([i for t in v for i in t], np.uint32) for k, v in sets.items()},
        **{f"{k}:offsets": np.cumsum([0, *map(len, v)]) for k, v in sets.items()},
        **more,
    )
    part.replace(path)


def shuffled_stream(text: np.ndarray, offsets: np.ndarray, n_tokens: int) -> np.ndarray:
    """Paragraphs in random order, again and again; an end of document about every eighth."""
    rng = np.random.default_rng(SEED)
    stream = np.full(n_tokens + len(text), END_OF_DOCUMENT, np.uint16)
    n = 0
    while n < n_tokens:
        order = rng.permutation(len(offsets) - 1)
        lengths = np.diff(offsets)[order]
        ends = np.cumsum(lengths + (rng.integers(0, 8, len(order)) == 0))
        for k, end, length in zip(order.tolist(), ends.tolist(), lengths.tolist(), strict=True):
            if n + end > len(stream):
                break
            first = n + end - length
            stream[first : first + length] = text[offsets[k] : offsets[k] + length]
        n += int(ends[-1])
    return stream[: n_tokens // SEQUENCE_LENGTH * SEQUENCE_LENGTH]
