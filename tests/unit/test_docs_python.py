"""The examples of docs/python.md run, from top to bottom, on a sample."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.sample.write import SampleSize, write_sample

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sample(
        tmp_path / "sample", size=SampleSize(pairs_per_paradigm=25, n_steps=60, n_shards=2, vocab_size=1500)
    )
    build_index(load_config(tmp_path / "sample"), tmp_path / "sample" / "index", n_workers=1)
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 5
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    assert "{'split': 'proxy_train'" in printed
    assert "True {'checkpoint': None, 'side': 'good'}" in printed
    assert printed.rstrip().endswith("True")
