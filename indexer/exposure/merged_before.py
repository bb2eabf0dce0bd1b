"""Whether the table is, byte for byte, what was merged of all that it would be merged of again."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import xxhash

from indexer.errors import ResourceError, StateError
from indexer.index_dir import IndexDir, commit_file
from indexer.own_code import code_hash
from indexer.partials import stored_checksum
from indexer.plan.plan import Plan
from indexer.plan.store import check_files
from indexer.table_seal import wrong_with_table

_PIECE_BYTES = 1 << 22


def note_merge(index: IndexDir, plan: Plan, notes: list[str]) -> None:
    """Write down what the table was merged of, and its hash; where that fails, it is merged again."""
    with suppress(OSError, ResourceError):
        merged = {"of": _merged_of(index, plan), "table": _hash_of(index.database_file), "notes": notes}
        text = json.dumps(merged, indent=1, ensure_ascii=False) + "\n"
        commit_file(index.merged_file, lambda path: path.write_text(text, encoding="utf-8"))


def merged_before(index: IndexDir, plan: Plan) -> list[str] | None:
    """Return the notes of the merge that made the table; None where it is to be merged again.

    The plan and its files, each range's partial by its checksum, the code of this package, and every byte of
    the table are what they were when it was merged. Whoever asks has compared the partials with their
    checksums.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, StateError):
        merged = json.loads(index.merged_file.read_bytes())
        if merged["of"] == _merged_of(index, plan) and merged["table"] == _hash_of(index.database_file):
            check_files(index, plan)
            if wrong_with_table(index) is not None:  # its seal is gone or damaged, or a log lies beside it
                return None
            return [str(note) for note in merged["notes"]]
    return None


def _merged_of(index: IndexDir, plan: Plan) -> str:
    digest = xxhash.xxh3_128()
    for part in (
        index.plan_file.read_bytes(),
        code_hash().encode(),
        json.dumps(index.noted_search()).encode(),
    ):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    for scan_range in plan.ranges:
        digest.update(stored_checksum(index.partial_file(scan_range.number)).encode())
    return digest.hexdigest()


def _hash_of(path: Path) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
