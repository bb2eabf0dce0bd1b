"""The Arrow schema of a partial: the only thing scanning and exposure share.

A partial is the whole result of one planned range: one row for each phrase seen in it, and in
the file's metadata what was read. It is a Parquet file, committed by rename. The same input gives the same
bytes on every machine, whoever scanned it, in blocks of whatever size.

==================== ================ =================================================================
column               type             meaning
==================== ================ =================================================================
unit                 string           ``text`` or ``tokens``: what was searched; or `OTHER_FORMS`
phrase_id            int32            row of the phrase table; of that of other normal forms
exposure_count       uint64           exposures inside the range
sequence_count       uint64           sequences of the range with any of these; each is in one range alone
first_step           int64            step of the first exposure; NULL where no order is known
first_sequence       int64            sequence of the first exposure
first_offset         int32            token offset of the first exposure in that sequence
last_step            int64            step of the last exposure; NULL where no order is known
bins                 list of struct   (checkpoint int64, exposure_count uint64), ascending, counts > 0
places               list of struct   (step int64, sequence int64, token_offset int32, n_tokens int32):
                                      the first K exposures by (step, sequence, token_offset)
alone                list of struct   (spelled string, exposure_count uint64): with unit both, the exposures
                                      that only this unit found, by spelling; else empty
==================== ================ =================================================================

The 16 bytes before the footer, which no Parquet reader looks at, are the xxh3-128 of all the others.

Rows are ordered by (unit, phrase_id). With ``grain = "step"`` the bins are one step wide: ``checkpoint``
is then the step plus one, the first model that has seen it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from indexer.errors import StateError
from indexer.runs import Runs
from indexer.storage.opening import bytes_of_regular

FORMAT_VERSION = 4
"""History. 1: first version. 2: a checksum of all bytes, and which files were read. 3: ranges span shards.
4: sequence_count; the file of occurrences."""

_CHECKSUM_BYTES = 16

OTHER_FORMS = "other_forms"
"""In the place of the unit: phrases in normal forms that they are not written in, found in the text."""

_KEY = b"exposure_partial"

SCHEMA = pa.schema(
    [
        pa.field("unit", pa.string(), nullable=False),
        pa.field("phrase_id", pa.int32(), nullable=False),
        pa.field("exposure_count", pa.uint64(), nullable=False),
        pa.field("sequence_count", pa.uint64(), nullable=False),
        pa.field("first_step", pa.int64()),
        pa.field("first_sequence", pa.int64(), nullable=False),
        pa.field("first_offset", pa.int32(), nullable=False),
        pa.field("last_step", pa.int64()),
        pa.field(
            "bins",
            pa.list_(
                pa.struct([pa.field("checkpoint", pa.int64()), pa.field("exposure_count", pa.uint64())])
            ),
        ),
        pa.field(
            "places",
            pa.list_(
                pa.struct(
                    [
                        pa.field("step", pa.int64()),
                        pa.field("sequence", pa.int64()),
                        pa.field("token_offset", pa.int32()),
                        pa.field("n_tokens", pa.int32()),
                    ]
                )
            ),
        ),
        pa.field(
            "alone",
            pa.list_(pa.struct([pa.field("spelled", pa.string()), pa.field("exposure_count", pa.uint64())])),
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class SliceFacts:
    """What was read of one shard.

    Attributes
    ----------
    shard : int
        The shard.
    start, stop : int
        Corpus-wide numbers of its sequences that were scanned, half-open.
    n_tokens : int
        Their tokens.
    n_visits : int
        Visits of them inside the training window.
    tokens_hash : str
        xxh3-128 of the scanned ids as little-endian integers of their own width, in sequence order.
    files_hash : str
        Which files they are of: hash of what the plan says of all files that the shard is read from.
    n_document_ends : int or None
        Documents that end in them, where those of the occurrences are counted by end-of-document ids.
    """

    shard: int
    start: int
    stop: int
    n_tokens: int
    n_visits: int
    tokens_hash: str
    files_hash: str = ""
    n_document_ends: int | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What tells a file beside a partial from any other.

    Attributes
    ----------
    n_rows : int
        Its rows.
    n_bytes : int
        Its size.
    hash : str
        xxh3-128 of its bytes.
    """

    n_rows: int
    n_bytes: int
    hash: str


