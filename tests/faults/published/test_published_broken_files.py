"""Broken files that others published: refused by name or read as the library reads them, in bounded memory.

Nothing of them is part of this project. ``EXPOSURE_BROKEN_FILES`` names a folder with what there is of:
facebook/zstd (``tests/golden-decompression*``), klauspost/compress (``zstd/testdata``),
apache/parquet-testing, apache/arrow-testing, nst/JSONTestSuite, minimaxir/big-list-of-naughty-strings, each
in a folder named after its repository; ``tests/faults/README.md`` says how to get them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from tokenizers import decoders, models, pre_tokenizers

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.errors import ExposureError
from tests.faults.published.reading import HANG_SECONDS
from tests.support.small_corpus import ask

VARIABLE = "EXPOSURE_BROKEN_FILES"
TOP = Path(__file__).resolve().parents[3]


def published(repository: str) -> Path:
    """Return the folder of a repository, or skip."""
    given = os.environ.get(VARIABLE)
    if not given:
        pytest.skip(f"{VARIABLE} names no folder of published broken files (see tests/faults/README.md)")
    folder = Path(given) / repository
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder


def files_in(folder: Path, scratch: Path) -> list[Path]:
    """Return all files below a folder, those in zip files too."""
    found = []
    for path in sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    ):
        if path.suffix == ".zip":
            inside = scratch / path.stem
            with zipfile.ZipFile(path) as archive:
                for number, name in enumerate(archive.namelist()):
                    if not name.endswith("/"):
                        copy = inside / f"{number}-{Path(name).name}"
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        copy.write_bytes(archive.read(name))
                        found.append(copy)
        else:
            found.append(path)
    return found


def outcomes(kind: str, files: list[Path], scratch: Path) -> list[dict[str, Any]]:
    """Read files in a process of its own; the file over which it dies or hangs costs that process."""
    left = [str(path) for path in files]
    found = []
    while left:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.published.reading", kind, str(scratch)],
            input="\n".join(left),
            capture_output=True,
            text=True,
            cwd=TOP,
            timeout=600 + HANG_SECONDS,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found += lines
        left = left[len(lines) :]
        if left:
            said = f"{done.returncode}: {done.stderr[-2000:]}"
            found.append({"name": left.pop(0), "what": "died or hung", "said": said})
    return found


def unwanted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assert found
    return [one for one in found if one["what"] not in ("refused", "equal", "read")]


def test_zstd_frames_of_the_library(tmp_path: Path) -> None:
    folder = published("zstd")
    found = outcomes("zstd", files_in(folder, tmp_path), tmp_path)
    assert unwanted(found) == []
    for one in found:
        if "golden-decompression" in one["name"]:
            assert one["what"] == ("refused" if "-errors" in one["name"] else "equal"), one


def test_zstd_frames_of_another_library(tmp_path: Path) -> None:
    found = outcomes("zstd", files_in(published("compress"), tmp_path), tmp_path)
    assert unwanted(found) == []
    assert any(one["what"] == "equal" for one in found)
    assert [one for one in found if one["what"] == "refused" and one["library"] == "reads"] == []


@pytest.mark.parametrize("repository", ["parquet-testing", "arrow-testing"])
@pytest.mark.parametrize("kind", ["table", "phrases"])
def test_tables(repository: str, kind: str, tmp_path: Path) -> None:
    found = outcomes(kind, files_in(published(repository), tmp_path), tmp_path)
    assert unwanted(found) == []
    assert any(one["what"] != "refused" for one in found)


PYTHON_READS = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}
"""No JSON, and written by Python and others all the same."""


@pytest.mark.parametrize("kind", ["json line", "json array", "json ids", "phrases"])
def test_json(kind: str, tmp_path: Path) -> None:
    folder = published("JSONTestSuite")
    files = sorted(folder.rglob("test_*/*.json"))
    found = outcomes(kind, files, tmp_path)
    assert unwanted(found) == []
    if kind == "json line":
        for one in found:
            name = Path(one["name"]).name
            if "test_parsing" in one["name"] and name[0] in "yn" and name not in PYTHON_READS:
                assert one["what"] == {"y": "equal", "n": "refused"}[name[0]], one


def byte_level() -> tokenizers.Tokenizer:
    """One id a byte, and nothing normalized."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = tokenizers.Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    return made


def test_naughty_strings_are_counted_as_plain_python_counts(
    tmp_path: Path, exposure: Callable[..., tuple[int, str, str]]
) -> None:
    strings = json.loads((published("big-list-of-naughty-strings") / "blns.json").read_text("utf-8"))
    byte_level().save(str(tmp_path / "tokenizer.json"))
    texts = [*strings, *(f"before {text} behind" for text in strings)]
    (tmp_path / "text.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    phrases = [text.strip() for text in strings if text.strip()]
    (tmp_path / "phrases.jsonl").write_text("".join(json.dumps({"phrase": one}) + "\n" for one in phrases))
    tables = {
        "phrases": {"source": "phrases.jsonl", "text": "phrase"},
        "tokenizer": {"path": "tokenizer.json"},
        "corpus": {"paths": ["text.jsonl"], "format": "text", "packing": "document", "sequence_length": 8000},
        "order": {"kind": "sequential", "batch_size": 1},
        "match": {"unit": "both", "case": "exact", "boundary": "none"},
    }
    index = tmp_path / "index"
    build_index(config_from_tables(tables, origin="test", base=tmp_path), index, n_workers=1)
    question = "SELECT phrase, exposure_count FROM exposures JOIN phrases USING (phrase_id)"
    counted = dict(ask(index, question))
    assert counted == {phrase: sum(occurrences(text, phrase) for text in texts) for phrase in set(phrases)}
    for phrase in [*phrases[:12], *phrases[12::50]]:
        code, _, err = exposure("show", index, "--", phrase)
        assert code == 0, (phrase, err)


def occurrences(text: str, phrase: str) -> int:
    """Count occurrences, overlapping ones too."""
    return sum(text.startswith(phrase, at) for at in range(len(text)))


@pytest.mark.parametrize("ending", ["txt", "json", "csv", "jsonl", "tsv", ""])
def test_naughty_strings_as_phrases_of_any_kind_of_file(ending: str, tmp_path: Path) -> None:
    folder = published("big-list-of-naughty-strings")
    files = []
    for number, text in enumerate(json.loads((folder / "blns.json").read_text("utf-8"))):
        files.append(tmp_path / (f"{number}.{ending}" if ending else str(number)))
        files[-1].write_text(text, encoding="utf-8")
    assert unwanted(outcomes("phrases", files, tmp_path)) == []


def test_naughty_strings_as_configuration(tmp_path: Path) -> None:
    folder = published("big-list-of-naughty-strings")
    for text in json.loads((folder / "blns.json").read_text("utf-8")):
        for section, key in [("phrases", "source"), ("corpus", "paths"), ("order", "kind"), (text, "x")]:
            tables = {section: {key: [text] if key == "paths" else text}}
            try:
                config = config_from_tables(tables, origin="test", base=tmp_path)
                build_index(config, tmp_path / "index", n_workers=1)
            except ExposureError as error:
                assert error.exit_code in (2, 3, 4, 5)
