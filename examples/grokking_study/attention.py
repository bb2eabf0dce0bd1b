"""Attention from the query word to the key word of each pair, by head, at every checkpoint.

    python attention.py study/probes.parquet study/checkpoints/seed-0 --out study/measures

Query and key are positions of the probe export: the later of critical and context word, and the earlier one.
As in arXiv 2606.00230 the weight is averaged over the good sentences of a paradigm, for each layer and head
(``L0H0`` is the first). A key of several tokens counts with all of them together. The baseline is the mean
over all other places of the same sentence with a query and a key at the same distance, the key as wide.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from concepts import batches_of, main

PLACES = ("good_query_token", "good_key_token_start", "good_key_token_stop", "good_n_tokens")


def pair_attention(weights: np.ndarray, query: int, start: int, stop: int) -> np.ndarray:
    """Return the weight of each head from a query to the keys [start, stop).

    Parameters
    ----------
    weights : array of shape (layers, heads, tokens, tokens)
        Of one sentence; the rows are queries.
    """
    return weights[:, :, query, start:stop].sum(axis=-1)


def baseline(
    weights: np.ndarray, query: int, start: int, stop: int, first: int, end: int
) -> np.ndarray | None:
    """Return the mean of `pair_attention` over the other places at this distance inside [first, end)."""
    shifts = [shift for shift in range(first - start, end - query) if shift]
    if not shifts:
        return None
    return np.mean([pair_attention(weights, query + s, start + s, stop + s) for s in shifts], axis=0)


@torch.no_grad()
def attention(model, tokenizer, probes) -> Iterator[tuple[str, str, str, float]]:
    """Yield (paradigm, measure, part, value): ``attention`` and ``attention_baseline`` of each head."""
    probes = probes.dropna(subset=list(PLACES)).reset_index(drop=True)
    places = probes[list(PLACES)].to_numpy(int)
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for rows, ids, mask in batches_of(probes.good_sentence.tolist(), tokenizer):
        asked = {"input_ids": ids.to(model.device), "attention_mask": mask.to(model.device)}
        layers = torch.stack(model(**asked, output_attentions=True).attentions).float().cpu().numpy()
        for row, paradigm in enumerate(probes.paradigm[rows]):
            query, start, stop, n_tokens = places[rows][row]
            assert n_tokens == mask[row].sum() - 1, "the tokenizer of the model is not that of the index"
            moved = query + 1, start + 1, stop + 1  # behind the start token
            weights = layers[:, row]
            found.setdefault((paradigm, "attention"), []).append(pair_attention(weights, *moved))
            other = baseline(weights, *moved, first=1, end=n_tokens + 1)
            if other is not None:
                found.setdefault((paradigm, "attention_baseline"), []).append(other)
    for (paradigm, measure), values in found.items():
        for (layer, head), value in np.ndenumerate(np.mean(values, axis=0)):
            yield paradigm, measure, f"L{layer}H{head}", value


if __name__ == "__main__":
    main("attention", attention)
