"""A zero without whole evidence is `unknown`: that is right, and `never` in its place is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index, merge_index
from indexer.verification.findings import Verification
from tests.support.doctoring import Doctored
from tests.support.small_corpus import SmallCorpus

NEVER = "UPDATE exposures SET status = 'never' WHERE status = 'unknown'"


def failed(verification: Verification) -> list[str]:
    return [check.name for check in verification.checks if check.n_failed]


@pytest.fixture(params=["a range is missing", "a short order"])
def weak(request: pytest.FixtureRequest, tmp_path: Path) -> Doctored:
    corpus = SmallCorpus(tmp_path)
    if request.param == "a short order":
        corpus.order = {"kind": "indices", "path": "order.npy", "batch_size": 4, "allow_short": True}
        np.save(tmp_path / "order.npy", np.arange(40, dtype=np.uint32))
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    doctored = Doctored(tmp_path)
    if request.param == "a range is missing":
        doctored.index.partial_file(1).unlink()
        merge_index(doctored.index.root, allow_missing=True)
    return doctored


def test_unknown_is_right_and_never_is_not(weak: Doctored, verify: Callable[[Path], Verification]) -> None:
    ((n_unknown,),) = weak.ask("SELECT count(*) FROM exposures WHERE status = 'unknown'")
    verification = verify(weak.index.root)
    assert n_unknown > 5 and verification.held, failed(verification)
    weak.table(NEVER)
    verification = verify(weak.index.root)
    assert failed(verification) == ["rows of exposures against the partials"]
    assert next(check for check in verification.checks if check.n_failed).n_failed == n_unknown


def test_a_certificate_says_that_it_is_weak(
    weak: Doctored, exposure: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, err = exposure("certify", weak.index.root, "--out", weak.base / "certificate")
    assert code == 0, err
    text = (weak.base / "certificate.md").read_text()
    assert "INCOMPLETE" in text or "Taken on purpose: short order" in text
    assert ", 0 never, " in text


def test_shards_of_the_same_ids_are_a_doubt_that_leaves_zeros_certain(
    tmp_path: Path, verify: Callable[[Path], Verification]
) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"allow_repeats": True})
    corpus.write_shard(2, 1)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    doctored = Doctored(tmp_path)
    verification = verify(doctored.index.root)
    assert verification.held, failed(verification)
    doctored.table("UPDATE provenance SET value = '{}' WHERE key = 'taken_on_purpose'")
    assert failed(verify(doctored.index.root)) == ["provenance against the plan"]
