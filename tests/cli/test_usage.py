"""Wrong usage is told with what would be right, and help fits a terminal of 80 columns."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest

from indexer.cli.main import COMMANDS


def test_a_summary_is_one_line_of_eighty_columns() -> None:
    indent = 2 + max(map(len, COMMANDS)) + 2
    assert [name for name, (_, line) in COMMANDS.items() if indent + len(line) > 78] == []


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("init", "query", "certify")])
def test_what_is_missing_is_told_with_an_example_of_the_command(name: str, exposure) -> None:
    module, _, function = COMMANDS[name][0].partition(":")
    example = getattr(importlib.import_module(module), function).examples[0]
    code, out, err = exposure(name)
    assert (code, out) == (2, "") and f", as in: {example}" in err and example.startswith(f"exposure {name}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("split", "INDEX", "--side", "goood"), "did you mean 'good'?"),
        (("split", "INDEX", "--checkpoint", "three"), "'three' is not a whole number."),
        (("report", "INDEX", "--threshold", "high"), "'high' is not a number."),
        (("status", "INDEX/plan.json"), "is a file of an index: give its folder, INDEX"),
        (("diff", "INDEX", "FOLDER/exposure.toml"), "give the folder that `exposure index` wrote"),
        (("status", "FOLDER"), "did you mean INDEX?"),
        (("split", "INDEX", "--out", "pairs"), "one that ends in .parquet or .csv or .jsonl"),
    ],
)
def test_a_wrong_word_is_told_with_the_right_one(
    index_dir: Path, tmp_path: Path, exposure, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "exposure.toml").touch()
    index = tmp_path / "index"
    index.symlink_to(index_dir)

    def named(word: str) -> str:
        return word.replace("INDEX", str(index)).replace("FOLDER", str(tmp_path))

    code, _, err = exposure(*map(named, words))
    assert code == 2 and named(told) in err


def test_advice_quotes_a_folder_for_the_shell(index_dir: Path, tmp_path: Path, exposure) -> None:
    (tmp_path / "my index").symlink_to(index_dir)
    code, _, err = exposure("show", tmp_path / "my index", "nosuch/xyzzy")
    assert code == 2
    (advised,) = re.findall("`exposure (.*)` lists what it holds", err)
    assert exposure(*shlex.split(advised))[0] == 0
