"""Turns documents of text into token shards the way a training run did, and records the order it wrote.

Sequence i of the output is the i-th of the stream, for any number of cores. A shard is committed by a rename
and then recorded in ``tokenize.json``, together with the document to go on from: running again resumes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from indexer.corpus.text.cutting import Cutter, Cutting, check_cutting, encoded
from indexer.corpus.text.documents import Document
from indexer.corpus.text.writers import smallest_dtype, write_megatron
from indexer.errors import StateError
from indexer.index_dir.lock import locked
from indexer.tokenizers import Tokenizer

RECORD = "tokenize.json"
LOCK = "tokenize.lock"
_ENDINGS = (".bin", ".idx")
_SHARD = re.compile(r"\d{5,}\.(bin|idx)")
VERSION = 1
_DEFAULTS = {"empty_documents": "keep", "lone_surrogates": "refuse"}
"""What a record means that is older than the setting."""


@dataclass
class Record:
    """``tokenize.json``: what was asked for, what is written, and where to go on."""

    settings: dict[str, Any]
    shards: list[dict[str, Any]] = field(default_factory=list)
    next_document: tuple[int, int] = (0, 0)
    n_documents: int = 0
    pending_ids: list[int] = field(default_factory=list)
    n_dropped_tokens: int = 0
    n_cut_off_tokens: int = 0
    complete: bool = False
    version: int = VERSION
    order: str = "sequence i is the i-th of the stream: sources in the order given, documents in file order"

    @property
    def n_sequences(self) -> int:
        """Sequences written so far."""
        return sum(shard["n_sequences"] for shard in self.shards)

    @property
    def n_tokens(self) -> int:
        """Ids written so far."""
        return sum(shard["n_tokens"] for shard in self.shards)


DocumentsFrom = Callable[[tuple[int, int]], Iterable[Document]]


def tokenize_documents(
    documents: DocumentsFrom,
    tokenizer: Tokenizer,
    cutting: Cutting,
    out: Path,
    *,
    sources: Sequence[dict[str, Any]],
    column: str = "text",
    lone_surrogates: str = "refuse",
    on_shard: Callable[[Record], None] | None = None,
) -> Record:
    """Write token shards into a folder, or go on with those that are there.

    Parameters
    ----------
    documents : callable
        ``documents((file, number))`` gives the documents from that one on.
    tokenizer : Tokenizer
        Text to ids.
    cutting : Cutting
        How documents become sequences.
    out : Path
        Folder for ``00000.bin``, ``00000.idx``, ... and ``tokenize.json``.
    sources : sequence of dict
        Name, size and time of each source; a folder begun with others is refused.
    column : str
        Where `documents` takes the text from; a folder begun otherwise is refused.
    lone_surrogates : str
        What `documents` does with halves of surrogate pairs; a folder begun otherwise is refused.
    on_shard : callable, optional
        Called with the record after each shard.

    Raises
    ------
    ConfigError
        The lengths or the end-of-document id make no sense.
    StateError
        The folder holds shards that were written with other settings.
    """
    check_cutting(cutting, tokenizer)
    settings = {
        "tokenizer": tokenizer.name,
        "tokenizer_hash": tokenizer.content_hash,
        **asdict(cutting),
        "lone_surrogates": lone_surrogates,
        "column": column,
        "sources": list(sources),
    }
    out.mkdir(parents=True, exist_ok=True)
    with locked(out / LOCK, shared=False):
        record = _read_record(out, settings)
        _refuse_other_shards(out, record)
        if not record.complete:
            _write_shards(record, documents, tokenizer, cutting, out, on_shard)
        return record


def _write_shards(
    record: Record,
    documents: DocumentsFrom,
    tokenizer: Tokenizer,
    cutting: Cutting,
    out: Path,
    on_shard: Callable[[Record], None] | None,
) -> None:
    """Write the shards that a record lacks, and record each."""
    dtype = smallest_dtype(tokenizer.n_ids)
    cutter = Cutter(cutting, record.pending_ids, dtype)
    coming = encoded(documents(record.next_document), tokenizer)
    while not record.complete:
        name = f"{len(record.shards):05}"
        shard = _Shard(coming, cutter, record.next_document)
        write_megatron(out / name, shard.sequences(), dtype)
        if shard.n_sequences or not record.shards:
            record.shards.append({"name": name, "n_sequences": shard.n_sequences, "n_tokens": shard.n_tokens})
        else:
            for ending in (".idx", ".bin"):
                Path(f"{out / name}{ending}").unlink()
        record.n_documents += shard.n_documents
        record.next_document = shard.next_document
        record.n_cut_off_tokens, cutter.n_cut_off = record.n_cut_off_tokens + cutter.n_cut_off, 0
        record.pending_ids = cutter.pending()
        record.complete = shard.exhausted
        if record.complete:
            record.n_dropped_tokens, record.pending_ids = len(record.pending_ids), []
        _write_record(out, record)
        if on_shard is not None:
            on_shard(record)


class _Shard:
    """Takes documents until the shard is full, and counts what went in."""

    def __init__(
        self,
        encoded: Iterator[tuple[Document, Sequence[int]]],
        cutter: Cutter,
        next_document: tuple[int, int],
    ) -> None:
        self._encoded = encoded
        self._cutter = cutter
        self.next_document = next_document
        self.n_sequences = self.n_tokens = self.n_documents = 0
        self.exhausted = False

    def sequences(self) -> Iterator[NDArray[Any]]:
        limit = self._cutter.cutting.shard_tokens
        while self.n_tokens < limit:
            item = next(self._encoded, None)
            if item is None:
                self.exhausted = True
                return
            document, ids = item
            for sequence in self._cutter.cut(ids):
                self.n_sequences += 1
                self.n_tokens += len(sequence)
                yield sequence
            self.n_documents += 1
            self.next_document = (document.file, document.number + 1)


def _read_record(out: Path, settings: dict[str, Any]) -> Record:
    path = out / RECORD
    if not path.exists():
        return Record(settings)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version = values.pop("version")
        record = Record(**values, version=version)
    except (ValueError, KeyError, TypeError):
        raise StateError("is not a record of this tool", path=path, fix="choose another folder") from None
    if version != VERSION:
        raise StateError(f"is a record of version {version}", path=path, expected=str(VERSION))
    for key, value in settings.items():
        begun = record.settings.get(key, _DEFAULTS.get(key, value))
        if begun != value and (key != "sources" or _other_sources(begun, value)):
            raise StateError(
                f"was begun with {key} = {begun!r}",
                path=path,
                expected=repr(value),
                fix="choose another folder, or the settings and sources it was begun with",
            )
    record.next_document = (record.next_document[0], record.next_document[1])
    return record


def _other_sources(begun: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> bool:
    """Tell whether sources are others; what an older record does not tell of one is not compared."""
    alike = (
        all(before[key] == one.get(key) for key in before) for before, one in zip(begun, now, strict=False)
    )
    return len(begun) != len(now) or not all(alike)


def _refuse_other_shards(out: Path, record: Record) -> None:
    """Refuse a folder whose shards are not those of its record: a pattern would take all that are there."""
    names = {shard["name"] for shard in record.shards}
    there = {path.stem for path in out.iterdir() if _SHARD.fullmatch(path.name)}
    missing = sorted(name for name in names if not all((out / f"{name}{end}").is_file() for end in _ENDINGS))
    # the one behind the last may be there already, and is written again
    other = sorted(there - names - (set() if record.complete else {f"{len(record.shards):05}"}))
    if other or missing:
        raise StateError(
            f"holds shard {other[0]}, which no run here recorded" if other else f"lacks shard {missing[0]}",
            path=out,
            fix="choose another folder, or empty this one",
        )


def _write_record(out: Path, record: Record) -> None:
    aside = out / f"{RECORD}.tmp"
    aside.write_text(json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(out / RECORD)
