"""``format = "auto"``: looks at names and first bytes, in a fixed order, and says what it saw.

====================================================== ==================
what is looked at                                      format
====================================================== ==================
folder, ``index.json`` with shards and version 2       mds
folder, ``index.json`` with chunks and config          litdata
folder, ``state.json``                                 arrow
folder, ``shard_ledger.json``                          levanter
``...-00000-of-00020.bin``                             pythia
``.idx`` beside the path, magic MMIDIDX or TNTIDX      megatron(-legacy)
``*.ds``                                               datatrove
first bytes LITPKDS                                    litpkds
first int32 20240520, 20240801 (20240522 is refused)   llmc
first bytes 93 NUMPY                                   npy
first bytes PAR1, ARROW1, FF FF FF FF                  parquet, arrow
zstd, gzip, bz2                                        unpacked, looked at again
first bytes {", a key of ids                           jsonl
first bytes {", a key of text, with ``packing`` given  text
anything else, with ``dtype`` given                    headerless
====================================================== ==================
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.formats.columns import COLUMNS
from indexer.corpus.formats.plain_text import HEAD_BYTES, refuse_text
from indexer.corpus.formats.plain_text import is_text as is_plain_text
from indexer.corpus.formats.splits import splits_below
from indexer.corpus.preflight.plausible import likely_dtype
from indexer.corpus.text.documents import is_text
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits, compression_of, first_bytes, without_suffix

_HEAD = 256 * 1024
MARKERS = ("index.json", "state.json", "shard_ledger.json")
"""Files that make a folder one of a format; a data set may have a folder, and a marker, for each split."""
_ENDINGS = (".bin", ".npy", ".parquet", ".arrow", ".ds", ".jsonl")


def detect_format(config: CorpusConfig, *, base: Path) -> tuple[CorpusConfig, str]:
    """Return the configuration with its format named, and one sentence on what told it.

    Raises
    ------
    ConfigError
        The files could be read in several ways, and only the user knows which is right.
    InputError
        They are files that are known not to hold ids.
    """
    path = config.paths[0] if config.paths else ""
    if config.windows is not None:
        return replace(config, format="megatron"), "[corpus] windows names Megatron's index arrays"
    if path and files.is_folder(path, base=base):
        return _of_folder(config, path, base)
    names = [name for one in config.paths for name in files.expand(one, base=base)]
    if not names:
        raise InputError("no shards are named", path="[corpus] paths")
    return _of_file(config, names[0], base, names)


def _of_folder(config: CorpusConfig, folder: str, base: Path) -> tuple[CorpusConfig, str]:
    names = {files.base_name(name) for name in files.list_folder(folder, base=base)}
    if config.packing is not None:
        n_texts = sum(is_text(name) for name in names)
        if n_texts:
            return replace(config, format="text"), f"{folder} holds {n_texts:,} files of text to be tokenized"
    if "index.json" in names:
        return _of_index(config, files.join(folder, "index.json"), base)
    if "state.json" in names:
        return replace(config, format="arrow"), f"{folder} holds state.json: a saved Hugging Face dataset"
    if "dataset_dict.json" in names:
        return replace(config, format="arrow"), f"{folder} holds dataset_dict.json: saved splits"
    if "shard_ledger.json" in names:
        return replace(config, format="levanter"), f"{folder} holds shard_ledger.json"
    if any("-of-" in name and name.endswith(".bin") for name in names):
        return replace(config, format="pythia"), f"{folder} holds numbered parts of one .bin"
    for ending, name in ((".ds", "datatrove"), (".parquet", "parquet"), (".arrow", "arrow")):
        if any(one.endswith(ending) for one in names):
            return replace(config, format=name), f"{folder} holds {ending} files"
    if any(name.endswith(".idx") for name in names):
        inside = replace(config, paths=[files.join(one, "*.idx") for one in config.paths])
        indexes = files.expand(inside.paths[0], base=base)
        return _of_file(inside, indexes[0], base, indexes)
    for marker in MARKERS:
        below = splits_below(folder, marker, base=base)
        if below:
            split = config.split if config.split in below else below[0]
            chosen, seen = _of_folder(config, files.join(folder, split), base)
            return replace(config, format=chosen.format), seen
    fix = f'name its shards, as in [corpus] paths = ["{_likely_pattern(folder, base)}"]'
    raise ConfigError("is a folder that tells no format", path=folder, fix=fix)


def _likely_pattern(folder: str, base: Path) -> str:
    """Return a pattern for the shards of a folder or, where it has none, of the first one below with some."""
    for inside in (folder, *files.list_folders(folder, base=base)):
        endings = []
        for name in map(files.base_name, files.list_folder(inside, base=base)):
            bare = without_suffix(name)
            if PurePath(bare).suffix in _ENDINGS and not name.startswith("."):
                endings.append(PurePath(bare).suffix + name[len(bare) :])
        if endings:
            return files.join(inside, f"*{max(endings, key=endings.count)}")
    return files.join(folder, "*.bin")


def _of_index(config: CorpusConfig, index: str, base: Path) -> tuple[CorpusConfig, str]:
    try:
        tables = json.loads(file_bytes.read_all(files.file_at(index, base=base)))
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", path=index) from None
    if isinstance(tables, dict) and "shards" in tables and tables.get("version") == 2:
        return replace(config, format="mds"), f"{index} lists shards, version 2"
    if isinstance(tables, dict) and "chunks" in tables and "config" in tables:
        return replace(config, format="litdata"), f"{index} lists chunks and a config"
    raise InputError("is neither an MDS nor a LitData index", path=index)


def _of_file(config: CorpusConfig, name: str, base: Path, names: Sequence[str]) -> tuple[CorpusConfig, str]:
    if files.base_name(name) == "index.json":
        return _of_index(config, name, base)
    if files.base_name(name) == "shard_ledger.json":
        return replace(config, format="levanter"), f"{name} is a cache ledger"
    bare = name[:-4] if name.endswith((".bin", ".idx")) else name
    if name.endswith(".bin") and "-of-" in files.base_name(name):
        return replace(config, format="pythia"), f"{name} is a numbered part of one .bin"
    if files.exists(f"{bare}.idx", base=base):
        return _of_magic(config, f"{bare}.idx", base)
    if name.endswith(".ds"):
        return replace(config, format="datatrove"), f"{name} is a .ds file"
    file = files.file_at(name, base=base)
    if file.n_bytes == 0:
        raise InputError("is empty", path=name, fix="set [corpus] format")
    limits = Limits(1 << 62, config.max_window_bytes)
    compression = compression_of(file)
    head = first_bytes(file, _HEAD, compression, limits)
    packed = f", unpacked from {compression}," if compression else ""
    found = _of_head(head, name, config)
    if found is not None:
        return replace(config, format=found[0]), f"{name}{packed} begins with {found[1]}"
    if config.packing is not None and is_plain_text(head[:HEAD_BYTES], name):
        raise InputError(
            "is plain text, which does not tell its documents",
            path=name,
            expected="JSON lines or arrays, Parquet or Arrow, with a text in each row",
            fix="name such files alone as [corpus] paths",
        )
    refuse_text(head[:HEAD_BYTES], name, names)
    return _headerless(config, head, f"{name}{packed}", name)


def _of_magic(config: CorpusConfig, index: str, base: Path) -> tuple[CorpusConfig, str]:
    file = files.file_at(index, base=base)
    head = file_bytes.read_range(file, 0, min(9, file.n_bytes))
    if head == b"MMIDIDX\x00\x00":
        return replace(config, format="megatron"), f"{index} begins with MMIDIDX"
    if head[:8] == b"TNTIDX\x00\x00":
        return replace(config, format="megatron-legacy"), f"{index} begins with TNTIDX"
    raise InputError("begins with neither MMIDIDX nor TNTIDX", path=index, offset="byte 0")


def _of_head(head: bytes, name: str, config: CorpusConfig) -> tuple[str, str] | None:
    magics = ((b"LITPKDS", "litpkds"), (b"\x93NUMPY", "npy"), (b"PAR1", "parquet"), (b"ARROW1", "arrow"))
    for magic, kind in magics:
        if head.startswith(magic):
            if kind in ("parquet", "arrow") and config.packing is not None:
                return "text", f"{magic.decode()}, and its text is to be tokenized"
            return kind, magic.decode("latin-1").replace("\x93", "93 ")
    if head.startswith(b"\xff\xff\xff\xff") and head[7:8] == b"\x00":
        kind = "arrow" if config.packing is None else "text"
        return kind, "FF FF FF FF, an Arrow stream"
    first = int.from_bytes(head[:4], "little")
    if first in (20240520, 20240801) and len(head) >= 1024 and not any(head[12:1024]):
        return "llmc", f"{first}, the magic of llm.c"
    if first == 20240522:
        raise InputError("is a multiple-choice evaluation file of llm.c, not a stream of ids", path=name)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"[") and config.packing is not None:
        return "text", "[, a JSON array of documents to be tokenized"
    if text.startswith(b"{") and text[1:].lstrip()[:1] in (b'"', b"}"):  # else ids whose first byte is 7B
        return _of_json(text.split(b"\n", 1)[0], name, config)
    return None


def _of_json(line: bytes, name: str, config: CorpusConfig) -> tuple[str, str]:
    wanted = config.column or "text"
    try:
        keys: Sequence[str] = list(json.loads(line))
    except (ValueError, RecursionError):
        keys = [key for key in (*COLUMNS, wanted) if f'"{key}"'.encode() in line]
    if config.packing is not None and wanted in keys:
        return "text", f"a JSON line with text under {wanted!r}, to be tokenized"
    found = next((key for key in COLUMNS if key in keys), None)
    if found:
        return "jsonl", f"a JSON line with {found!r}"
    if config.packing is not None:
        raise ConfigError(
            f"holds JSON lines without text under {wanted!r}",
            path=name,
            fix=f"set [corpus] column; its keys are {', '.join(keys)}",
        )
    if "text" in keys:
        raise ConfigError(
            "holds raw text",
            path=name,
            fix="turn it into token shards first: exposure tokenize; or set [corpus] packing, and it is"
            " tokenized anew at every scan",
        )
    raise ConfigError(
        f"holds JSON lines without {', '.join(COLUMNS)}",
        path=name,
        fix=f'set [corpus] format = "jsonl" and column; its keys are {", ".join(keys)}',
    )


def _headerless(config: CorpusConfig, head: bytes, seen: str, name: str) -> tuple[CorpusConfig, str]:
    if config.dtype is not None:
        core = config.max_target_sequence_length is not None
        told = "max_target_sequence_length is OLMo-core's" if core else "its dtype is given"
        return replace(config, format="olmo-core" if core else "headerless"), f"{seen} has no header; {told}"
    likely = likely_dtype(head, config.vocab_size)
    looks = f"; it looks like {np.dtype(likely).str}" if likely else ""
    raise ConfigError(
        "has no header, so only you know its dtype" + looks,
        path=name,
        fix=f'set [corpus] dtype = "{likely or "uint16"}" and sequence_length, if that is what wrote it',
    )
