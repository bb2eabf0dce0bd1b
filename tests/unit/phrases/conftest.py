"""BLiMP, read once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import PhraseSet, load_phrases


@pytest.fixture(scope="session")
def blimp(shared: Path) -> PhraseSet:
    config = PhrasesConfig(source=str(shared / "data" / "blimp"))
    return load_phrases(config, MatchConfig(), base=Path())
