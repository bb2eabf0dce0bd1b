"""Writes the files that a plan freezes under ``plan/``, and reads them back by the hashes in the plan."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.patterns import IdPatterns
from indexer.phrases.gapped import GappedPhrases
from indexer.plan.facts import FrozenFile
from indexer.plan.plan import Plan
from indexer.storage.opening import bytes_of_regular
from indexer.tokenizers import tokenizer_from_json
from indexer.tokenizers.tokenizer import Tokenizer

_AGAIN = (
    "run `exposure index` again with the same configuration: it writes plan/ anew and keeps what was scanned"
)


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
    unspelled : pyarrow.Table or None
        Phrases that ids cannot spell, and why.
    items, item_phrases : pyarrow.Table or None
        Items that are no pairs, and their phrases.
    """

    phrases: pa.Table
    pairs: pa.Table
    attributes: pa.Table | None
    probes: pa.Table | None
    gapped: GappedPhrases | None
    patterns: IdPatterns | None
    tokenizer: Tokenizer | None
    other_forms: pa.Table | None
    unspelled: pa.Table | None = None
    items: pa.Table | None = None
    item_phrases: pa.Table | None = None

    def facts(self) -> dict[str, FrozenFile]:
        """Return rows and content hash of each file but the tokenizer, which has facts of its own."""
        facts = {name: FrozenFile(table.num_rows, _table_hash(table)) for name, table in self._tables()}
        if self.patterns is not None:
            digest = hashlib.sha256()
            for array in self.patterns:
                digest.update(np.ascontiguousarray(array).tobytes())
            facts["patterns"] = FrozenFile(len(self.patterns.phrase), digest.hexdigest()[:32])
        return facts

    def files(self) -> dict[str, bytes]:
        """Return the bytes of each file, by its name."""
        files = {f"{name}.parquet": _as_parquet(table) for name, table in self._tables()}
        if self.patterns is not None:
            files["patterns.npz"] = _as_npz(self.patterns)
        if self.tokenizer is not None:
            files["tokenizer.json"] = self.tokenizer.json().encode()
        return files

    def _tables(self) -> list[tuple[str, pa.Table]]:
        tables = {
            "phrases": self.phrases,
            "pairs": self.pairs,
            "attributes": self.attributes,
            "probe_positions": self.probes,
            "gapped": None if self.gapped is None else self.gapped.patterns,
            "parts": None if self.gapped is None else self.gapped.parts,
            "other_forms": self.other_forms if self.other_forms else None,
            "unspelled": self.unspelled,
            "items": self.items,
            "item_phrases": self.item_phrases,
        }
        return [(name, table) for name, table in tables.items() if table is not None]


def with_stored_files(plan: Plan, files: dict[str, bytes]) -> Plan:
    """Return a plan with the hashes of what is stored beside it."""
    return replace(plan, stored={name: _bytes_hash(data) for name, data in sorted(files.items())})


def write_files(index: IndexDir, plan: Plan, files: dict[str, bytes]) -> None:
    """Write the files of a plan that are not there, or are damaged."""
    for name, data in files.items():
        path = index.frozen / name
        if not path.is_file() or _bytes_hash(path.read_bytes()) != plan.stored[name]:
            index.commit_frozen(name, data, plan.stored[name])


def check_files(index: IndexDir, plan: Plan) -> None:
    """Compare every file of a plan with its hash.

    Raises
    ------
    StateError
        One is gone or damaged.
    """
    for name in plan.stored:
        _read(index, plan, name)


def files_are_whole(index: IndexDir, plan: Plan) -> bool:
    """Tell whether every file of a plan has its hash."""
    try:
        check_files(index, plan)
    except StateError:
        return False
    return True


def load_tokenizer_of(index: IndexDir, plan: Plan) -> Tokenizer | None:
    """Return the frozen tokenizer, or None where the plan was made without one.

    Raises
    ------
    StateError
        It is gone, damaged, or not the one that the plan was made with.
    """
    if plan.tokenizer is None:
        return None
    name = "tokenizer.json"
    tokenizer = tokenizer_from_json(_read(index, plan, name).decode(), f"plan/{name}")
    if tokenizer.content_hash != plan.tokenizer.content_hash:
        raise StateError("is not the tokenizer that was planned with", path=f"plan/{name}", fix=_AGAIN)
    return tokenizer


def load_phrases_of(index: IndexDir, plan: Plan) -> pa.Table:
    """Return the frozen phrase table."""
    return _read_table(index, plan, "phrases")


def load_patterns(index: IndexDir, plan: Plan) -> IdPatterns:
    """Return the frozen id patterns."""
    with np.load(io.BytesIO(_read(index, plan, "patterns.npz"))) as arrays:
        return IdPatterns(arrays["ids"], arrays["offsets"], arrays["phrase"])


def load_gapped(index: IndexDir, plan: Plan) -> GappedPhrases | None:
    """Return the frozen phrases with gaps, None where there are none."""
    if "gapped" not in plan.frozen:
        return None
    return GappedPhrases(_read_table(index, plan, "parts"), _read_table(index, plan, "gapped"))


def _read_table(index: IndexDir, plan: Plan, name: str) -> pa.Table:
    return pq.read_table(pa.BufferReader(_read(index, plan, f"{name}.parquet")))


def _read(index: IndexDir, plan: Plan, name: str) -> bytes:
    """Return the bytes of a file under ``plan/`` once they were compared with their hash."""
    try:
        data = bytes_of_regular(index.frozen / name)
    except FileNotFoundError:
        raise StateError("is gone since it was planned", path=f"plan/{name}", fix=_AGAIN) from None
    except OSError as error:
        raise StateError(f"cannot be read ({error.strerror})", path=f"plan/{name}", fix=_AGAIN) from None
    if _bytes_hash(data) != plan.stored.get(name):
        raise StateError("is damaged: it is not the file that was planned", path=f"plan/{name}", fix=_AGAIN)
    return data


def _bytes_hash(data: bytes) -> str:
    return xxhash.xxh3_128(data).hexdigest()


def load_other_forms(index: IndexDir, plan: Plan) -> pa.Table | None:
    """Return the frozen texts of phrases in other normal forms, None where there are none."""
    return _read_table(index, plan, "other_forms") if "other_forms" in plan.frozen else None


def _table_hash(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.combine_chunks().replace_schema_metadata(None))
    return hashlib.sha256(sink.getvalue()).hexdigest()[:32]


def _as_parquet(table: pa.Table) -> bytes:
    written = pa.BufferOutputStream()
    pq.write_table(table, written, compression="zstd")
    return bytes(written.getvalue())


def _as_npz(patterns: IdPatterns) -> bytes:
    written = io.BytesIO()
    np.savez(written, ids=patterns.ids, offsets=patterns.offsets, phrase=patterns.phrase)
    return written.getvalue()
