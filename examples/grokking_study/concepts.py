"""Concept vectors of every checkpoint: how well they tell good from bad, and how many dimensions they span.

    python concepts.py study/probes.parquet study/checkpoints/seed-0 --out study/measures

The Parquet file is what `exposure query INDEX probe_positions --out` wrote: sentences, split and positions.
The definitions are those of arXiv 2606.00230. The concept vector of a pair is the hidden state of its good
sentence minus that of its bad one, in the final layer, at the last token that holds a letter or digit. The
mean of those of the exposed pairs scores sentences by dot product: AUROC is the chance that a good one scores
above a bad one. Effective rank is exp of the entropy of the singular values, divided by their sum, of the
matrix of concept vectors less their mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, logging

BATCH = 256
SPLITS = ("proxy_train", "proxy_validation")


def checkpoints(folder: Path) -> Iterator[tuple[str, int, Path]]:
    """Yield (model, steps taken, path) of the folders ``step-NNNNNN`` of a model; put your own here."""
    for path in sorted(folder.glob("step-*")):
        if path.name[5:].isdigit():
            yield folder.name, int(path.name[5:]), path


def load(checkpoint: Path):
    """Return model and tokenizer; attention is computed so that its weights can be read."""
    model = AutoModelForCausalLM.from_pretrained(checkpoint, attn_implementation="eager")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return model.to(device).eval(), AutoTokenizer.from_pretrained(checkpoint)


def batches_of(sentences: list[str], tokenizer) -> Iterator[tuple[slice, torch.Tensor, torch.Tensor]]:
    """Yield (rows, ids, mask): sentences behind the start token, so that positions are one higher."""
    for first in range(0, len(sentences), BATCH):
        rows = slice(first, first + BATCH)
        some = tokenizer(sentences[rows], add_special_tokens=False)["input_ids"]
        ids = torch.full((len(some), 1 + max(map(len, some))), tokenizer.bos_token_id)
        mask = torch.zeros_like(ids)
        for row, sentence in enumerate(some):
            ids[row, 1 : 1 + len(sentence)] = torch.tensor(sentence)
            mask[row, : 1 + len(sentence)] = 1
        yield rows, ids, mask


@torch.no_grad()
def final_states(model, tokenizer, sentences: list[str]) -> np.ndarray:
    """Return the hidden state of each sentence in the final layer at its last content token."""
    is_content = [any(map(str.isalnum, tokenizer.decode([token]))) for token in range(len(tokenizer))]
    states = []
    for _, ids, mask in batches_of(sentences, tokenizer):
        asked = {"input_ids": ids.to(model.device), "attention_mask": mask.to(model.device)}
        hidden = model(**asked, output_hidden_states=True).hidden_states[-1]
        last = (torch.arange(ids.shape[1]) * torch.tensor(is_content)[ids] * mask).max(dim=1).values
        states.append(hidden[torch.arange(len(ids)), last].float().cpu())
    return torch.cat(states).double().numpy()


def auroc(good: np.ndarray, bad: np.ndarray) -> float:
    """Return the chance that a good score is above a bad one, a tie counting half."""
    return float(np.mean(np.sign(good[:, None] - bad[None, :])) / 2 + 0.5)


def effective_rank(vectors: np.ndarray) -> float:
    """Return exp of the entropy of the normalised singular values of the mean-centred matrix."""
    singular = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False)
    shares = singular[singular > 0] / singular.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def measures(good: np.ndarray, bad: np.ndarray, splits: np.ndarray) -> Iterator[tuple[str, str, float]]:
    """Yield (measure, part, value) of the pairs of one paradigm."""
    exposed = splits == SPLITS[0]
    if not exposed.any():
        return
    concept = (good - bad)[exposed].mean(axis=0)
    for split in SPLITS:
        rows = splits == split
        if rows.sum() > 1:
            yield "auroc", split, auroc(good[rows] @ concept, bad[rows] @ concept)
            yield "effective_rank", split, effective_rank((good - bad)[rows])


def write_rows(path: Path, rows: list[tuple]) -> None:
    """Write measures as `exposure import` reads them; whole or not at all."""
    lines = ["model,checkpoint,paradigm,measure,part,value", *(",".join(map(str, row)) for row in rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".partial")
    aside.write_text("\n".join(lines) + "\n")
    aside.rename(path)


def main(name: str, measure) -> None:
    """Measure every checkpoint that was not measured yet: `measure` gets model, tokenizer and probes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("probes", type=Path)
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    logging.disable_progress_bar()
    probes = pq.read_table(given.probes).to_pandas()
    probes = probes[probes.split.isin(SPLITS)].reset_index(drop=True)
    for seed, step, path in checkpoints(given.checkpoints):
        file = given.out / f"{name}-{seed}-{step:06}.csv"
        if not file.exists():
            write_rows(file, [(seed, step, *row) for row in measure(*load(path), probes)])
            print(file, flush=True)


def concepts(model, tokenizer, probes) -> Iterator[tuple[str, str, str, float]]:
    """Yield (paradigm, measure, part, value)."""
    good, bad = (final_states(model, tokenizer, probes[f"{s}_sentence"].tolist()) for s in ("good", "bad"))
    for paradigm, rows in probes.groupby("paradigm").indices.items():
        for row in measures(good[rows], bad[rows], probes.split.to_numpy()[rows]):
            yield paradigm, *row


if __name__ == "__main__":
    main("concepts", concepts)
