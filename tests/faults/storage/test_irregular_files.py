"""Pipes, sockets and devices are never opened, wherever a path is given; a name that can be none is told."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.cli.main import run
from indexer.errors import InputError
from indexer.storage.files import find_files


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Fail where a pipe is waited for."""

    def late(*_: object) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def open_socket(path: Path) -> None:
    # the name of a socket may have few characters only
    with socket.socket(socket.AF_UNIX) as one:
        short = f"/proc/self/cwd/{path.name}"
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            one.bind(short)
        finally:
            os.chdir(before)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def lost(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (pipe, "is a pipe, and pipes are never opened"),
    "socket": (open_socket, "is a socket, and sockets are never opened"),
    "device": (device, "is a device, and devices are never opened"),
    "link to nothing": (lost, "is a link to a file that is not there"),
}
#   where                       name of the file      command
PLACES = {
    "corpus": (
        "odd.bin",
        ["check", "{sample}", "--set", "corpus.paths=['{odd}']", "--set", "corpus.format=llmc"],
    ),
    "folder of a corpus": (
        "odd.parquet",
        ["check", "{sample}", "--set", "corpus.paths=['{folder}']", "--set", "corpus.format=parquet"],
    ),
    "phrases": ("odd.csv", ["index", "{sample}", "--set", "phrases.source={odd}", "--out", "{out}"]),
    "folder of phrases": ("odd.csv", ["phrases", "{folder}"]),
    "own rules": ("odd.toml", ["phrases", "{pairs}", "--own-rules", "{odd}"]),
    "own function": ("odd.py", ["phrases", "{pairs}", "--own-rules", "{odd}:rule"]),
    "segmenter": ("odd.py", ["phrases", "{pairs}", "--segmenter", "{odd}:cut"]),
    "tokenizer": ("odd.json", ["check", "{sample}", "--set", "tokenizer.path={odd}"]),
    "tokenizer's folder": ("tokenizer.json", ["check", "{sample}", "--set", "tokenizer.path={folder}"]),
    "order": (
        "odd.npy",
        ["check", "{sample}", "--set", "order.kind=indices", "--set", "order.path={odd}"],
    ),
    "table of an order": (
        "odd.csv",
        ["check", "{bare}", "--set", "order.kind=table", "--set", "order.path={odd}"],
    ),
    "checkpoints": ("odd.txt", ["check", "{sample}", "--set", "order.checkpoints={odd}"]),
    "configuration": ("exposure.toml", ["check", "{odd}"]),
    "configuration's folder": ("exposure.toml", ["check", "{folder}"]),
    "query": ("odd.sql", ["query", "{index}", "{odd}"]),
    "results": ("odd.csv", ["import", "{index}", "{odd}"]),
    "samples": ("samples.jsonl", ["import", "{index}", "{odd}"]),
    "text": (
        "odd.jsonl",
        ["tokenize", "{odd}", "--tokenizer", "{tokenizer}", "-n", "8", "--out", "{out}"],
    ),
    "folder of text": (
        "odd.jsonl",
        ["tokenize", "{folder}", "--tokenizer", "{tokenizer}", "-n", "8", "--out", "{out}"],
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_by_its_kind(
    kind: str, place: str, sample: Path, index_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if kind == "link to nothing" and place in ("checkpoints", "tokenizer", "tokenizer's folder", "phrases"):
        pytest.skip("what is not there may be the name of a grid, or of a repository on the hub")
    make, said = KINDS[kind]
    name, words = PLACES[place]
    folder = tmp_path / "folder"
    folder.mkdir()
    make(folder / name)
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("good,bad\nA goose sleeps.,A goose sleep.\n")
    bare = tmp_path / "bare.toml"
    lines = (sample / "exposure.toml").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith(("batch_size", "drop_last")))
    for key in ('paths = ["', 'path = "', 'source = "'):
        text = text.replace(key, f"{key}{sample}/")
    bare.write_text(text)
    places = {
        "bare": bare,
        "sample": sample / "exposure.toml",
        "tokenizer": sample / "tokenizer.json",
        "index": index_dir,
        "folder": folder,
        "odd": folder / name,
        "pairs": pairs,
        "out": tmp_path / "out",
    }
    code = run([word.format(**places) for word in words])
    shown = capsys.readouterr().err
    assert code in (2, 3), shown
    assert said in shown
    assert name in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    "setting",
    [
        "corpus.paths=['{}']",
        "phrases.source='{}'",
        "tokenizer.path='{}'",
        "phrases.own_rules='{}.toml'",
        "order.checkpoints='{}'",
    ],
)
@pytest.mark.parametrize(
    ("name", "said"), [(r"a\u0000b", "b"), ("ftp://host/a.jsonl", "ftp"), ("gopher::x", "gopher")]
)
def test_a_name_that_no_file_can_have_is_one_line(
    setting: str, name: str, said: str, sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = setting.format(name).replace("'", '"')
    code = run(["index", str(sample / "exposure.toml"), "--set", written, "--out", str(tmp_path / "out")])
    shown = capsys.readouterr().err
    line = shown.strip().splitlines()[-1]
    assert code in (2, 3), shown
    assert line.startswith("exposure: ")
    assert said in line
    assert "\0" not in shown


def test_a_scheme_that_is_not_read_names_those_that_are(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    word = 'corpus.paths=["ftp://me:secret@host/a.bin"]'
    assert run(["check", str(sample / "exposure.toml"), "--set", word]) == 3
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "is a URL of a kind that is not read (ftp)" in line
    assert "expected abfs" in line
    assert "s3" in line
    assert "secret" not in line


def test_a_name_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.bin")).write_bytes(bytes(range(64)))
    with pytest.raises(InputError, match=r"a\\udcff\.bin: has a name that is no text in utf-8; rename it"):
        find_files(["*.bin"], base=tmp_path)
