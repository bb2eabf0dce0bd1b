"""Compares hashes: the plan's files, the partials, the files and the ids of the corpus."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from indexer.errors import ExposureError
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts
from indexer.plan.coverage import Coverage
from indexer.plan.plan import Plan
from indexer.plurals import counted
from indexer.storage.opening import bytes_of_regular
from indexer.storage.roots import refuse_outside
from indexer.storage.urls import is_url
from indexer.table_seal import wrong_with_table
from indexer.verification.findings import Check, Finding
from indexer.verification.raw_sequences import RawSequences

_PIECE_BYTES = 1 << 22


def check_frozen(index: IndexDir, plan: Plan) -> Check:
    """Compare every file under ``plan/`` with its two hashes: of its bytes, and of what they say."""
    check = Check("files of the plan against their hashes", "files")
    for name, known in plan.stored.items():
        check.n_looked_at += 1
        where = f"plan/{name}"
        try:
            data = bytes_of_regular(index.frozen / name)
        except OSError as error:
            check.fail(Finding("cannot be read", found=str(error.strerror), where=where))
            continue
        if (found := xxhash.xxh3_128(data).hexdigest()) != known:
            check.fail(Finding("is not the file that was planned", known, found, where))
            continue
        content = _content_of_plan(plan, name)
        try:
            said = None if content is None else _content_hash(name, data)
            if name.endswith(".parquet"):
                n_rows, n_planned = (
                    pq.read_metadata(pa.BufferReader(data)).num_rows,
                    _rows_of_plan(plan, name),
                )
                if n_rows != n_planned:
                    check.fail(Finding("has another number of rows", str(n_planned), str(n_rows), where))
        except (ValueError, KeyError, OSError, pa.ArrowException) as error:
            said = type(error).__name__
        if content != said:
            check.fail(Finding("says something else than was planned", str(content), str(said), where))
    for name in plan.frozen:
        stored = f"{name}.npz" if name == "patterns" else f"{name}.parquet"
        if stored not in plan.stored:
            check.fail(Finding("is planned and has no file", stored, where=f"plan/{stored}"))
    return check


def check_partials(index: IndexDir, plan: Plan, coverage: Coverage) -> Check:
    """Tell what `coverage_of` found wrong with the partials: checksum, plan, range, files."""
    check = Check("partials against their checksums and the plan", "partials")
    check.n_looked_at = len(coverage.whole) + len(coverage.refused)
    for number, facts in coverage.whole.items():
        for wrong in _wrong_with_facts(plan, number, facts):
            check.fail(Finding(wrong, where=index.partial_file(number).name))
    for number, error in coverage.refused.items():
        check.fail(Finding(error.what, error.expected or "", where=index.partial_file(number).name))
    if coverage.missing:
        check.note = f"{len(coverage.missing):,} of {counted(len(plan.ranges), 'range')} without"
    return check


def _wrong_with_facts(plan: Plan, number: int, facts: PartialFacts) -> list[str]:
    """Return what a partial says of itself that does not fit its range, one clause each."""
    scan_range = plan.ranges[number]
    n_checkpoints = len(plan.checkpoints) if plan.order.steps_known else len(facts.visited_tokens)
    fits = {
        "is of other shards, or of other sequences": [
            (one.shard, one.start, one.stop) for one in facts.slices
        ]
        == [(one.shard, one.start, one.stop) for one in scan_range.slices],
        "has tokens of another number of checkpoints": len(facts.visited_tokens) == n_checkpoints,
    }
    return [wrong for wrong, right in fits.items() if not right]


def check_table_file(index: IndexDir) -> Check:
    """Compare the file of the table with its seal, all of it."""
    check = Check("file of the table against its seal", "files", n_looked_at=1)
    wrong = wrong_with_table(index, whole=True)
    if wrong is not None:
        check.fail(Finding(wrong, where=index.database_file.name))
    return check


def check_files(plan: Plan) -> tuple[Check, set[int]]:
    """Compare the files of the corpus with the plan: sizes of all, hashes of those that have one there.

    Returns
    -------
    Check
        Modification times are not compared: a copy has others.
    set of int
        Shards that are read from a file which is another one.

    Raises
    ------
    ConfigError
        A file leads to where nobody said that it may be read.
    """
    check = Check("files of the corpus against sizes and hashes in the plan", "files")
    changed: set[int] = set()
    n_remote = 0
    for file in plan.files.files:
        if is_url(file.name):
            n_remote += 1
            continue
        check.n_looked_at += 1
        path = plan.config.base / file.name
        if path.exists():
            refuse_outside(path, file.name)
        wrong = _wrong_with(path, file.n_bytes, file.content_hash)
        if wrong is not None:
            check.fail(wrong, blame="corpus")
            changed.update(range(len(plan.shards)) if file.shard is None else [file.shard])
    if n_remote:
        check.note = (
            f"{counted(n_remote, 'object', 'of a store is', 'of a store are')} not looked at here,"
            " but the ids are hashed"
        )
    return check, changed


def check_ids(
    plan: Plan,
    raw: RawSequences,
    partials: Iterable[PartialFacts],
    changed: set[int],
    advance: Callable[[int], object],
) -> Check:
    """Hash the ids of all slices again, and add the shards of those that differ to `changed`.

    Where a hash differs the corpus is blamed: a partial has a checksum of all its bytes, a shard need not.
    """
    check = Check("ids of the corpus, hashed again, against the partials", "shards and parts of shards")
    for one in (one for facts in partials for one in facts.slices):
        shard = plan.shards[one.shard]
        check.n_looked_at += 1
        digest = xxhash.xxh3_128()
        try:
            for ids in raw.ids_of_range(shard, one.start, one.stop):
                digest.update(ids.data)
                advance(len(ids))
        except ExposureError as error:
            check.fail(Finding(f"cannot be read: {error.line()}"), blame="corpus")
            changed.add(shard.number)
            continue
        if digest.hexdigest() != one.tokens_hash:
            where = f"{shard.name}, sequences {one.start:,} to {one.stop - 1:,}"
            found = Finding(
                "does not hold the ids that were scanned", one.tokens_hash, digest.hexdigest(), where
            )
            check.fail(found, blame="corpus")
            changed.add(shard.number)
    return check


def _wrong_with(path: Path, n_bytes: int, content_hash: str | None) -> Finding | None:
    try:
        size = path.stat().st_size
        if size != n_bytes:
            return Finding("has another size", f"{n_bytes:,} bytes", f"{size:,}", str(path))
        if content_hash is None:
            return None
        digest = xxhash.xxh3_128()
        with open(path, "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        return Finding("cannot be read", found=str(error.strerror), where=str(path))
    if digest.hexdigest() != content_hash:
        return Finding("is another file than was planned", content_hash, digest.hexdigest(), str(path))
    return None


def _content_of_plan(plan: Plan, file: str) -> str | None:
    name = file.partition(".")[0]
    if name == "tokenizer":
        return plan.tokenizer.content_hash if plan.tokenizer else None
    return plan.frozen[name].hash if name in plan.frozen else None


def _rows_of_plan(plan: Plan, file: str) -> int | None:
    name = file.partition(".")[0]
    return plan.frozen[name].rows if name in plan.frozen else None


def _content_hash(file: str, data: bytes) -> str:
    """Return the hash of what a file says, however it spells it."""
    digest = hashlib.sha256()
    if file == "patterns.npz":
        with np.load(io.BytesIO(data)) as arrays:
            for name in ("ids", "offsets", "phrase"):
                digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    elif file.endswith(".parquet"):
        table = _as_planned(pq.read_table(pa.BufferReader(data)))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        digest.update(sink.getvalue())
    else:
        return hashlib.sha256(data).hexdigest()
    return digest.hexdigest()[:32]


def _as_planned(table: pa.Table) -> pa.Table:
    """Return a table as it was before Parquet renamed the elements of its lists."""
    fields = [
        field.with_type(pa.list_(field.type.value_type)) if pa.types.is_list(field.type) else field
        for field in table.schema
    ]
    return table.combine_chunks().cast(pa.schema(fields)).replace_schema_metadata(None)
