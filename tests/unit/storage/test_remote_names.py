"""Names on object stores: patterns stand for what local ones do, and a page of links for its folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.globs import has_magic, local_matches
from indexer.storage.http_listing import names_on_page
from indexer.storage.remote_names import refuse_dots

PARTS = ["a", "b", ".h", "[v1]", "v", "a b", "é", "a#1", "x.bin", "y.bin", ".z.bin", "*", "q?"]
PATTERNS = [*PARTS, "*", "?", "[ab]", "*.bin", "[!a]*", ".*", "**", "a*"]


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    store = MemoryFileSystem()
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@given(
    st.sets(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("/".join), min_size=1, max_size=8),
    st.lists(st.sampled_from(PATTERNS), max_size=2),
    st.sampled_from(["*", "*.bin", "x.bin", "?.bin", "[xy].bin", ".*"]),
)
@example({"[v1]/x.bin", "v/x.bin"}, ["[v1]"], "*.bin")
@example({"a/.h/x.bin", "a/b/x.bin"}, ["**"], "x.bin")
@example({"a/a/a"}, ["**", "a"], "*")
def test_a_pattern_stands_for_what_it_does_locally(
    store: MemoryFileSystem,
    tmp_path_factory: pytest.TempPathFactory,
    tree: set[str],
    parts: list[str],
    last: str,
) -> None:
    base = tmp_path_factory.mktemp("tree")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    for name in sorted(tree):
        place = base / name
        if any(parent.is_file() for parent in place.parents) or place.is_dir():
            continue  # no store, but a disk, minds a name that is a file and a folder
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        store.pipe_file(f"/t/{name}", b"")
    pattern = "/".join([*parts, last])
    assume(has_magic(pattern))
    local = [name for name in local_matches(pattern, base=base) if (base / name).exists()]
    if not local:  # a folder of that name is no file on either
        with pytest.raises(InputError, match=r"matches no file|is a folder"):
            files.file_at(files.expand(f"memory://t/{pattern}", base=base)[0], base=base)
        return
    matched = files.expand(f"memory://t/{pattern}", base=base)
    assert sorted(set(local)) == [name.removeprefix("memory://t/") for name in matched]


PAGE = """<html><body><a href="?C=N;O=D">Name</a> <a href="../">Up</a> <a href="./">here</a>
<a href='it%27s&amp;.bin'>1</a> <a href="/d/%C3%A9.bin">2</a> <a href="http://h/d/3.bin">3</a>
<a href=4.bin>4</a>
<a name="9.bin">9</a> <a href="a%20b.bin">10</a> <a href="a%20b.bin">10 again</a>
<a href="sub/">5</a> <a href="sub/deep.bin">6</a> <a href="https://other/d/7.bin">7</a>
<a href="8.bin#part">8</a>
</body></html>"""


def test_a_page_lists_the_links_that_lie_in_its_folder() -> None:
    assert sorted(names_on_page(PAGE, "http://h/d/")) == [
        ("%C3%A9.bin", False),
        ("3.bin", False),
        ("4.bin", False),
        ("a%20b.bin", False),
        ("it%27s&.bin", False),
        ("sub", True),
    ]


@pytest.mark.parametrize(
    "url", ["s3://b/../x", "https://h/a/%2E%2E/x", "https://h/a/..", "gs://b/a/../*.bin"]
)
def test_a_part_of_two_dots_is_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"holds a part '\.\.'"):
        refuse_dots(url)


@pytest.mark.parametrize("url", ["s3://b/a..b/x", "https://h/x?path=../y", "s3://b/..."])
def test_dots_in_names_are_names(url: str) -> None:
    refuse_dots(url)
