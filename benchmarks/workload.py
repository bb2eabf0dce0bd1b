"""What is measured: a stream of token ids in sequences, and sets of phrases. Seeded, made on the spot.

With real data beside the project (``../shared/data``) the stream is real text in GPT-NeoX ids and the
phrases are the critical spans of BLiMP. Without it both come from a seeded Zipf language. Made once, kept
under ``build/bench``.

Bias to know of: the real stream repeats some 6.7 million distinct tokens, paragraphs shuffled anew each
time. That is harmless for scanners; it makes suffix arrays slower to build than fresh text does, and too few
phrases are hit.
"""

from __future__ import annotations

import gzip
import io
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
KEPT = ROOT / "build" / "bench"
SEQUENCE_LENGTH = 2049
END_OF_DOCUMENT = 0
SEED = 20261120
MOST_OF_RAREST = 20
"""How often the rarest id of a phrase of the seeded language stands in its 6 million, if the phrase does."""


@dataclass(frozen=True)
class Workload:
    """A stream and phrase sets.

    Attributes
    ----------
    name : str
        ``real`` or ``zipf``.
    stream : array of uint16
        Token ids, whole sequences.
    phrases : dict of str to (ids, offsets)
        Phrase sets; every one has distinct id tuples.
    """

    name: str
    stream: np.ndarray
    phrases: dict[str, tuple[np.ndarray, np.ndarray]]

    def rows(self, n_tokens: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return ids, starts, stops of the first whole sequences of about `n_tokens`."""
        n = len(self.stream) if n_tokens is None else min(n_tokens, len(self.stream))
        n_rows = n // SEQUENCE_LENGTH
        starts = np.arange(n_rows, dtype=np.int64) * SEQUENCE_LENGTH
        return self.stream[: n_rows * SEQUENCE_LENGTH], starts, starts + SEQUENCE_LENGTH


def load(n_tokens: int = 200_000_000) -> Workload:
    """Return the workload, made now if it was not before."""
    name = "real" if SHARED.is_dir() else "zipf"
    kept = KEPT / f"{name}-v3.npz"
    if not kept.is_file():
        began = time.monotonic()
        print(f"making the {name} workload ...", flush=True)
        pieces, phrases = _real() if name == "real" else _zipf()
        KEPT.mkdir(parents=True, exist_ok=True)
        np.savez(
            kept,
            text=np.concatenate(pieces),
            text_offsets=np.cumsum([0, *map(len, pieces)]),
            **{f"{k}:ids": np.array([i for t in v for i in t], np.uint32) for k, v in phrases.items()},
            **{f"{k}:offsets": np.cumsum([0, *map(len, v)]) for k, v in phrases.items()},
        )
        print(f"  made in {time.monotonic() - began:.0f} s", flush=True)
    with np.load(kept) as arrays:
        sets = [key[:-4] for key in arrays.files if key.endswith(":ids")]
        stream = shuffled_stream(arrays["text"], arrays["text_offsets"], n_tokens)
        return Workload(name, stream, {k: (arrays[f"{k}:ids"], arrays[f"{k}:offsets"]) for k in sets})


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


def _real() -> tuple[list[np.ndarray], dict[str, list[tuple[int, ...]]]]:
    from tokenizers import Tokenizer

    with gzip.open(SHARED / "tokenizers" / "gpt-neox-20b.json.gz", "rt", encoding="utf-8") as file:
        tokenizer = Tokenizer.from_str(file.read())
    pieces = [
        np.array(e.ids, np.uint16) for e in tokenizer.encode_batch(paragraphs(), add_special_tokens=False)
    ]
    records = [r for path in sorted((SHARED / "blimp").glob("*.jsonl.zst")) for r in _records(path)]
    return pieces, _phrase_sets(_blimp_spans(records, tokenizer), _blimp_windows(records, tokenizer), pieces)


def paragraphs() -> list[str]:
    """Return the paragraphs of the real text."""
    return [
        paragraph + "\n"
        for path in sorted((SHARED / "text").glob("*.jsonl.zst"))
        for record in _records(path)
        for paragraph in record["text"].split("\n\n")
        if paragraph.strip()
    ]


def _records(path: Path) -> list[dict]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8")
        return [json.loads(line) for line in text if line.strip()]


def _blimp_spans(records: list[dict], tokenizer) -> list[tuple[int, ...]]:
    """Distinct id tuples of the spans in which good and bad sentence differ, with 3 words before them."""
    spans: dict[str, None] = {}
    for record in records:
        good, bad = record["sentence_good"].split(), record["sentence_bad"].split()
        first = 0
        while first < min(len(good), len(bad)) and good[first] == bad[first]:
            first += 1
        tail = 0
        while tail < min(len(good), len(bad)) - first and good[-1 - tail] == bad[-1 - tail]:
            tail += 1
        for words in (good, bad):
            span = words[max(0, first - 3) : max(first + 1, len(words) - tail)]
            if 2 <= len(span) <= 8:
                spans[" ".join(span).strip(".,?!")] = None
    texts = list(spans)
    variants = [" " + t for t in texts] + [t[:1].upper() + t[1:] for t in texts]
    encoded = tokenizer.encode_batch(variants, add_special_tokens=False)
    spaced = {tuple(e.ids): None for e in encoded[: len(texts)] if len(e.ids) > 1}
    bare = [tuple(e.ids) for e in encoded[len(texts) :] if len(e.ids) > 1]
    order = np.random.default_rng(SEED).permutation(len(bare))
    tuples = dict(spaced)
    for k in order:
        if len(tuples) >= 134_000:
            break
        tuples[bare[k]] = None
    return list(tuples)[:134_000]


def _blimp_windows(records: list[dict], tokenizer) -> list[tuple[int, ...]]:
    """Random windows of 3 to 8 ids of BLiMP's sentences."""
    rng = np.random.default_rng(SEED + 1)
    texts = [" " + r[k] for r in records for k in ("sentence_good", "sentence_bad")]
    encoded = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    windows: dict[tuple[int, ...], None] = {}
    for _ in range(12):
        for ids in encoded:
            length = int(rng.integers(3, 9))
            first = int(rng.integers(0, max(1, len(ids) - length + 1)))
            windows[tuple(ids[first : first + length])] = None
        if len(windows) > 900_000:
            break
    return [w for w in windows if len(w) >= 3]


def _zipf() -> tuple[list[np.ndarray], dict[str, list[tuple[int, ...]]]]:
    """A language in which each word draws its successor from a few hundred, both by Zipf's law."""
    rng = np.random.default_rng(SEED)
    n_ids, n_successors = 50_000, 400
    frequent = rng.permutation(np.arange(1, n_ids, dtype=np.uint16))
    successors = np.minimum(rng.zipf(1.2, (n_ids, n_successors)) - 1, n_ids - 2)
    choices = np.minimum(rng.zipf(1.3, 6_000_000) - 1, n_successors - 1)
    text = np.empty(len(choices), np.uint16)
    word = 0
    for k, choice in enumerate(choices.tolist()):
        word = successors[word, choice]
        text[k] = frequent[word]
    pieces = np.array_split(text, 60_000)

    counts = np.bincount(text, minlength=n_ids + 1)

    def cut(n: int, low: int, high: int) -> list[tuple[int, ...]]:
        """Windows of the text, nearly all with an id changed; the others are as rare as real phrases are."""
        tuples: dict[tuple[int, ...], None] = {}
        while len(tuples) < n:
            length = int(rng.integers(low, high + 1))
            first = int(rng.integers(0, len(text) - length))
            ids = text[first : first + length].copy()
            if counts[ids].min() > MOST_OF_RAREST or rng.random() < 0.97:
                ids[int(rng.integers(length))] = frequent[int(rng.integers(2_000, n_ids - 1))]
            tuples[tuple(ids.tolist())] = None
        return list(tuples)

    return pieces, _phrase_sets(cut(134_000, 2, 9), cut(900_000, 3, 8), pieces)


def _phrase_sets(
    spans: list[tuple[int, ...]], windows: list[tuple[int, ...]], pieces: list[np.ndarray]
) -> dict[str, list[tuple[int, ...]]]:
    rng = np.random.default_rng(SEED + 2)
    order = rng.permutation(len(spans))
    million = dict.fromkeys(spans)
    for window in windows:
        if len(million) >= 1_000_000:
            break
        million[window] = None
    return {
        "1k": [spans[k] for k in order[:1_000]],
        "10k": [spans[k] for k in order[:10_000]],
        "134k": spans,
        "1M": list(million),
    }
