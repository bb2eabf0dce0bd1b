"""Writes the sample: pairs, corpus, tokenizer, configuration and truth, the same bytes every time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.errors import StateError
from indexer.sample.dice import Dice
from indexer.sample.documents import documents
from indexer.sample.pairs import MinimalPair, minimal_pairs
from indexer.sample.planting import Planting
from indexer.sample.quiz import Question, questions
from indexer.sample.results import Learner, write_rows
from indexer.sample.schedule import schedule
from indexer.sample.truth import Truth
from indexer.sample.words import Word, word_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH_SIZE = 16
"""Sequences per step; ``exposure.toml`` of the sample says the same."""

SEQUENCE_LENGTH = 256
"""No document has more ids, so that none is cut and the truth can be told in words."""

END_OF_DOCUMENT = "<|endoftext|>"


@dataclass(frozen=True)
class SampleSize:
    """How much is written.

    Attributes
    ----------
    pairs_per_paradigm : int
        Minimal pairs of each paradigm.
    n_steps : int
        Training steps of `BATCH_SIZE` documents.
    n_dropped : int
        Documents after them, too few for a batch.
    n_shards : int
        Shards the documents are spread over.
    vocab_size : int
        Ids of the tokenizer.
    n_questions : int
        Items of the benchmark.
    """

    pairs_per_paradigm: int = 300
    n_steps: int = 1000
    n_dropped: int = 11
    n_shards: int = 5
    vocab_size: int = 1800
    n_questions: int = 60


def write_sample(directory: Path, *, size: SampleSize | None = None, seed: str = "exposure") -> None:
    """Write the sample into a new directory.

    Written are ``blimp/*.jsonl`` (minimal pairs), ``quiz.jsonl`` (a benchmark), ``words.csv`` (a word list),
    ``shards/*.bin`` and ``.idx`` (the corpus), ``tokenizer.json``, ``exposure.toml``, ``results/*.csv`` (of
    models that were never trained) and ``truth.parquet``: for every phrase, what the index must say. All
    is written aside and renamed at the end; the same seed gives the same bytes.

    Parameters
    ----------
    directory : Path
        Where to; must be empty or not exist.
    size : SampleSize, optional
        How much; by default a few million tokens.
    seed : str
        Seed of every choice.

    Raises
    ------
    StateError
        The directory holds something already.
    """
    size = size or SampleSize()
    directory = Path(directory)
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir())):
        raise StateError("is not empty", path=directory, fix="name a new directory, or remove this one")
    aside = directory.with_name(directory.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        _write(aside, size, seed)
        if directory.exists():
            directory.rmdir()
        aside.rename(directory)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(directory: Path, size: SampleSize, seed: str) -> None:
    import pyarrow.parquet as pq

    pairs = list(minimal_pairs(Dice(f"{seed} pairs"), size.pairs_per_paradigm))
    _write_pairs(directory / "blimp", pairs)
    quiz, words = questions(Dice(f"{seed} quiz"), size.n_questions), word_list(Dice(f"{seed} words"))
    _write_items(directory, quiz, words)

    n_seen = size.n_steps * BATCH_SIZE
    phrases_of = schedule(pairs, Dice(f"{seed} schedule"), n_documents=n_seen + size.n_dropped, n_seen=n_seen)
    planting = Planting(list(documents(phrases_of, Dice(f"{seed} documents"))), n_seen, Dice(f"{seed} items"))
    planting.plant(quiz)
    texts = planting.texts

    truth = Truth(
        [
            *(phrase.text for pair in pairs for phrase in (pair.good, pair.bad)),
            *(window for question in quiz for window in question.windows()),
            *(word.text for word in words),
        ]
    )
    for sequence, text in enumerate(texts[:n_seen]):
        truth.see(text, step=sequence // BATCH_SIZE, sequence=sequence)
    pq.write_table(truth.table(), directory / "truth.parquet", compression="zstd")
    checkpoints = [size.n_steps * share // 20 for share in (1, 2, 4, 8, 12, 16, 20)]
    learner = Learner(truth.first_steps(), checkpoints, Dice(f"{seed} results"))
    _write_results(directory / "results", learner, pairs, quiz, words)

    tokenizer = _train(texts, size.vocab_size)
    tokenizer.save(str(directory / "tokenizer.json"), pretty=True)
    _write_shards(directory / "shards", texts, tokenizer, size.n_shards)
    shutil.copyfile(Path(__file__).with_name("exposure.toml"), directory / "exposure.toml")


def _write_pairs(folder: Path, pairs: Iterable[MinimalPair]) -> None:
    folder.mkdir()
    lines: dict[str, list[str]] = {}
    for pair in pairs:
        lines.setdefault(str(pair.record["UID"]), []).append(json.dumps(pair.record) + "\n")
    for paradigm, records in lines.items():
        (folder / f"{paradigm}.jsonl").write_text("".join(records), encoding="utf-8")


def _write_items(directory: Path, quiz: Sequence[Question], words: Sequence[Word]) -> None:
    lines = [json.dumps(question.record) + "\n" for question in quiz]
    (directory / "quiz.jsonl").write_text("".join(lines), encoding="utf-8")
    write_rows(directory / "words.csv", [{"word": word.text, "age": word.age} for word in words])


def _write_results(
    folder: Path,
    learner: Learner,
    pairs: Sequence[MinimalPair],
    quiz: Sequence[Question],
    words: Sequence[Word],
) -> None:
    folder.mkdir()
    named = [(f"{pair.record['UID']}/{pair.record['pairID']}", pair.good.text) for pair in pairs]
    write_rows(folder / "pairs.csv", learner.pairs(named))
    asked = [(f"quiz/{question.record['id']}", next(iter(question.windows()))) for question in quiz]
    write_rows(folder / "quiz.csv", learner.questions(asked))
    write_rows(folder / "words.csv", learner.words((f"words/{word.text}", word.text) for word in words))


def _train(texts: Sequence[str], vocab_size: int) -> Any:
    """Train a byte-level BPE of GPT-2's kind."""
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers, trainers

    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END_OF_DOCUMENT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    # A quarter of the documents holds nearly every word; the rest would only cost time.
    tokenizer.train_from_iterator(texts[::4], trainer)
    return tokenizer


def _write_shards(folder: Path, texts: Sequence[str], tokenizer: Any, n_shards: int) -> None:
    from indexer.corpus.text.writers import write_megatron

    folder.mkdir()
    end = tokenizer.token_to_id(END_OF_DOCUMENT)
    # Shards of unequal size, so that none of them ends where a batch does.
    borders = [len(texts) * n * (n + n_shards) // (2 * n_shards * n_shards) for n in range(n_shards + 1)]
    for number, (start, stop) in enumerate(pairwise(borders)):
        encodings = tokenizer.encode_batch_fast(texts[start:stop], add_special_tokens=False)
        arrays: list[NDArray[np.uint16]] = [np.array([*e.ids, end], dtype=np.uint16) for e in encodings]
        longest = max((array.size for array in arrays), default=0)
        if longest > SEQUENCE_LENGTH:
            raise ValueError(f"a document of the sample has {longest} ids, more than {SEQUENCE_LENGTH}")
        write_megatron(folder / f"shard-{number:02d}", arrays, np.uint16)
