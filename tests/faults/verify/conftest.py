"""Small indexes to be doctored, and what `verify` says of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.verification.findings import Verification
from indexer.verification.verify import verify_index
from tests.cli.conftest import exposure
from tests.support.doctoring import Doctored
from tests.support.small_corpus import SmallCorpus

__all__ = ["exposure"]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of ids with an index beside it, in order of a list; not to be written to."""
    base = tmp_path_factory.mktemp("pristine")
    order = {"kind": "indices", "path": "order.npy", "batch_size": 4}
    corpus = SmallCorpus(base, order=order)
    corpus.write_order(seed=7)
    build_index(corpus.config(), base / "index", n_workers=1)
    return base


@pytest.fixture
def doctored(pristine: Path, tmp_path: Path) -> Doctored:
    """A copy of the corpus and its index, to be spoiled."""
    shutil.copytree(pristine, tmp_path / "copy")
    return Doctored(tmp_path / "copy")


@pytest.fixture
def verify() -> Callable[[Path], Verification]:
    """Verify all of a small index."""
    return lambda root: verify_index(str(root), max_tokens=0)
