"""Real data beside the project (``../shared/data``): text in GPT-NeoX ids, and the spans of BLiMP."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from benchmarks.phrase_sets import Tuple, spans, windows

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
TOKENIZER = SHARED / "tokenizers" / "gpt-neox-20b.json.gz"


def pieces_and_phrases() -> tuple[list[np.ndarray], list[Tuple], list[Tuple]]:
    """Return the ids of paragraphs, the spans, and windows of sentences."""
    from tokenizers import Tokenizer

    with gzip.open(TOKENIZER, "rt", encoding="utf-8") as file:
        tokenizer = Tokenizer.from_str(file.read())
    pieces = [
        np.array(e.ids, np.uint16) for e in tokenizer.encode_batch(paragraphs(), add_special_tokens=False)
    ]
    records = [r for path in sorted((SHARED / "blimp").glob("*.jsonl.zst")) for r in _records(path)]
    sentences = [r[k] for r in records for k in ("sentence_good", "sentence_bad")]
    return pieces, spans(_critical_texts(records), tokenizer), windows(sentences, tokenizer)


def paragraphs() -> list[str]:
    """Return the paragraphs of the real text."""
    return [
        paragraph + "\n"
        for path in sorted((SHARED / "text").glob("*.jsonl.zst"))
        for record in _records(path)
        for paragraph in record["text"].split("\n\n")
        if paragraph.strip()
    ]


def _records(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8")
        return [json.loads(line) for line in text if line.strip()]


def _critical_texts(records: list[dict[str, Any]]) -> list[str]:
    """Return the distinct spans in which good and bad sentence differ, with 3 words before them."""
    texts: dict[str, None] = {}
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
                texts[" ".join(span).strip(".,?!")] = None
    return list(texts)
