"""A zero of a phrase the tokenizer cannot spell is unknown, with the reason; other zeros stay certain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.corpus.text.writers import write_megatron
from tests.support.invented_languages import documents, library, tokenizer
from tests.support.small_corpus import ask


@pytest.mark.parametrize("unit", ["text", "tokens", "both"])
def test_its_zero_is_unknown(tmp_path: Path, exposure, unit: str) -> None:
    runs = tokenizer("wordpiece", "latin").encode_batch(documents("latin"))
    write_megatron(tmp_path / "a", [np.array(run, "<u2") for run in runs], "<u2")
    (tmp_path / "tokenizer.json").write_text(library("wordpiece", "latin").to_str())
    word = documents("latin")[0].split()[0]
    (tmp_path / "phrases.csv").write_text(f"p\n{word}\nqxqxqxqx zqzqzq\nжук\n{word} жук\n", encoding="utf-8")
    config = tmp_path / "exposure.toml"
    config.write_text(
        '[phrases]\nsource = "phrases.csv"\ntext = "p"\n[tokenizer]\npath = "tokenizer.json"\n'
        '[corpus]\npaths = ["a.bin"]\nformat = "megatron"\n[order]\nbatch_size = 4\n'
        f'[match]\nunit = "{unit}"\n'
    )
    code, _, error = exposure("index", config, "--out", tmp_path / "index")
    assert code == 0, error
    status = "SELECT phrase, status FROM exposures JOIN phrases USING (phrase_id) ORDER BY phrase_id"
    assert ask(tmp_path / "index", status) == [
        (word, "seen"),
        ("qxqxqxqx zqzqzq", "never"),
        ("жук", "unknown"),
        (f"{word} жук", "unknown"),
    ]
    as_of = "SELECT phrase, status FROM exposure_at(NULL) ORDER BY phrase_id"
    assert ask(tmp_path / "index", as_of) == ask(tmp_path / "index", status)
    code, out, _ = exposure("query", tmp_path / "index", "why_unknown", "--format", "csv")
    assert code == 0 and out.count("unknown letter") == 2
