"""A reduced sample, indexed once for all tests of the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.sample.write import SampleSize, write_sample

SIZE = SampleSize(pairs_per_paradigm=25, n_steps=60, n_dropped=5, n_shards=3, vocab_size=1500)


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


@pytest.fixture
def exposure(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, standard output, standard error."""
    from indexer.cli.main import run

    def call(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture
def exposure_process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a process of its own."""

    def call(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "indexer", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "100"},
            **options,  # type: ignore[call-overload]
        )

    return call
