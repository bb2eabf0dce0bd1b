"""Files that say what they are, are not read as bare ids; bare ids are."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.formats.known_heads import refuse_known_head
from indexer.errors import InputError
from tests.support.fixture_cases import FIXTURES

IDS = np.random.default_rng(0).integers(0, 50_000, 4096).astype("<u2")


@pytest.mark.parametrize("form", ["headerless", "olmo"])
@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("tinyllama_packed/data/*.bin", "litpkds"),
        ("llmc_bin/gpt2/*.bin", "llmc"),
        ("llmc_bin/llama3/*.bin", "llmc"),
        ("litdata_litgpt/tensor/**/chunk-*0.bin", "litdata"),
        ("mosaicml_mds/ndarray/**/*.mds", "mds"),
        ("hf_datasets/arrow_int32/**/*.arrow", "arrow"),
        ("hf_datasets/parquet_int32/**/*.parquet", "parquet"),
        ("gpt_neox/corpus_text_document.idx", "megatron"),
        ("gpt_neox/legacy_cached_document.idx", "megatron-legacy"),
    ],
)
def test_shards_of_other_formats(form: str, pattern: str, named: str) -> None:
    path = sorted(FIXTURES.glob(pattern))[0]
    config = CorpusConfig(format=form, paths=[str(path)], dtype="uint8", sequence_length=16)
    with pytest.raises(InputError, match=f'not bare ids; set .corpus. format = "{named}"'):
        open_corpus(config, base=Path()).look()


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("ids.bin")
        entry.size = IDS.nbytes
        archive.addfile(entry, io.BytesIO(IDS.tobytes()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_tar(), "is a tar archive"),
        (pickle.dumps(IDS), "is a Python pickle"),
        (b"\x38\0\0\0\0\0\0\0" + b'{"ids": {}}'.ljust(56) + IDS.tobytes(), "is a file of safetensors"),
        (b"\x89HDF\r\n\x1a\n" + IDS.tobytes(), "is an HDF5 file"),
        (gzip.compress(IDS.tobytes()), "holds a packed file inside zstd"),
    ],
)
def test_files_that_hold_no_shard(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        refuse_known_head(content[:4096], "x", compression="zstd")


@pytest.mark.parametrize("dtype", ["<u2", "<u4", ">u2", "<i8"])
def test_bare_ids(dtype: str) -> None:
    for ids in (
        IDS,
        np.zeros(512),
        np.arange(512),
        np.arange(512)[::-1],
        np.full(512, 65535),
        np.full(512, 20),
    ):
        refuse_known_head(ids.astype(dtype).tobytes(), "x", compression=None)
