"""An evaluation file of llm.c is no corpus."""

from __future__ import annotations

import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import InputError
from tests.support.fixture_cases import FIXTURES


def test_llmc_refuses_evaluation_files_and_wrong_counts():
    base = FIXTURES / "llmc_bin"
    with pytest.raises(InputError, match="multiple-choice evaluation file"):
        open_corpus(
            CorpusConfig(format="llmc", paths=["eval_hellaswag_val.bin"], sequence_length=65), base=base
        )
