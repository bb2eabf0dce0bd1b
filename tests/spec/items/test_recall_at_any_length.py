"""What stands in the corpus word for word is found, however long it is, whole or cut, and nothing else is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.sample.dice import Dice
from indexer.sample.lexicon import ADJECTIVES, NAMES, PEOPLE, PLACES, THINGS
from indexer.splits.ask import ask

WORDS = [*THINGS, *ADJECTIVES, *PEOPLE, *PLACES, *NAMES]
LENGTHS = [1, 2, 5, 12, 13, 14, 20, 33]
WINDOW = 13
BATCH = 4


def _passage(dice: Dice, n_words: int) -> str:
    return " ".join(dice.pick(WORDS) for _ in range(n_words))


def _naive_span(field: str, texts: list[str]) -> tuple[int, int | None]:
    """Return the words of the longest run of a field that holds a window, and the step of the first one."""
    words = field.casefold().split()
    least = min(len(words), WINDOW)
    padded = [f" {' '.join(text.casefold().split())} " for text in texts]
    best, first = 0, None
    for start in range(len(words)):
        for stop in range(start + max(least, best + 1), len(words) + 1):
            run = f" {' '.join(words[start:stop])} "
            if not any(run in text for text in padded):
                break
            best = stop - start
    for number, text in enumerate(padded):
        windows = (words[start : start + least] for start in range(len(words) - least + 1))
        if first is None and any(f" {' '.join(window)} " in text for window in windows):
            first = number // BATCH
    return best, first


@pytest.mark.parametrize("unit", ["text", "tokens"])
def test_spans_steps_and_shares_are_those_of_a_plain_search(sample: Path, tmp_path: Path, unit: str) -> None:
    dice = Dice("recall")
    texts = [_passage(dice, 60) for _ in range(40)]
    items = []
    for fate in ("whole", "cut", "twice", "never"):
        for n_words in LENGTHS:
            question = _passage(dice, n_words)
            items.append({"id": f"{fate}-{n_words}", "question": question})
            words = question.split()
            planted = " ".join(words[n_words // 5 :]) if fate == "cut" else question
            for _ in range({"never": 0, "twice": 2}.get(fate, 1)):
                here = dice.below(len(texts))
                texts[here] = f"{texts[here]} {planted} {_passage(dice, 5)}"
    shutil.copy(sample / "tokenizer.json", tmp_path)
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (tmp_path / "bench.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    tables = {
        "items": [{"source": "bench.jsonl", "id": "id", "roles": {"question": "question"}, "window": WINDOW}],
        "tokenizer": {"path": "tokenizer.json"},
        "corpus": {
            "format": "text",
            "paths": ["corpus.jsonl"],
            "packing": "document",
            "sequence_length": 1024,
        },
        "order": {"batch_size": BATCH, "checkpoints": 5},
        "match": {"unit": unit},
        "index": {"occurrences": "all"},
    }
    build_index(config_from_tables(tables, origin="test", base=tmp_path), tmp_path / "index", n_workers=1)
    rows = {row["item_id"]: row for row in ask(tmp_path / "index", "by_item").rows.to_pylist()}
    for item in items:
        row = rows[f"bench/{item['id']}"]
        span, first = _naive_span(item["question"], texts)
        assert (row["longest_span"], row["first_step"]) == (span, first), item["id"]
        assert row["span_is_exact"]
        if item["id"].startswith(("whole", "twice")):
            assert row["share_seen"] == 1
            assert row["longest_span"] == len(item["question"].split())
