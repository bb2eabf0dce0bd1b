"""Fixtures every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from indexer.build import build_index
from indexer.config import load_config
from indexer.matching.ids import fastest as id_fastest
from indexer.matching.ids import keys as id_keys
from indexer.matching.ids.kernels.keys import PAIRS, REGISTERS, TABLE
from indexer.sample.write import SampleSize, write_sample
from tests.support.examples import examples
from tests.support.tokenizer_families import SHARED

settings.register_profile(
    "default",
    deadline=None,
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("default")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real data beside the project: BLiMP, tokenizers, text."""
    if not SHARED.is_dir():
        pytest.skip("no shared data beside the project")
    return SHARED


@pytest.fixture(params=[PAIRS, TABLE, REGISTERS], ids=["pairs", "table", "registers"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Ask for the keys of anchors in one way, however many there are."""
    for module in (id_keys, id_fastest):
        monkeypatch.setattr(module, "ways_here", lambda: (request.param,))
    monkeypatch.setattr(id_keys, "_MOST_KEYS", 1.0)
    return request.param


SIZE = SampleSize(pairs_per_paradigm=25, n_steps=60, n_dropped=5, n_shards=3, vocab_size=1200)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reduced sample; not to be written to."""
    directory = tmp_path_factory.mktemp("small") / "sample"
    write_sample(directory, size=SIZE)
    return directory


@pytest.fixture(scope="session")
def index_dir(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its index, built in this process; not to be written to."""
    root = tmp_path_factory.mktemp("built") / "index"
    build_index(load_config(sample / "exposure.toml"), root, n_workers=1)
    return root
