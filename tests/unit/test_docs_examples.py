"""Every example command of the documentation that asks an index can be given to the index of the sample."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from indexer.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"index", "INDEX", "sample/index"}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples(page: Path) -> list[str]:
    """Return the commands of a page that ask an index of the sample, in fences or in a line of text."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ exposure ")]
    lines += re.findall(r"`(exposure verify INDEX [^`]*)`", text)
    return [line for line in lines if _asks_the_sample(shlex.split(line, comments=True))]


def _asks_the_sample(words: list[str]) -> bool:
    """Tell whether a command asks an index of what the sample has: it has no evaluation results."""
    of_results = words[1:2] == ["import"] or any(word.startswith(("measure=", "model=")) for word in words)
    return len(words) > 2 and words[2] in NAMES and not of_results


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.name)
def test_the_examples_run(
    page: Path,
    index_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(index_dir, tmp_path / "index2")
    for question in re.findall(r"```sql\n(-- title:.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        (tmp_path / "late.sql").write_text(question)
    for line in examples(page):
        # the small sample has 60 steps in the place of 1,000
        shorter = re.sub(r"(checkpoint|seen_by)([ =])(1000|500)\b", r"\g<1>\g<2>50", line)
        words = [
            str(index_dir) if word in NAMES else word for word in shlex.split(shorter, comments=True)[1:]
        ]
        code, said = run(words), capfd.readouterr()
        # the small sample has neither results nor measures of models, and one unit: it is told so
        needs_more = code == 2 and re.search(r"holds no (results|measures)|counts in one unit", said.err)
        assert code == 0 or needs_more, f"{line}: {said}"
