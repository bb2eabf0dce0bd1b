"""Trains a tiny LLaMA-style model on the sequences, in the order, that the index was made of.

    python train.py study/sample/exposure.toml study/index --seed 0 --out study/checkpoints/seed-0

A run that was killed goes on at its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from training_data import PhraseCounter, Training
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, logging

from indexer import open_index

WATCHED = """
SELECT phrase FROM exposures JOIN phrases USING (phrase_id)
QUALIFY row_number() OVER (PARTITION BY exposure_count > 0 ORDER BY md5(phrase)) <= 50
"""  # a hundred phrases: some that were met, some that were not


def new_model(vocab_size: int, end: int, width: int, layers: int):
    """Return a model with random weights; put your own architecture here."""
    shape = {"hidden_size": width, "intermediate_size": 8 * width // 3, "num_hidden_layers": layers}
    special = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end}
    config = LlamaConfig(
        vocab_size=vocab_size,
        num_attention_heads=width // 24,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        **shape,
        **special,
    )
    return LlamaForCausalLM(config)


def loss_of(model, batch: list[np.ndarray]):
    """Return the mean loss of every id of a batch, each sequence begun by the end-of-document id."""
    longest = max(map(len, batch))
    ids = torch.full((len(batch), longest + 1), model.config.bos_token_id)
    labels = torch.full_like(ids, -100)  # no loss where nothing stands
    for row, sequence in enumerate(batch):
        labels[row, 1 : len(sequence) + 1] = torch.from_numpy(sequence.astype(np.int64))
        ids[row, 1 : len(sequence) + 1] = labels[row, 1 : len(sequence) + 1]
    return model(input_ids=ids.to(model.device), labels=labels.to(model.device)).loss


def learning_rate(step: int, n_steps: int, peak: float = 3e-3, warmup: int = 50) -> float:
    """Return a linear rise, then half a cosine down to a tenth."""
    share = min(1.0, step / n_steps)
    return peak * min((step + 1) / warmup, 0.55 + 0.45 * math.cos(math.pi * share))


def train(config: Path, index: Path, seed: int, width: int, layers: int, out: Path) -> None:
    """Train one seed, saving each checkpoint of the index's grid as ``OUT/step-NNNNNN``."""
    logging.disable_progress_bar()
    asked, training = open_index(index), Training(config)
    grid = asked.sql("SELECT checkpoint FROM checkpoints ORDER BY 1")["checkpoint"].to_pylist()
    watched = asked.sql(WATCHED)["phrase"].to_pylist()
    spelling = Tokenizer.from_file(str(training.tokenizer))
    end = spelling.id_to_token(training.end)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(training.tokenizer), bos_token=end, eos_token=end, pad_token=end
    )
    torch.manual_seed(seed)
    model = new_model(len(tokenizer), training.end, width, layers)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95), weight_decay=0.1)
    counter, done = PhraseCounter(watched), 0

    def save(step: int) -> None:
        aside = out / "step.partial"
        shutil.rmtree(aside, ignore_errors=True)
        model.save_pretrained(aside)
        tokenizer.save_pretrained(aside)
        (aside / "counts.json").write_text(json.dumps(counter.counts))
        shutil.rmtree(out / f"step-{step:06}", ignore_errors=True)
        aside.rename(out / f"step-{step:06}")
        state = {"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save({**state, "counts": counter.counts}, out / "state.partial")
        (out / "state.partial").rename(out / "state.pt")

    if (out / "state.pt").exists():
        state = torch.load(out / "state.pt", map_location=model.device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        counter.counts, done = state["counts"], state["step"]
    else:
        out.mkdir(parents=True, exist_ok=True)
        save(0)
    began, first = time.monotonic(), done
    for step, batch in enumerate(training.batches()):
        if not done <= step < grid[-1]:
            continue
        loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, grid[-1])
        optimizer.step()
        optimizer.zero_grad()
        for sequence in batch:
            counter.see(spelling.decode(sequence.tolist(), skip_special_tokens=False))
        if step + 1 in grid:
            save(step + 1)
            left = (time.monotonic() - began) / (step + 1 - first) * (grid[-1] - step - 1)
            print(
                f"seed {seed}: step {step + 1:,} of {grid[-1]:,}, loss {loss:.3f}, {left:.0f} s left",
                flush=True,
            )
    for step in grid:  # what the index says the model had met by then, against what it was fed
        said = asked.sql(f"SELECT phrase, exposure_count FROM exposure_at({step})").to_pylist()
        fed = json.loads((out / f"step-{step:06}" / "counts.json").read_text())
        wrong = [row for row in said if row["phrase"] in fed and fed[row["phrase"]] != row["exposure_count"]]
        assert not wrong, f"at {step:,} the trainer counted {fed[wrong[0]['phrase']]}, the index {wrong[0]}"
    print(f"seed {seed}: {len(watched)} phrases counted while training equal the index at all checkpoints")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path, help="the exposure.toml of the index")
    parser.add_argument("index", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--width", type=int, default=96, help="a multiple of 48")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True)
    train(**vars(parser.parse_args()))
