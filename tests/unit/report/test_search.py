"""The search box of the report holds what the index says, and stays small."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.errors import ResourceError
from indexer.index_dir import IndexDir
from indexer.report.images import bundle
from indexer.report.page import page, snippet
from indexer.report.phrase_history import phrase_history
from indexer.report.search import found, script, search_box
from indexer.report.search import verdicts as verdicts_module
from indexer.splits.ask import ask
from indexer.splits.item_history import item_history
from indexer.splits.item_words import told_span, told_windows
from tests.support.browser import BROWSER, look

pytest.importorskip("altair")


def unpacked(box: str) -> dict[str, Any]:
    packed = re.search(r'id="search-data">([^<]*)<', box)
    assert packed
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return content


def curve(content: dict[str, Any], number: int) -> dict[int, int]:
    """What the page draws: exposures before each checkpoint of its grid."""
    points = content["points"][number]
    since = dict(zip(points[::2], points[1::2], strict=True))
    return {
        checkpoint: sum(since.get(point, 0) for point in range(at + 1))
        for at, checkpoint in enumerate(content["grid"])
    }


@pytest.fixture(scope="module")
def box(index_dir: Path) -> str:
    return search_box(IndexDir(index_dir))


def test_phrases_curves_places_and_items_are_those_of_the_index(index_dir: Path, box: str) -> None:
    content = unpacked(box)
    rows = ask(index_dir, "SELECT * FROM exposures JOIN phrases USING (phrase_id)").rows.to_pylist()
    names = ("phrase", "exposure_count", "sequence_count", "first_step", "last_step")
    told = zip(
        content["phrases"], content["counts"], content["sequences"], content["first"], content["last"],
        content["status"], strict=True,
    )  # fmt: skip
    assert sorted(told, key=str) == sorted(
        ((*(r[name] for name in names), r["status"][0]) for r in rows), key=str
    )
    most = max(range(len(rows)), key=content["counts"].__getitem__)
    history = phrase_history(index_dir, content["phrases"][most])
    totals = curve(content, most)
    sums = [sum(history.exposures_since[: at + 1]) for at in range(len(history.checkpoints))]
    assert totals == dict(zip(history.checkpoints, sums, strict=True))
    places = content["places"][most]
    for place in range(found.N_PLACES):
        known, context = history.places[place], history.contexts[place]
        step, sequence, offset, path = places[4 * place : 4 * place + 4]
        assert (step, sequence, offset, content["paths"][path]) == (
            known["step"], known["sequence"], known["token_offset"], known["path"],
        )  # fmt: skip
        assert content["contexts"][f"{most}.{place}"][1] == context.occurrence
    item, *roles = content["items"][0]
    named = ask(
        index_dir,
        "SELECT role, phrase FROM item_phrases JOIN phrases USING (phrase_id) WHERE item_id = $item "
        "ORDER BY item_phrases.rowid",
        {"item": item},
    ).rows.to_pylist()
    assert [
        (role, content["phrases"][number])
        for role, numbers in zip(roles[::2], roles[1::2], strict=True)
        for number in numbers
    ] == [(row["role"], row["phrase"]) for row in named]


def test_items_have_the_verdicts_and_spans_of_the_index(index_dir: Path, box: str) -> None:
    content = unpacked(box)
    numbers = {item[0]: number for number, item in enumerate(content["items"])}
    told_of = {
        content["items"][int(role.partition(".")[0])][0].partition("/")[0] for role in content["verdicts"]
    }
    assert told_of == {"quiz", "words"}  # and of no pair
    found_verdicts = set()
    for item in ("quiz/000", "quiz/001"):
        roles = content["items"][numbers[item]][1::2]
        for role in item_history(index_dir, item).roles:
            told = content["verdicts"][f"{numbers[item]}.{roles.index(role.role)}"]
            assert told[:2] == [role.verdict["verdict"], told_windows(role.verdict)]
            found_verdicts.add(told[0])
            if role.longest is None:
                assert len(told) == 2
            else:
                assert told[2] == told_span(role.longest, is_exact=role.verdict["span_is_exact"])
                assert role.context is not None and told[4] == role.context.occurrence
    assert found_verdicts == {"clean", "dirty"}


def test_without_memory_items_are_shown_without_verdicts(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> None:
        raise ResourceError("took too much memory")

    monkeypatch.setattr(verdicts_module, "longest_spans", too_large)
    monkeypatch.setattr(found, "N_CONTEXTS", 0)
    without = search_box(IndexDir(index_dir))
    assert "Items are shown without verdicts: took too much memory." in without
    assert not unpacked(without)["verdicts"]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium")
def test_a_browser_shows_an_item_on_a_narrow_page(box: str, tmp_path: Path) -> None:
    html = page(
        title="", facts="", notes=[], warning="", charts=[], tables=[], footer="",
        script=bundle(snippet() + script()), search=box,
    )  # fmt: skip
    (tmp_path / "report.html").write_text(html)
    seen = look(tmp_path / "report.html", 400, tmp_path, at="#search=quiz/001")
    assert (seen["overflow"], seen["drawn"]) == (0, 1)
    assert "question: dirty\n" in seen["shown"] and "10 of 10 windows seen, first at step" in seen["shown"]
    assert "Longest span: 22 words, step " in seen["shown"]


def test_too_many_phrases_are_left_out_and_it_is_said(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "N_PHRASES", 10)
    monkeypatch.setattr(found, "N_CONTEXTS", 4)
    box = search_box(IndexDir(index_dir))
    content = unpacked(box)
    counts = ask(index_dir, "SELECT exposure_count AS n FROM exposures ORDER BY n DESC LIMIT 10").rows
    assert sorted(content["counts"], reverse=True) == counts["n"].to_pylist()
    assert re.search(r"Here are the 10 most exposed of [\d,]+ phrases", box)
    assert all(0 <= number < 10 for item in content["items"] for numbers in item[2::2] for number in numbers)
    assert len(content["contexts"]) <= 4


def test_curves_get_fewer_points_where_the_page_would_be_too_large(
    index_dir: Path, box: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = unpacked(box)
    monkeypatch.setattr(found, "POINTS", (64, 3))
    monkeypatch.setattr(found, "MOST_BYTES", 1)
    fewer = unpacked(search_box(IndexDir(index_dir)))
    assert len(fewer["grid"]) <= 3 and fewer["grid"][-1] == whole["grid"][-1]
    for number in range(len(whole["phrases"])):
        all_points = curve(whole, number)
        assert all(all_points[checkpoint] == sum_ for checkpoint, sum_ in curve(fewer, number).items())


def test_where_the_corpus_is_gone_places_stand_without_text(sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample, tmp_path / "sample")
    build_index(load_config(tmp_path / "sample" / "exposure.toml"), tmp_path / "index", n_workers=1)
    shutil.rmtree(tmp_path / "sample" / "shards")
    box = search_box(IndexDir(tmp_path / "index"))
    content = unpacked(box)
    assert any(content["places"]) and not content["contexts"]
    assert "Places are shown without their text: " in box
