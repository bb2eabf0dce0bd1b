"""The pairs whose phrases occur in real text: every paradigm's count comes out as measured elsewhere.

The measured counts take a word with a hyphen as one word, which our boundary test does not:
"this in-law" holds "this in" for us.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from pathlib import Path

import pytest
import zstandard

from indexer.config import MatchConfig
from indexer.phrases import PhraseSet
from indexer.phrases.text_search import TextSearch


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[str, tuple[int, int, int]]:
    lines = (shared / "spec" / "critical-phrases.md").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| paradigm | good | bad |"))
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        name, good, bad, either, _ = (cell.strip() for cell in line.strip("|").split("|"))
        found[name] = (int(good), int(bad), int(either))
    return found


def _hyphenated(text: str, letter: int, border: int) -> bool:
    """Tell whether a hyphen at a border joins the phrase to a letter."""
    hyphen = border if letter > border else border - 1
    return text[hyphen : hyphen + 1] == "-" and letter >= 0 and text[letter : letter + 1].isalnum()


@pytest.mark.slow
def test_exposed_pairs_of_every_paradigm(
    shared: Path, blimp: PhraseSet, published: dict[str, tuple[int, int, int]]
) -> None:
    search = TextSearch(blimp.phrases["phrase"].to_pylist(), MatchConfig())
    seen: set[int] = set()
    for path in sorted((shared / "data" / "text").glob("*.jsonl.zst")):
        with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
            for line in io.TextIOWrapper(stream, encoding="utf-8"):
                text = json.loads(line)["text"]
                seen.update(
                    found.phrase
                    for found in search.find(text)
                    if not _hyphenated(text, found.start - 2, found.start)
                    and not _hyphenated(text, found.stop + 1, found.stop)
                )
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in blimp.pairs.select(["paradigm", "good_phrase_id", "bad_phrase_id"]).to_pylist():
        good, bad = row["good_phrase_id"] in seen, row["bad_phrase_id"] in seen
        for number, is_exposed in enumerate((good, bad, good or bad)):
            counts[row["paradigm"]][number] += is_exposed
    assert {name: tuple(found) for name, found in counts.items() if any(found)} == {
        name: found for name, found in published.items() if any(found)
    }
