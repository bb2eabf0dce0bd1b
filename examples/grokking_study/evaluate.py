"""Scores every checkpoint of a model on the exported split with the evaluation harness, in one process.

    python evaluate.py study/tasks study/checkpoints/seed-0 --out study/results/seed-0

The folder of tasks is what `exposure export --to lm-eval` wrote. It is `lm_eval --model hf --log_samples` for
each checkpoint, without starting Python anew each time. A checkpoint that has its results is left alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from contextlib import redirect_stderr
from pathlib import Path

# The harness makes the requests of a task once and keeps them here: for this process, since tasks may change.
requests = tempfile.TemporaryDirectory()
os.environ["LM_HARNESS_CACHE_PATH"] = requests.name

import torch  # noqa: E402
from lm_eval import simple_evaluate  # noqa: E402
from lm_eval.loggers import EvaluationTracker  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402
from transformers import logging  # noqa: E402


def evaluate(checkpoint: Path, tasks: TaskManager, out: Path) -> None:
    """Write the harness's ``samples_*.jsonl`` of one checkpoint, a line for each pair, below `out`."""
    aside = out.with_name(f"{out.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    tracker = EvaluationTracker(output_path=str(aside))
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):  # its progress bars
        results = simple_evaluate(
            model="hf",
            model_args={"pretrained": str(checkpoint), "dtype": "float32"},
            tasks=["exposure"],
            task_manager=tasks,
            batch_size=128,
            cache_requests=True,
            device="cuda" if torch.cuda.is_available() else "cpu",
            log_samples=True,
            bootstrap_iters=0,
            evaluation_tracker=tracker,
        )
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for task, rows in samples.items():
        tracker.save_results_samples(task_name=task, samples=rows)
    aside.rename(out)


def main() -> None:
    """Evaluate all that has no results yet."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tasks", type=Path)
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    logging.disable_progress_bar()
    tasks = TaskManager(include_path=str(given.tasks), include_defaults=False)
    found = sorted(path for path in given.checkpoints.glob("step-*") if path.name[5:].isdigit())
    wanted = [(path, given.out / path.name) for path in found]
    wanted = [(checkpoint, out) for checkpoint, out in wanted if not out.exists()]
    began = time.monotonic()
    for number, (checkpoint, out) in enumerate(wanted, start=1):
        evaluate(checkpoint, tasks, out)
        left = (time.monotonic() - began) / number * (len(wanted) - number)
        print(f"{out}: {number} of {len(wanted)}, {left:.0f} s left", flush=True)


if __name__ == "__main__":
    main()
