"""Writes the files that a plan freezes under ``plan/``, and reads them back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir, commit_file
from indexer.matching.matcher import IdPatterns
from indexer.phrases.gapped import GappedPhrases
from indexer.plan import FrozenFile, Plan
from indexer.tokenizers import tokenizer_from_json
from indexer.tokenizers.tokenizer import Tokenizer

_ANEW = "plan anew into another directory"


@dataclass(frozen=True)
class FrozenContent:
    """What a plan freezes beside itself, under ``plan/``.

    Attributes
    ----------
    phrases, pairs : pyarrow.Table
        What is looked for, and the minimal pairs it is from.
    attributes, probes : pyarrow.Table or None
        Further columns of the pairs, and their token positions.
    gapped : GappedPhrases or None
        Phrases with gaps.
    patterns : IdPatterns or None
        Id forms, where ids are looked for.
    tokenizer : Tokenizer or None
        The tokenizer.
    other_forms : pyarrow.Table or None
        What the phrases are in other normal forms, which is looked for to be told of.
    """

    phrases: pa.Table
    pairs: pa.Table
    attributes: pa.Table | None
    probes: pa.Table | None
    gapped: GappedPhrases | None
    patterns: IdPatterns | None
    tokenizer: Tokenizer | None
    other_forms: pa.Table | None

    def facts(self) -> dict[str, FrozenFile]:
        """Return rows and content hash of each file but the tokenizer, which has facts of its own."""
        facts = {name: FrozenFile(table.num_rows, _table_hash(table)) for name, table in self._tables()}
        if self.patterns is not None:
            digest = hashlib.sha256()
            for array in self.patterns:
                digest.update(np.ascontiguousarray(array).tobytes())
            facts["patterns"] = FrozenFile(len(self.patterns.phrase), digest.hexdigest()[:32])
        return facts

    def write(self, index: IndexDir) -> None:
        """Write the files into an index directory."""
        for name, table in self._tables():
            _commit_table(index.frozen / f"{name}.parquet", table)
        patterns, tokenizer = self.patterns, self.tokenizer
        if patterns is not None:
            commit_file(index.patterns_file, lambda aside: _write_arrays(aside, patterns))
        if tokenizer is not None:
            text = tokenizer.json()
            commit_file(index.tokenizer_file, lambda aside: aside.write_text(text, encoding="utf-8"))

    def _tables(self) -> list[tuple[str, pa.Table]]:
        tables = {
            "phrases": self.phrases,
            "pairs": self.pairs,
            "attributes": self.attributes,
            "probe_positions": self.probes,
            "gapped": None if self.gapped is None else self.gapped.patterns,
            "parts": None if self.gapped is None else self.gapped.parts,
            "other_forms": self.other_forms if self.other_forms else None,
        }
        return [(name, table) for name, table in tables.items() if table is not None]


def load_tokenizer_of(index: IndexDir, plan: Plan) -> Tokenizer | None:
    """Return the frozen tokenizer, or None where the plan was made without one.

    Raises
    ------
    StateError
        It is gone, or is not the one that the plan was made with.
    """
    if plan.tokenizer is None:
        return None
    name = "plan/tokenizer.json"
    try:
        # not read_text, which would turn each line end into \n and so change the hash
        tokenizer = tokenizer_from_json(index.tokenizer_file.read_bytes().decode(), name)
    except FileNotFoundError:
        raise StateError("is gone since it was planned", path=name, fix=_ANEW) from None
    except (UnicodeDecodeError, InputError):
        raise StateError("is damaged", path=name, fix=_ANEW) from None
    if tokenizer.content_hash != plan.tokenizer.content_hash:
        raise StateError("is not the tokenizer that was planned with", path=name, fix=_ANEW)
    return tokenizer


def load_phrases_of(index: IndexDir) -> pa.Table:
    """Return the frozen phrase table."""
    return pq.read_table(index.phrases_file)


def load_patterns(index: IndexDir) -> IdPatterns:
    """Return the frozen id patterns."""
    with np.load(index.patterns_file) as arrays:
        return IdPatterns(arrays["ids"], arrays["offsets"], arrays["phrase"])


def load_gapped(index: IndexDir, plan: Plan) -> GappedPhrases | None:
    """Return the frozen phrases with gaps, None where there are none."""
    if "gapped" not in plan.frozen:
        return None
    return GappedPhrases(pq.read_table(index.parts_file), pq.read_table(index.gapped_file))


def load_other_forms(index: IndexDir, plan: Plan) -> pa.Table | None:
    """Return the frozen texts of phrases in other normal forms, None where there are none."""
    return pq.read_table(index.other_forms_file) if "other_forms" in plan.frozen else None


def _table_hash(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.combine_chunks().replace_schema_metadata(None))
    return hashlib.sha256(sink.getvalue()).hexdigest()[:32]


def _commit_table(path: Path, table: pa.Table) -> None:
    commit_file(path, lambda aside: pq.write_table(table, aside, compression="zstd"))


def _write_arrays(path: Path, patterns: IdPatterns) -> None:
    with open(path, "wb") as file:
        np.savez(file, ids=patterns.ids, offsets=patterns.offsets, phrase=patterns.phrase)
