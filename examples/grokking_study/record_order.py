"""A callback for the Hugging Face Trainer that records which sequences each step was trained on.

    dataset = dataset.add_column("sequence", range(len(dataset)))
    arguments = TrainingArguments(..., remove_unused_columns=False)
    Trainer(model, arguments, train_dataset=dataset, callbacks=[RecordOrder("order.csv")]).train()

What it writes is a training order of kind ``table``. It listens at the model itself, so that it sees what was
trained on and nothing else: not what a data loader fetched ahead, not what was evaluated. With gradient
accumulation all micro-batches of a step are rows of that step. Each process of a distributed run writes its
own file, ``order.rank1.csv``; put their rows into one table, sorted by step.
"""

from __future__ import annotations

from pathlib import Path

from transformers import TrainerCallback


class RecordOrder(TrainerCallback):
    """Writes the columns ``sequence`` and ``step``, a row for each sequence the model was trained on.

    Parameters
    ----------
    path : str or Path
        The CSV file. A run that goes on from a checkpoint keeps the rows of the steps before it.
    column : str
        Number of the sequence in the corpus, from 0, in each example.
    """

    def __init__(self, path: str | Path, column: str = "sequence") -> None:
        self.path, self.column = Path(path), column
        self._step: list[int] = []

    def on_train_begin(self, args, state, control, model=None, **kwargs) -> None:
        """Keep what was recorded before the step the run goes on from, and listen."""
        if args.process_index:
            self.path = self.path.with_name(f"{self.path.stem}.rank{args.process_index}{self.path.suffix}")
        kept = self._recorded(state.global_step) if state.global_step else []
        aside = self.path.with_name(f"{self.path.name}.partial")
        aside.write_text("\n".join(["sequence,step", *kept, ""]))
        aside.rename(self.path)

        def listen(module, positional, named):
            sequences = named.pop(self.column, None)
            if module.training:
                if sequences is None:
                    raise KeyError(f"batches hold no {self.column!r}: set remove_unused_columns=False")
                self._step += sequences.tolist()
            return positional, named

        self._hook = model.register_forward_pre_hook(listen, with_kwargs=True)

    def _recorded(self, n_steps: int) -> list[str]:
        """Return the lines of the first steps; a line that a kill cut short is none."""
        _, *lines, _ = self.path.read_text().split("\n")
        kept = [line for line in lines if int(line.split(",")[1]) < n_steps]
        missing = set(range(n_steps)) - {int(line.split(",")[1]) for line in kept}
        if missing:
            raise ValueError(f"{self.path} lacks step {min(missing)}: go on from a checkpoint before it")
        return kept

    def on_step_end(self, args, state, control, **kwargs) -> None:
        """Write the sequences of the step that was taken; ``global_step`` counts it already."""
        with open(self.path, "a") as file:
            file.writelines(f"{sequence},{state.global_step - 1}\n" for sequence in self._step)
        self._step.clear()

    def on_train_end(self, args, state, control, **kwargs) -> None:
        """Stop listening."""
        self._hook.remove()
