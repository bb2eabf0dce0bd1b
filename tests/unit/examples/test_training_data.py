"""What the study's trainer is fed is what the index counted; its reader and counter share no code with us."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from click.testing import CliRunner

from indexer import open_index
from indexer.cli.corpus_batch import batch as batch_command


def printed(config: Path, step: int) -> list[list[int]]:
    """The ids of a step as exposure batch prints them."""
    told = CliRunner().invoke(batch_command, [str(config), str(step), "--json"])
    assert told.exit_code == 0, told.output
    return [json.loads(line)["ids"] for line in told.stdout.splitlines()]


def test_the_trainer_is_fed_the_batches_that_exposure_batch_prints(
    sample: Path, script: Callable[[str], ModuleType]
) -> None:
    batches = list(script("training_data").Training(sample / "exposure.toml").batches())
    assert len(batches) == 60  # five sequences more fill no batch
    for step in (0, 29, 59):
        assert printed(sample / "exposure.toml", step) == [ids.tolist() for ids in batches[step]]


def test_shuffled_epochs_are_those_that_exposure_batch_prints(
    sample: Path, tmp_path: Path, script: Callable[[str], ModuleType]
) -> None:
    config = tmp_path / "shuffled.toml"
    config.write_text(f"""
        [phrases]
        source = "{sample / "blimp"}"
        [tokenizer]
        path = "{sample / "tokenizer.json"}"
        [corpus]
        format = "megatron"
        paths = ["{sample}/shards/*.bin"]
        end_of_document = 0
        [order]
        kind = "olmo"
        seed = 7
        epochs = 2
        batch_size = 16
        """)
    batches = [
        [ids.tolist() for ids in batch] for batch in script("training_data").Training(config).batches()
    ]
    assert len(batches) == 120
    assert batches[:60] != batches[60:]
    for step in (0, 59, 60, 119):
        assert printed(config, step) == batches[step]


def test_phrases_counted_while_training_equal_the_index_at_every_checkpoint(
    sample: Path, index_dir: Path, script: Callable[[str], ModuleType]
) -> None:
    import tokenizers

    data, index = script("training_data"), open_index(index_dir)
    tokenizer = tokenizers.Tokenizer.from_file(str(sample / "tokenizer.json"))
    counter = data.PhraseCounter(index.to_arrow("phrases")["phrase"].to_pylist())
    training = data.Training(sample / "exposure.toml")
    for step, batch in enumerate(training.batches(), start=1):
        for sequence in batch:
            counter.see(tokenizer.decode(sequence.tolist()))
        if step in (50, 60):
            rows = index.sql(f"SELECT phrase, exposure_count FROM exposure_at({step})").to_pylist()
            assert {row["phrase"]: row["exposure_count"] for row in rows} == counter.counts
    assert sum(counter.counts.values()) > 100
