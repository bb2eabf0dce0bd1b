"""Reads the ``surprisal.json`` of BabyLM: how surprising each word was at each step, in several contexts.

babylm/evaluation-pipeline-2025, ``AoA_word/README.md``: ``metadata`` with ``model_name``, and ``results``, a
list of objects with ``step``, ``target_word``, ``context_id`` and ``surprisal``.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

from indexer.errors import InputError
from indexer.exposure.item_names import ItemNames

MEASURE = "surprisal"


def read_surprisal(path: Path, names: ItemNames | None) -> tuple[list[dict[str, Any]], str | None]:
    """Return the mean surprisal of each word over its contexts at each step, and the name of the model.

    Parameters
    ----------
    path : Path
        The file.
    names : ItemNames or None
        The items of the index. A word that is none of them keeps its own name.

    Raises
    ------
    InputError
        The file is no JSON of this kind, a step is no number of steps, or a word has a context twice.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        results = content["results"]
        rows = [
            (row["step"], row["target_word"], row["context_id"], float(row["surprisal"])) for row in results
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"is no file of surprisals ({error!r})",
            path=path,
            expected="results, a list with step, target_word, context_id and surprisal",
        ) from None
    values: dict[tuple[int, str], dict[Any, float]] = defaultdict(dict)
    for number, (step, word, context, surprisal) in enumerate(rows, start=1):
        contexts = values[_step(path, number, step), str(word)]
        if context in contexts:
            raise InputError(f"has {word!r} in context {context} twice", path=path, offset=f"result {number}")
        contexts[context] = surprisal
    found = [
        {"checkpoint": step, "item_id": item_id, "measure": MEASURE, "value": _mean(list(contexts.values()))}
        for (step, word), contexts in values.items()
        for item_id in (names.of_word(word) if names else []) or [word]
    ]
    metadata = content.get("metadata") or {}
    return found, metadata.get("model_name")


def _step(path: Path, number: int, step: Any) -> int:
    text = str(step).removeprefix("step").lstrip("-_")
    if not text.isdecimal():
        raise InputError(
            f"has step {step!r}, which is no number of training steps",
            path=path,
            offset=f"result {number}",
            expected="a whole number, as 1000 or step1000",
            fix="write how many steps the model had taken; BabyLM names checkpoints by words seen",
        )
    return int(text)


def _mean(values: list[float]) -> float | None:
    """Return the mean of what was measured; None where nothing was."""
    known = [value for value in values if math.isfinite(value)]
    return math.fsum(known) / len(known) if known else None
