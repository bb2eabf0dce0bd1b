"""The study's concept vectors and attention against their definitions spelled out, on a tiny random model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from indexer import open_index

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

SIDES = ("good", "bad")


@pytest.fixture
def tiny(sample: Path) -> tuple[Any, Any]:
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(sample / "tokenizer.json"), bos_token="<|endoftext|>"
    )
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, initializer_range=0.5, attn_implementation="eager",
    )  # fmt: skip
    return LlamaForCausalLM(config).eval(), tokenizer


@pytest.fixture
def probes(index_dir: Path) -> Any:
    rows = open_index(index_dir).sql("explore/probe_positions").to_pandas()
    return rows[rows.split.isin(["proxy_train", "proxy_validation"])].reset_index(drop=True)


def one(tiny: tuple[Any, Any], sentence: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """States of the final layer, attention (layer, head, query, key) and tokens: one sentence, no padding."""
    model, tokenizer = tiny
    ids = tokenizer(sentence, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        given = torch.tensor([[tokenizer.bos_token_id, *ids]])
        out = model(given, output_hidden_states=True, output_attentions=True)
    attentions = np.stack([layer[0].numpy() for layer in out.attentions])
    return out.hidden_states[-1][0].numpy(), attentions, [tokenizer.decode([token]) for token in ids]


def test_concept_vectors(tiny: tuple[Any, Any], probes: Any, script: Callable[[str], ModuleType]) -> None:
    paradigm = "determiner_noun_agreement_2"
    some = probes[probes.paradigm == paradigm].reset_index(drop=True)
    state: dict[str, list[np.ndarray]] = {"good": [], "bad": []}
    for side in SIDES:
        for sentence in some[f"{side}_sentence"]:
            hidden, _, tokens = one(tiny, sentence)
            assert tokens[-1] == "."  # so the last content token is the one before it
            state[side].append(hidden[len(tokens) - 1])
    good, bad = (np.array(state[side], float) for side in SIDES)
    is_train = (some.split == "proxy_train").to_numpy()
    assert 2 <= is_train.sum() <= len(some) - 2

    concept = (good - bad)[is_train].mean(0)
    wins = [float(x @ concept > y @ concept) for x in good[~is_train] for y in bad[~is_train]]
    matrix = (good - bad)[~is_train]
    values = np.linalg.svd(matrix - matrix.mean(0))[1]
    p = values / values.sum()
    expected = {
        ("auroc", "proxy_validation"): np.mean(wins),
        ("effective_rank", "proxy_validation"): np.prod(p**-p),
    }
    found = {
        (measure, part): value
        for name, measure, part, value in script("concepts").concepts(*tiny, some)
        if name == paradigm
    }
    assert set(found) == {
        (m, s) for m in ("auroc", "effective_rank") for s in ("proxy_train", "proxy_validation")
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-4)
    assert (
        abs(found["auroc", "proxy_validation"] - 0.5) + abs(found["effective_rank", "proxy_train"] - 1) > 0.05
    )


def test_attention_by_head_and_its_baseline(
    tiny: tuple[Any, Any], probes: Any, script: Callable[[str], ModuleType]
) -> None:
    some = probes[probes.paradigm == "regular_plural_subject_verb_agreement_1"].reset_index(drop=True)
    weights, others = [], []
    for row in some.to_dict("records"):
        _, attention, tokens = one(tiny, row["good_sentence"])
        query, start, stop = (
            int(row[f"good_{n}"]) for n in ("query_token", "key_token_start", "key_token_stop")
        )
        inner = attention[:, :, 1:, 1:]  # without the start token
        weights.append(inner[:, :, query, start:stop].sum(-1))
        shifts = [s for s in range(-99, 99) if s and start + s >= 0 and query + s < len(tokens)]
        if shifts:
            others.append(
                np.mean([inner[:, :, query + s, start + s : stop + s].sum(-1) for s in shifts], axis=0)
            )
    assert len(weights) > 5 and len(others) > 5
    found = list(script("attention").attention(*tiny, some))
    for measure, expected in (("attention", weights), ("attention_baseline", others)):
        grid = {part: value for _, name, part, value in found if name == measure}
        assert set(grid) == {f"L{layer}H{head}" for layer in range(2) for head in range(2)}
        for part, value in grid.items():
            assert value == pytest.approx(np.mean(expected, axis=0)[int(part[1]), int(part[3])], rel=1e-4)
