"""docs/architecture.md has a line for every folder of the package, and for every module of its top."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_all_that_stands_in_the_package_is_told() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "indexer"
    modules = [path.name for path in package.glob("*.py") if not path.stem.startswith("__")]
    folders = [path.parent.name for path in package.glob("*/__init__.py")]
    assert len(modules) > 20 and len(folders) > 15
    missing = [name for name in modules if f"`{name}`" not in page and f"`indexer/{name}`" not in page]
    missing += [name for name in folders if f"`indexer/{name}/`" not in page]
    assert missing == []
