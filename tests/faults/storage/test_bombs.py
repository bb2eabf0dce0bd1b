"""Small files that unpack to much are refused at once, by the key or option that takes them on purpose."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

LIMIT = 1200 << 20
"""Address space of a command that reads a bomb of a gibibyte."""


def packed(before: bytes, middle: bytes, after: bytes) -> bytes:
    compressor = zstandard.ZstdCompressor(level=1).compressobj()
    pieces = [compressor.compress(before)]
    pieces += [compressor.compress(middle * ((1 << 20) // len(middle))) for _ in range(1024)]
    return b"".join([*pieces, compressor.compress(after), compressor.flush()])


def tokenizer_bomb() -> bytes:
    return gzip.compress(b" " * (300 << 20), compresslevel=1)


SETTINGS = ("--set", "corpus.format=jsonl", "--set", "corpus.paths=['{bomb}']", "--no-forms")
#   bomb                 name of the file, its content, command, and what the message names
BOMBS = {
    "one long phrase": (
        "p.jsonl.zst",
        lambda: packed(b'{"phrase": "', b"a", b'"}\n'),
        ["phrases", "{bomb}"],
        "raise --max-file-bytes",
    ),
    "many phrases": (
        "p.txt.zst",
        lambda: packed(b"", b"a\n", b""),
        ["phrases", "{bomb}"],
        "--max-file-bytes",
    ),
    "a long line of text": (
        "c.jsonl.zst",
        lambda: packed(b'{"text": "', b"a ", b'"}\n'),
        ["tokenize", "{bomb}", "-n", "8", "--tokenizer", "{sample}/tokenizer.json", "--out", "{out}"],
        "raise --max-line-bytes",
    ),
    "a long line of ids": (
        "c.jsonl.zst",
        lambda: packed(b'{"token_ids": [0', b",1", b"]}\n"),
        ["check", "{sample}/exposure.toml", *SETTINGS],
        "raise [corpus] max_line_bytes",
    ),
    "a tokenizer": (
        "t.json.gz",
        tokenizer_bomb,
        ["check", "{sample}/exposure.toml", "--set", "tokenizer.path={bomb}"],
        "raise [tokenizer] max_bytes",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_in_bounded_memory(name: str, sample: Path, tmp_path: Path) -> None:
    file, make, words, named = BOMBS[name]
    bomb = tmp_path / file
    bomb.write_bytes(make())
    assert bomb.stat().st_size < 2_000_000
    command = [word.format(bomb=bomb, sample=sample, out=tmp_path / "out") for word in words]
    program = (
        "import resource, sys\n"
        "import numpy, pyarrow, zstandard, tokenizers\n"
        "from indexer.cli.main import run\n"
        "now = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        f"resource.setrlimit(resource.RLIMIT_AS, (now + {LIMIT}, now + {LIMIT}))\n"
        f"sys.exit(run({command!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 5, done.stderr
    assert named in done.stderr.splitlines()[-1]
