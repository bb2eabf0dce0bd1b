"""Datasets of the Hugging Face hub: their data files for the readers, their texts for tokenizing.

Token datasets are read by range from the hub's files (``hf://`` URLs that `datasets` resolves), so a scan can
start anywhere in them; texts are streamed through `datasets` itself, whose shuffle decides their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from indexer.config.corpus import CorpusConfig
from indexer.corpus.text.documents import Document
from indexer.errors import InputError
from indexer.storage.compressed import without_suffix
from indexer.storage.observer import answered_once

PREFIX = "hub:"
FORMATS = {".parquet": "parquet", ".arrow": "arrow", ".jsonl": "jsonl", ".json": "jsonl", ".ndjson": "jsonl"}


def resolve_hub(config: CorpusConfig) -> CorpusConfig:
    """Return the configuration that reads the data files of hub datasets.

    Parameters
    ----------
    config : CorpusConfig
        With ``paths = ["owner/name"]`` or ``["owner/name:configuration"]``; ``split`` chooses the split.

    Raises
    ------
    InputError
        There is no such dataset or split, or its files are of a kind that is not read.
    """
    urls: list[str] = []
    split = config.split or "train"
    for path in config.paths:
        urls += _data_files(path, split=split)
    kinds = {
        next((f for end, f in FORMATS.items() if without_suffix(url).endswith(end)), None) for url in urls
    }
    if len(kinds) != 1 or None in kinds:
        raise InputError(
            "has data files of kinds that are not read",
            path=", ".join(config.paths),
            expected=", ".join(FORMATS),
        )
    return replace(config, paths=urls, format=str(kinds.pop()), split=None)


@answered_once("data files of")
def _data_files(path: str, *, split: str) -> list[str]:
    """Return the URLs of a split, in order; the answer names the commit of the data set."""
    name, _, configuration = path.removeprefix(PREFIX).partition(":")
    builder = _asked(path, lambda: _datasets().load_dataset_builder(name, configuration or None))
    listed = dict(builder.config.data_files or {})
    if split not in listed:
        raise InputError(f"has no split {split!r}", path=path, expected=", ".join(map(str, listed)))
    return [str(url) for url in listed[split]]


@dataclass(frozen=True)
class HubText:
    """A text dataset of the hub, as a run streamed it.

    Attributes
    ----------
    name, configuration, split : str
        What `datasets.load_dataset` is given.
    column : str
        Column of the text.
    shuffle_seed : int or None
        Seed of the streaming shuffle.
    shuffle_buffer : int
        Its buffer; 1,000 is the default of `datasets`.
    limit : int or None
        Most documents to take.
    """

    name: str
    configuration: str | None
    split: str
    column: str
    shuffle_seed: int | None = None
    shuffle_buffer: int = 1000
    limit: int | None = None

    def documents(self, start: tuple[int, int]) -> Iterator[Document]:
        """Yield the texts from `start` on; all stand in one "file".

        Raises
        ------
        InputError
            There is no such dataset, split or column.
        """
        stream = _asked(
            self.name,
            lambda: _datasets().load_dataset(self.name, self.configuration, split=self.split, streaming=True),
        )
        if self.shuffle_seed is not None:
            stream = stream.shuffle(seed=self.shuffle_seed, buffer_size=self.shuffle_buffer)
        if self.limit is not None:
            stream = stream.take(self.limit)
        first = start[1]
        for number, example in enumerate(stream.skip(first) if first else stream, start=first):
            text = example.get(self.column)
            if not isinstance(text, str):
                raise InputError(
                    f"has no text under {self.column!r}",
                    path=self.name,
                    offset=f"document {number:,}",
                    fix=f"set [corpus] column; its columns are {', '.join(example)}",
                )
            yield Document(0, number, text)


def _datasets() -> Any:
    import datasets

    return datasets


def _asked(name: str, question: Any) -> Any:
    """Ask `datasets`, whose errors for a wrong name, a wrong split and no network are of many classes."""
    try:
        return question()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"cannot be loaded from the hub ({lines[0]})", path=name) from None
