"""docs/glossary.md: each word has one meaning and a name in the code; names of the searches are all there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text()
ROW = re.compile(r"^\| (\w[\w -]*) \| .* \|$", re.MULTILINE)
WORDS = [word for word in ROW.findall(GLOSSARY) if word != "word"]
NAMES = sorted(set(re.findall(r"`(indexer\.[\w.]+)`", GLOSSARY)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_in_the_code(name):
    module, attribute = name.rsplit(".", 1)
    assert hasattr(importlib.import_module(module), attribute)


def test_a_word_has_one_meaning():
    assert len(WORDS) > 30
    assert len(WORDS) == len(set(WORDS))


@pytest.mark.parametrize("search", ["ids", "text", "gapped"])
def test_the_matchers_and_prefilters_of_each_search_are_listed(search):
    listed = [name for name in NAMES if name.startswith(f"indexer.matching.{search}.")]
    assert listed
    package = Path(importlib.import_module(f"indexer.matching.{search}").__file__).parent
    one_idea = re.compile(
        r"^class (\w*(?:Prefilter|Windows|HitBuffer|Traversals|Spellings|Stretches))\b", re.MULTILINE
    )
    defined = {name for path in package.rglob("*.py") for name in one_idea.findall(path.read_text())}
    assert defined <= {name.rsplit(".", 1)[1] for name in listed}
