"""Without a training order a zero is certain of the whole corpus, and of no checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.errors import ConfigError
from indexer.index_dir import IndexDir
from indexer.splits.ask import ask as ask_index
from indexer.splits.ask import load_query
from indexer.splits.empty_answers import refuse_what_is_always_empty
from tests.support.small_corpus import SmallCorpus, ask


def test_a_zero_as_of_a_checkpoint_needs_steps(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=1, order={"kind": "unknown"})
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    assert ask(tmp_path / "index", "SELECT value FROM provenance WHERE key = 'steps_known'") == [("false",)]
    assert ask(tmp_path / "index", "SELECT is_covered(NULL), is_covered(0)") == [(True, False)]
    assert ask(tmp_path / "index", "SELECT DISTINCT tokens_seen FROM checkpoints") == [(None,)]


def test_a_question_of_steps_gives_no_zeros(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=1, order={"kind": "unknown"})
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    (met,) = ask_index(tmp_path / "index", "dynamics/first_exposures").rows.to_pylist()
    (of_all,) = ask_index(tmp_path / "index", "dynamics/first_exposures_by_phenomenon").rows.to_pylist()
    for row in (met, of_all):
        assert (row["phrases_seen"], row["phrases_unknown"]) == (0, 58)
    with pytest.raises(ConfigError, match="holds no steps, since the order of the corpus is not known"):
        refuse_what_is_always_empty(IndexDir(tmp_path / "index"), load_query("spacing/gaps").sql)
