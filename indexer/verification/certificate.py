"""A small file that says what an index covers, what was verified, and what is taken on trust.

Its seal is the sha256 of all the rest as canonical JSON. It tells an edited file from the one that was
written; it does not tell who wrote it: publish the seal where others can find it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from indexer.errors import InputError, StateError
from indexer.exposure.database import open_read_only
from indexer.index_dir import IndexDir, commit_file
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.storage.opening import bytes_of_regular
from indexer.table_seal import require_table
from indexer.verification.certificate_text import DATA_BEGIN, DATA_END, as_markdown
from indexer.verification.table_hash import hash_rows

FORMAT_VERSION = 1
"""History. 1: first version."""

_MOST_ZEROS = 10_000

Certificate = dict[str, Any]


def make_certificate(root: str, verification: Mapping[str, Any]) -> Certificate:
    """Return the sealed certificate of an index that was verified.

    Parameters
    ----------
    root : str
        The index directory.
    verification : mapping
        `Verification.as_dict`, made just now or kept from ``exposure verify --json``.

    Raises
    ------
    InputError
        `verification` is no such object.
    StateError
        It found something wrong, or is of another index or of other rows.
    """
    index = IndexDir(root)
    index.require_plan()
    require_table(index, whole=True)
    plan = read_plan(index.plan_file)
    connection = open_read_only(index.database_file)
    try:
        rows_hash = hash_rows(connection)
        _require_held(verification, plan, rows_hash)
        shards = connection.sql("SELECT * FROM shards ORDER BY shard").to_arrow_table().to_pylist()
        statuses = connection.execute("SELECT status, count(*) FROM exposures GROUP BY ALL").fetchall()
        never = connection.execute(
            "SELECT phrase_id, phrase FROM exposures JOIN phrases USING (phrase_id) WHERE status = 'never' "
            f"AND phrase IS NOT NULL ORDER BY phrase_id LIMIT {_MOST_ZEROS}"
        ).fetchall()
        facts = dict(connection.execute("SELECT key, value FROM provenance").fetchall())
    finally:
        connection.close()
    kept = {key: value for key, value in verification.items() if key not in ("index", "exit_code")}
    return seal(
        {
            "certificate": "exposure index",
            "format_version": FORMAT_VERSION,
            "fingerprint": plan.fingerprint,
            "rows_hash": rows_hash,
            "software": plan.software,
            "covered": _covered(plan, shards),
            "not_covered": _not_covered(plan, shards, facts),
            "phrases": {"n": plan.n_phrases, "hash": plan.frozen["phrases"].hash},
            "counts": {"seen": 0, "never": 0, "unknown": 0, **dict(statuses)},
            "a_zero": _zero_to_show(index, plan, never),
            "match": plan.config.sections()["match"],
            "tokenizer": plan.tokenizer
            and {
                "name": plan.tokenizer.name,
                "sha256": plan.tokenizer.content_hash,
                "vocabulary_sha256": plan.tokenizer.vocabulary_sha256,
            },
            "verification": kept,
            "notes": list(plan.notes),
        }
    )


def write_certificate(certificate: Certificate, out: str) -> tuple[Path, Path]:
    """Write a certificate as JSON and as Markdown, and return both paths."""
    base = Path(out)
    if base.suffix in (".json", ".md"):
        base = base.with_suffix("")
    data, text = base.with_name(base.name + ".json"), base.with_name(base.name + ".md")
    spelled = json.dumps(certificate, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    commit_file(data, lambda path: path.write_text(spelled, encoding="utf-8"))
    commit_file(text, lambda path: path.write_text(as_markdown(certificate), encoding="utf-8"))
    return data, text


def read_certificate(file: str) -> Certificate:
    """Read a certificate, JSON or Markdown, and test its seal.

    Raises
    ------
    InputError
        It is no certificate, or was edited after it was sealed.
    """
    try:
        text = bytes_of_regular(Path(file)).decode()
        is_markdown = text.startswith("#")
        spelled = text.rpartition(DATA_BEGIN)[2].partition(DATA_END)[0] if is_markdown else text
        certificate: Certificate = json.loads(spelled)
        known = certificate["seal"]
        version = certificate["format_version"]
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=file) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            "is no certificate", path=file, expected="what `exposure certify INDEX --out F` writes"
        ) from None
    if version != FORMAT_VERSION:
        raise InputError(
            f"is a certificate of format version {version}", path=file, expected=str(FORMAT_VERSION)
        )
    found = seal(certificate)["seal"]
    edited = "was edited after it was sealed: do not trust it, and ask for the file again"
    if found != known:
        raise InputError("does not match its seal", path=file, expected=f"the seal {found}", fix=edited)
    if is_markdown and text != as_markdown(certificate):
        raise InputError("has a text that does not say what its data say", path=file, fix=edited)
    return certificate


def check_certificate(file: str, root: str | None = None) -> Certificate:
    """Test the seal of a certificate and, with an index, that it is the one that was certified.

    Raises
    ------
    InputError
        It is no certificate, or was edited.
    StateError
        The index has another plan, or other rows.
    """
    certificate = read_certificate(file)
    if root is None:
        return certificate
    index = IndexDir(root)
    index.require_plan()
    require_table(index, whole=True)
    plan = read_plan(index.plan_file)
    connection = open_read_only(index.database_file)
    try:
        rows_hash = hash_rows(connection)
    finally:
        connection.close()
    for name, found in (("fingerprint", plan.fingerprint), ("rows_hash", rows_hash)):
        if certificate[name] != found:
            raise StateError(
                f"is not the index that {file} certifies: its {name.replace('_', ' ')} is {found}",
                path=root,
                expected=str(certificate[name]),
                fix="see `exposure verify` and `exposure diff`",
            )
    return certificate


def seal(certificate: Certificate) -> Certificate:
    """Return a certificate with the sha256 of all but the seal, as canonical JSON: sorted keys, no spaces."""
    rest = {key: value for key, value in certificate.items() if key != "seal"}
    spelled = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    plain: Certificate = json.loads(spelled)
    return {**plain, "seal": hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).hexdigest()}


def _require_held(verification: Mapping[str, Any], plan: Plan, rows_hash: str) -> None:
    try:
        held = bool(verification["held"]) and not any(one["n_failed"] for one in verification["checks"])
        of = (verification["fingerprint"], verification["rows_hash"])
        [verification[key] for key in ("sample", "seed", "bounds", "trusted")]
        [one[key] for one in verification["checks"] for key in ("name", "unit", "n_looked_at", "note")]
    except (KeyError, TypeError):
        raise InputError(
            "is no verification", path="--verification", expected="what `exposure verify INDEX --json` prints"
        ) from None
    again = "verify the index as it is now"
    if of != (plan.fingerprint, rows_hash):
        raise StateError("is of another index, or of other rows", path="--verification", fix=again)
    if not held:
        raise StateError("found something wrong, and what is wrong is not certified", path="verification")


def _zero_to_show(index: IndexDir, plan: Plan, never: list[tuple[int, str]]) -> str | None:
    """Return the zero to show: one without gaps, of letters and spaces if there is any."""
    gapped: set[int] = set()
    if "gapped" in plan.frozen:
        gapped.update(pq.read_table(index.gapped_file)["phrase_id"].to_pylist())
    texts = [text for number, text in never if number not in gapped]
    plain = [text for text in texts if all(one.isalnum() or one == " " for one in text)]
    return next(iter([*plain, *texts]), None)


def _covered(plan: Plan, shards: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": plan.corpus.format,
        "dtype": plan.corpus.dtype,
        "n_shards": len(shards),
        "n_sequences": sum(shard["n_sequences"] for shard in shards if shard["tokens_hash"]),
        "n_tokens": sum(shard["n_tokens"] for shard in shards if shard["tokens_hash"]),
        "n_visits": sum(shard["n_visits"] for shard in shards),
        "order": plan.order.as_dict(),
        "window": [plan.order.start_step, plan.order.stop_step] if plan.order.steps_known else None,
        "checkpoints": len(plan.checkpoints),
        "shards": [
            {
                key: shard[key]
                for key in ("path", "n_bytes", "tokens_hash", "n_sequences", "n_tokens", "verified")
            }
            for shard in shards
        ],
    }


def _not_covered(plan: Plan, shards: list[dict[str, Any]], facts: Mapping[str, str]) -> dict[str, Any]:
    unscanned = [shard["path"] for shard in shards if shard["n_sequences"] and shard["tokens_hash"] is None]
    return {
        "complete": facts["complete"] == "true",
        "taken_on_purpose": json.loads(facts["taken_on_purpose"]),
        "shards": unscanned,
        "dropped_tokens": sum(shard.n_dropped_tokens for shard in plan.shards),
        "unverified_shards": sum(not shard["verified"] for shard in shards),
    }
