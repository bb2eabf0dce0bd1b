"""Without a training order a zero is certain of the whole corpus, and of no checkpoint."""

from __future__ import annotations

from pathlib import Path

from indexer.build import build_index
from tests.support.small_corpus import SmallCorpus, ask


def test_a_zero_as_of_a_checkpoint_needs_steps(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=1, order={"kind": "unknown"})
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    assert ask(tmp_path / "index", "SELECT value FROM provenance WHERE key = 'steps_known'") == [("false",)]
    assert ask(tmp_path / "index", "SELECT is_covered(NULL), is_covered(0)") == [(True, False)]
    assert ask(tmp_path / "index", "SELECT DISTINCT tokens_seen FROM checkpoints") == [(None,)]
