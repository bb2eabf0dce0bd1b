"""What the study's trainer is fed is what the index counted; its reader and counter share no code with us."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from click.testing import CliRunner

from indexer import open_index
from indexer.cli.corpus_batch import batch as batch_command


def test_the_trainer_is_fed_the_batches_that_exposure_batch_prints(
    sample: Path, script: Callable[[str], ModuleType]
) -> None:
    batches = list(script("training_data").batches(sample / "shards"))
    assert len(batches) == 60  # five sequences more fill no batch
    for step in (0, 29, 59):
        printed = CliRunner().invoke(batch_command, [str(sample / "exposure.toml"), str(step), "--json"])
        rows = [json.loads(line)["ids"] for line in printed.stdout.splitlines()]
        assert rows == [sequence.tolist() for sequence in batches[step]]


def test_phrases_counted_while_training_equal_the_index_at_every_checkpoint(
    sample: Path, index_dir: Path, script: Callable[[str], ModuleType]
) -> None:
    import tokenizers

    data, index = script("training_data"), open_index(index_dir)
    tokenizer = tokenizers.Tokenizer.from_file(str(sample / "tokenizer.json"))
    counter = data.PhraseCounter(index.to_arrow("phrases")["phrase"].to_pylist())
    for step, batch in enumerate(data.batches(sample / "shards"), start=1):
        for sequence in batch:
            counter.see(tokenizer.decode(sequence.tolist()))
        if step in (50, 60):
            rows = index.sql(f"SELECT phrase, exposure_count FROM exposure_at({step})").to_pylist()
            assert {row["phrase"]: row["exposure_count"] for row in rows} == counter.counts
    assert sum(counter.counts.values()) > 100
