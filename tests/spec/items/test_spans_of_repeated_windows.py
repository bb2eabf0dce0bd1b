"""A span that is said to be exact is that of a plain search, whatever tokens spell and windows come again."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import tokenizers
from tokenizers import decoders, models

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.splits.ask import ask

WINDOW = 3
FEW, MANY = "天地人", "天地人山水火木金土日月星雨風雲花草鳥魚馬"


def _save_tokenizer(path: Path, letters: str, rng: random.Random) -> None:
    """Write a tokenizer whose pieces spell one to four letters."""
    pieces = [*letters, *("".join(rng.choices(letters, k=n)) for n in (2, 3, 4) for _ in range(12))]
    scored = [(piece, -rng.random() - 1 / len(piece)) for piece in dict.fromkeys(pieces)]
    made = tokenizers.Tokenizer(models.Unigram([*scored, ("<unk>", -20.0)], unk_id=len(scored)))
    made.decoder = decoders.Fuse()
    made.save(str(path))


def _naive_span(field: str, texts: list[str]) -> int:
    """Return the letters of the longest part of a field that holds a window and stands in a text."""
    n = len(field)
    parts = (field[start:stop] for start in range(n) for stop in range(start + WINDOW, n + 1))
    return max((len(part) for part in parts if any(part in text for text in texts)), default=0)


@pytest.mark.parametrize(("letters", "least_exact"), [(FEW, 1), (MANY, 20)])
def test_a_span_is_that_of_a_plain_search_or_not_said_to_be_exact(
    tmp_path: Path, letters: str, least_exact: int
) -> None:
    rng = random.Random(letters)
    fields = {str(n): "".join(rng.choices(letters, k=rng.randint(WINDOW + 1, 14))) for n in range(40)}
    texts = []
    for _ in range(60):
        text = ""
        for _ in range(3):
            field = rng.choice(list(fields.values()))
            start = rng.randrange(len(field))
            text += field[start : rng.randint(start + 1, len(field))]
            text += "".join(rng.choices(letters, k=rng.randint(0, 3)))
        texts.append(text)
    _save_tokenizer(tmp_path / "tokenizer.json", letters, rng)
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    rows = [json.dumps({"id": name, "field": field}) for name, field in fields.items()]
    (tmp_path / "bench.jsonl").write_text("\n".join(rows))
    tables = {
        "items": [{"source": "bench.jsonl", "roles": {"field": "field"}, "window": WINDOW}],
        "tokenizer": {"path": "tokenizer.json"},
        "corpus": {"format": "text", "paths": ["corpus.jsonl"], "packing": "document", "sequence_length": 99},
        "order": {"batch_size": 4, "checkpoints": 5},
        "match": {"boundary": "none"},
        "index": {"occurrences": "all"},
    }
    build_index(config_from_tables(tables, origin="test", base=tmp_path), tmp_path / "index", n_workers=1)
    exact = {
        row["item_id"].removeprefix("bench/"): row["longest_span"]
        for row in ask(tmp_path / "index", "by_item").rows.to_pylist()
        if row["span_is_exact"]
    }
    assert exact == {name: _naive_span(fields[name], texts) for name in exact}
    assert len(exact) >= least_exact
