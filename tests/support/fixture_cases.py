"""How each fixture of the real writers is configured, and what it must give."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from indexer.config import CorpusConfig, OrderConfig

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@dataclass(frozen=True)
class Case:
    """One fixture folder read in one way."""

    folder: str
    corpus: dict
    order: dict = field(default_factory=lambda: dict(batch_size=8))
    steps: str | None = "loader_steps.npy"
    expected: str | None = "expected.json"
    left_out: str | None = None  # a file the reader must do without

    def base(self, tmp_path: Path) -> Path:
        """Return the folder; if a file is left out, a copy without it."""
        folder = FIXTURES / self.folder
        if self.left_out is None:
            return folder
        assert (folder / self.left_out).is_file()
        copy = tmp_path / self.folder
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(self.left_out))
        return copy

    def corpus_config(self, **changes):
        return CorpusConfig(**{**self.corpus, **changes})

    def order_config(self, **changes):
        return OrderConfig(**{**self.order, **changes})


def sequence_rows(**corpus):
    return Case("npy_raw", {"sequence_length": 129, **corpus})


CASES = {
    "megatron": Case(
        "megatron_core",
        dict(format="megatron", paths=["corpus_text_document"], windows="cache"),
        dict(kind="megatron", batch_size=8, stop_step=22),
    ),
    "neox": Case(
        "gpt_neox",
        dict(format="megatron", paths=["corpus_text_document.bin"], windows="."),
        dict(kind="megatron", batch_size=8, stop_step=22),
    ),
    "pythia": Case("pythia_preshuffled", dict(format="pythia", paths=["."])),
    "pythia without idx": Case(
        "pythia_preshuffled",
        dict(format="pythia", paths=["document-*.bin"], sequence_length=2049),
        left_out="document.idx",
    ),
    "olmo": Case(
        "olmo_v1",
        dict(format="olmo", paths=["data/part-*.npy"], dtype="uint16", sequence_length=128),
        dict(kind="olmo", path="train_data_epoch0", batch_size=8, ranks=2),
    ),
    "olmo from its seed": Case(
        "olmo_v1",
        dict(format="olmo", paths=["data/part-*.npy"], dtype="uint16", sequence_length=128),
        dict(kind="olmo", seed=6198, batch_size=8, ranks=2),
    ),
    "olmo-core": Case(
        "olmo_core",
        dict(format="olmo-core", paths=["data/part-*.npy"], dtype="uint16", sequence_length=128),
        dict(kind="olmo-core", path="work", batch_tokens=1024, ranks=2),
    ),
    "olmo-core from its seed": Case(
        "olmo_core",
        dict(format="olmo-core", paths=["data/part-*.npy"], dtype="uint16", sequence_length=128),
        dict(kind="olmo-core", seed=34521, epochs=2, batch_tokens=1024, ranks=2),
    ),
    "mds ndarray": Case("mosaicml_mds", dict(format="mds", paths=["ndarray"])),
    "mds bytes in zstd": Case("mosaicml_mds", dict(format="mds", paths=["bytes_int64"], dtype="int64")),
    "datatrove": Case("datatrove_nanotron", dict(format="datatrove", paths=["direct"], sequence_length=129)),
    "datatrove, files shuffled": Case(
        "datatrove_nanotron",
        dict(format="datatrove", paths=["direct"], sequence_length=129, file_order_seed=42),
        steps="loader_steps_files_shuffled.npy",
        expected=None,
    ),
    "datatrove, merged": Case(
        "datatrove_nanotron",
        dict(format="datatrove", paths=["merged"], sequence_length=129),
        steps="loader_steps_merged.npy",
        expected="expected_merged.json",
    ),
    "litdata": Case("litdata_litgpt", dict(format="litdata", paths=["tensor"], sequence_length=129)),
    "litpkds": Case(
        "tinyllama_packed",
        dict(format="litpkds", paths=["data/*.bin"], sequence_length=129),
        dict(kind="litpkds", batch_size=8, read_at_once=2, stop_step=30),
    ),
    "litpkds, shuffled": Case(
        "tinyllama_packed",
        dict(format="litpkds", paths=["data/*.bin"], sequence_length=129),
        dict(kind="litpkds", batch_size=8, read_at_once=2, stop_step=30, seed=12345),
        steps="loader_steps_shuffled.npy",
        expected=None,
    ),
    "llmc": Case(
        "llmc_bin",
        dict(format="llmc", paths=["gpt2/*.bin"], sequence_length=65),
        dict(kind="within-shards", batch_size=4),
    ),
    "amber": Case(
        "amber_jsonl",
        dict(format="jsonl", paths=["train_1.jsonl"], sequence_length=2049),
        dict(batch_size=4),
        steps=None,
        expected="expected_train_1.json",
    ),
    "arrow": Case("hf_datasets", dict(format="arrow", paths=["arrow_int32"])),
    "parquet": Case("hf_datasets", dict(format="parquet", paths=["parquet_int32/*.parquet"])),
    "npy 2-D": Case("npy_raw", dict(format="npy", paths=["tokens_2d.npy"])),
    "npy 1-D": sequence_rows(format="npy", paths=["tokens_1d.npy"]),
    "npy gz": sequence_rows(format="npy", paths=["tokens_1d.npy.gz"]),
    "npy zst": sequence_rows(format="npy", paths=["tokens_1d.npy.zst"]),
    "headerless npy": sequence_rows(format="headerless", paths=["tokens_headerless.npy"], dtype="u2"),
    "raw": sequence_rows(format="headerless", paths=["tokens_raw.bin"], dtype="u2"),
    "raw uint32": sequence_rows(format="headerless", paths=["tokens_raw_u32.bin"], dtype="u4"),
    "raw zst": sequence_rows(format="headerless", paths=["tokens_raw.bin.zst"], dtype="u2"),
    "raw gz": sequence_rows(format="headerless", paths=["tokens_raw.bin.gz"], dtype="u2"),
    "raw zst of several frames": sequence_rows(
        format="headerless", paths=["tokens_raw_multi.bin.zst"], dtype="u2"
    ),
    "raw gz of several members": sequence_rows(
        format="headerless", paths=["tokens_raw_multi.bin.gz"], dtype="u2"
    ),
    "levanter": Case("levanter_cache", dict(format="levanter", paths=["cache"], sequence_length=128)),
}