@dataclass(frozen=True, slots=True)
class PartialFacts:
    """What was read to make a partial.

    Attributes
    ----------
    plan_fingerprint : str
        The plan it belongs to.
    range_number : int
        Which planned range, from 0.
    slices : tuple of SliceFacts
        By shard, ascending.
    visited_tokens : tuple of int
        Tokens of all visits, by checkpoint of the plan's grid; empty where no order is known.
    occurrences : FileFacts or None
        The file of its occurrences; None where they are not written.
    document_names : FileFacts or None
        The file of the names of documents that have any; None where there are none.
    phrases : runs of int
        Phrases that were looked for; none: all. Where a scan takes several passes, and this was not the last.
    """

    plan_fingerprint: str
    range_number: int
    slices: tuple[SliceFacts, ...]
    visited_tokens: tuple[int, ...]
    occurrences: FileFacts | None = None
    document_names: FileFacts | None = None
    phrases: Runs = ()

    @property
    def n_sequences(self) -> int:
        """Sequences that were scanned."""
        return sum(one.stop - one.start for one in self.slices)

    @property
    def n_tokens(self) -> int:
        """Their tokens."""
        return sum(one.n_tokens for one in self.slices)

    @property
    def n_visits(self) -> int:
        """Visits of them inside the training window."""
        return sum(one.n_visits for one in self.slices)


def slices_by_shard(facts: Iterable[PartialFacts]) -> defaultdict[int, list[SliceFacts]]:
    """Return what was read of each shard, in the order of its sequences; nothing for a shard not read."""
    slices: defaultdict[int, list[SliceFacts]] = defaultdict(list)
    for one in sorted((one for partial in facts for one in partial.slices), key=lambda one: one.start):
        slices[one.shard].append(one)
    return slices


def write_partial(path: Path, rows: pa.Table, facts: PartialFacts) -> None:
    """Write a partial to `path`; the caller commits it by rename."""
    metadata = {"format_version": FORMAT_VERSION, **asdict(facts)}
    schema = SCHEMA.with_metadata({_KEY: json.dumps(metadata, sort_keys=True).encode()})
    written = pa.BufferOutputStream()
    pq.write_table(
        rows.cast(SCHEMA).replace_schema_metadata(schema.metadata),
        written,
        compression="zstd",
        store_schema=True,
    )
    data = memoryview(written.getvalue())
    at = _footer(data)
    checksum = xxhash.xxh3_128()
    checksum.update(data[:at])
    checksum.update(data[at:])
    with open(path, "wb") as file:
        file.writelines([data[:at], checksum.digest(), data[at:]])


def read_facts(path: Path) -> PartialFacts:
    """Return what a partial says of itself, once every byte of it has been compared with its checksum.

    Raises
    ------
    StateError
        The file is no partial, a damaged one, or one of another format version.
    """
    return _compared(path)[0]


def read_partial(path: Path) -> tuple[pa.Table, PartialFacts]:
    """Return the rows of a partial, and what it says of itself; see `read_facts`."""
    facts, data = _compared(path)
    return pq.read_table(pa.BufferReader(data)).cast(SCHEMA).replace_schema_metadata(None), facts


def _compared(path: Path) -> tuple[PartialFacts, memoryview]:
    fix = "scan its range again with `exposure index` or `exposure scan`"
    try:
        data = memoryview(bytes_of_regular(path))
        at = _footer(data)
        begin = at - _CHECKSUM_BYTES
        checksum = xxhash.xxh3_128()
        checksum.update(data[:begin])
        checksum.update(data[at:])
        if begin < 0 or checksum.digest() != data[begin:at]:
            raise StateError("is damaged: its bytes do not have the checksum it holds", path=path, fix=fix)
        metadata = pq.read_schema(pa.BufferReader(data)).metadata or {}
        facts = json.loads(metadata[_KEY])
        version = facts.pop("format_version", None)
    except PermissionError as error:
        raise StateError(
            f"cannot be read ({error.strerror})", path=path, fix=f"see who owns it, or {fix}"
        ) from None
    except (OSError, KeyError, ValueError, AttributeError, pa.ArrowException) as error:
        raise StateError(f"is not a partial ({type(error).__name__})", path=path, fix=fix) from None
    if version != FORMAT_VERSION:
        raise StateError(
            f"is a partial of format version {version}",
            path=path,
            expected=f"version {FORMAT_VERSION}",
            fix="scan again with this version, or merge with the version that wrote it",
        )
    slices = tuple(SliceFacts(**one) for one in facts["slices"])
    visited = tuple(facts["visited_tokens"])
    phrases = tuple((start, stop) for start, stop in facts.get("phrases", ()))
    known = {"slices": slices, "visited_tokens": visited, "phrases": phrases}
    names = ("occurrences", "document_names")
    beside = {name: FileFacts(**facts[name]) for name in names if facts.get(name) is not None}
    return PartialFacts(**{**facts, **known, **beside}), data


def stored_checksum(path: Path) -> str:
    """Return the checksum that a partial holds; its bytes are not compared.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with open(path, "rb") as file:
        n_bytes = file.seek(0, os.SEEK_END)
        file.seek(max(0, n_bytes - 8))
        at = n_bytes - 8 - int.from_bytes(file.read(4), "little")
        file.seek(max(0, at - _CHECKSUM_BYTES))
        return file.read(_CHECKSUM_BYTES).hex()


def _footer(data: memoryview) -> int:
    """Return where the footer of a Parquet file begins, from its length at the end."""
    length = int.from_bytes(data[-8:-4], "little")
    return max(0, len(data) - 8 - length)
