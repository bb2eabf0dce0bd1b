"""Reads the samples of the evaluation harness, of minimal pairs and of any other task.

EleutherAI/lm-evaluation-harness, ``--log_samples``, writes one line a document with the document itself, its
SHA-256 as ``doc_hash``, and its metrics. Documents are joined by what they say, which the hash vouches for,
never by ``doc_id``: a subset of a task numbers its documents anew.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.errors import InputError
from indexer.exposure.item_names import ItemNames

UNKNOWN = "document"
"""How a document is named that is no item of the index, with the first letters of its hash."""


def rows_of_sample(
    path: Path, number: int, sample: dict[str, Any], names: ItemNames | None
) -> Iterator[dict[str, Any]]:
    """Yield the results of one line: item_id, measure, value.

    Parameters
    ----------
    path, number : Path, int
        Where the line stands, from 1.
    sample : dict
        The line.
    names : ItemNames or None
        The items of the index.

    Raises
    ------
    InputError
        The document is not the one its hash was taken of, or nothing of it was measured.
    """
    document, where = sample.get("doc"), f"line {number}"
    if not isinstance(document, dict):
        raise InputError("is no sample of the harness: it holds no doc", path=path, offset=where)
    if doc_hash(document) != sample["doc_hash"]:
        raise InputError("the document is not the one its doc_hash was taken of", path=path, offset=where)
    pair_id = _pair_id(document)
    if pair_id is not None:
        measured = _of_pair(path, where, sample)
        items = [pair_id]
    else:
        measured = _metrics(path, where, sample)
        items = (names.of_document(document) if names else []) or [f"{UNKNOWN}/{sample['doc_hash'][:12]}"]
    for item_id in items:
        for measure, value in measured.items():
            yield {"item_id": item_id, "measure": measure, "value": value}


def doc_hash(document: dict[str, Any]) -> str:
    """Return the hash the harness takes of a document (``lm_eval/evaluator.py``)."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _pair_id(document: dict[str, Any]) -> str | None:
    if "pair_id" in document:
        return str(document["pair_id"])
    if "UID" in document and "pairID" in document:
        return f"{document['UID']}/{document['pairID']}"
    return None


def _of_pair(path: Path, where: str, sample: dict[str, Any]) -> dict[str, float | None]:
    """Return the log-likelihood of each sentence, the good one first, and whether the good one won."""
    try:
        good, bad = (float(response[0]) for response in sample["filtered_resps"][:2])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            f"is no sample of a minimal pair ({error!r})",
            path=path,
            offset=where,
            expected="two filtered_resps, the good sentence first",
        ) from None
    correct = sample.get("acc")
    if correct is None and not (math.isnan(good) or math.isnan(bad)):
        correct = good > bad
    return {
        "score_good": good,
        "score_bad": bad,
        "correct": None if correct is None else float(bool(correct)),
    }


def _metrics(path: Path, where: str, sample: dict[str, Any]) -> dict[str, float | None]:
    """Return the metrics of a document by name, with the filter behind a comma where it has one."""
    named = sample.get("metrics")
    metrics = (
        named if isinstance(named, list) else [name for name in ("acc", "exact_match") if name in sample]
    )
    through = sample.get("filter", "none")
    found = {
        name if through == "none" else f"{name},{through}": float(sample[name])
        for name in metrics
        if isinstance(sample.get(name), int | float)
    }
    if not found:
        raise InputError(
            "measures nothing: no metric of the document is a number",
            path=path,
            offset=where,
            expected="metrics as acc, acc_norm or exact_match",
        )
    return dict(found)
