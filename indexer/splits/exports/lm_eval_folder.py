"""A split as tasks of EleutherAI/lm-evaluation-harness: a folder for ``--include_path``.

::

    dataset/                    the splits, as in `datasets_folder`
    _exposure_yaml              what all tasks share; it has the template of the harness's own BLiMP tasks
    exposure_proxy_train.yaml   one task a split
    exposure_proxy_validation.yaml
    exposure.yaml               the group of them
    provenance.json

Each split is a task with a data set of its own, since asking the harness for a subset of a task
(``--samples``) can score all of it, or other documents, without a word. Every document holds ``pair_id``.
"""

from __future__ import annotations

import json
from pathlib import Path

from indexer.splits.exports.datasets_folder import write_datasets_folder
from indexer.splits.exports.exported_split import ExportedSplit

_SHARED = """# Shared by the tasks of this folder, which were written by exposure export.
# Where the folder was moved to, put its new place here:
dataset_path: {dataset}
output_type: multiple_choice
doc_to_text: ""
doc_to_target: 0
doc_to_choice: "{{{{[sentence_good, sentence_bad]}}}}"
num_fewshot: 0
should_decontaminate: true
doc_to_decontamination_query: "{{{{sentence_good}}}} {{{{sentence_bad}}}}"
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
  exposure_index: {fingerprint}
  exposure_query: {query}
  exposure_parameters: {parameters}
"""

_TASK = """include: _exposure_yaml
task: {task}
validation_split: {split}
"""


def write_lm_eval_folder(split: ExportedSplit, folder: Path, final: Path, name: str = "exposure") -> None:
    """Fill a folder with the data set, one task for each split, and their group.

    Parameters
    ----------
    split : ExportedSplit
        What is written.
    folder : Path
        The folder to fill.
    final : Path
        Where it will stand; the harness looks for the data set there.
    name : str
        Name of the group; tasks are called ``<name>_<split>``.
    """
    (folder / "dataset").mkdir()
    write_datasets_folder(split, folder / "dataset")
    origin = split.provenance()
    shared = _SHARED.format(
        dataset=json.dumps(str(final.resolve() / "dataset")),
        fingerprint=json.dumps(origin["index_fingerprint"]),
        query=json.dumps(origin["query"]),
        parameters=json.dumps(json.dumps(origin["parameters"])),
    )
    (folder / "_exposure_yaml").write_text(shared, encoding="utf-8")
    tasks = {part: f"{name}_{part}" for part in split.splits}
    for part, task in tasks.items():
        (folder / f"{task}.yaml").write_text(_TASK.format(task=task, split=part), encoding="utf-8")
    members = "".join(f"  - {task}\n" for task in tasks.values())
    group = f"group: {name}\ntask:\n{members}metadata:\n  version: 1.0\n"
    (folder / f"{name}.yaml").write_text(group, encoding="utf-8")
