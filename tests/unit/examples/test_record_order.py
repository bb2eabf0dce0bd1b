"""The order a real Trainer took, recorded while it trained, is an order our index reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")


class Watched(torch.nn.Module):
    """A model that notes the ids it is trained on, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.seen: list[list[int]] = []

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        if self.training:
            self.seen.append(input_ids[:, 0].tolist())
        return {"loss": (self.weight - input_ids.float().mean()) ** 2}


def trainer(script: Callable[[str], ModuleType], folder: Path, max_steps: int) -> tuple[object, Watched]:
    import datasets

    rows = [{"input_ids": [100 + n, 1], "labels": [1, 1], "sequence": n} for n in range(40)]
    data = datasets.Dataset.from_list(rows)
    arguments = transformers.TrainingArguments(
        output_dir=str(folder / "out"), per_device_train_batch_size=2, gradient_accumulation_steps=2,
        max_steps=max_steps, save_steps=3, eval_strategy="steps", eval_steps=2, seed=3, report_to=[],
        remove_unused_columns=False, use_cpu=True, dataloader_num_workers=0, disable_tqdm=True,
    )  # fmt: skip
    model = Watched()
    callback = script("record_order").RecordOrder(folder / "order.csv")
    return transformers.Trainer(
        model=model, args=arguments, train_dataset=data, eval_dataset=data, callbacks=[callback]
    ), model


def recorded(folder: Path) -> list[tuple[int, int]]:
    from indexer.corpus.orders.table import read_table

    sequences, steps = read_table("order.csv", base=folder)
    return list(zip(sequences.tolist(), steps.tolist(), strict=True))


def test_what_was_trained_on_is_recorded_and_goes_on_after_a_kill(
    script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    first, model = trainer(script, tmp_path, 12)
    first.train()
    batches = np.array(model.seen).reshape(12, 4) - 100  # two micro-batches a step
    whole = [(int(sequence), step) for step, batch in enumerate(batches) for sequence in batch]
    assert recorded(tmp_path) == whole
    assert len({sequence for sequence, step in whole if step < 10}) == 40  # an epoch, shuffled
    assert [sequence for sequence, _ in whole[:40]] != list(range(40))

    # Killed in the middle of a line after step 9's checkpoint: what follows it is trained on anew.
    with open(tmp_path / "order.csv", "a") as file:
        file.write("7,1")
    again, model = trainer(script, tmp_path, 12)
    again.train(resume_from_checkpoint=str(tmp_path / "out/checkpoint-9"))
    assert (np.array(model.seen).reshape(3, 4) - 100 == batches[9:]).all()
    assert recorded(tmp_path) == whole


def test_a_record_that_lacks_steps_before_the_checkpoint_is_refused(
    script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    run, _ = trainer(script, tmp_path, 6)
    run.train()
    (tmp_path / "order.csv").write_text("sequence,step\n0,0\n1,1\n")
    again, _ = trainer(script, tmp_path, 6)
    with pytest.raises(ValueError, match=r"order.csv lacks step 2: go on from a checkpoint before it"):
        again.train(resume_from_checkpoint=str(tmp_path / "out/checkpoint-3"))
