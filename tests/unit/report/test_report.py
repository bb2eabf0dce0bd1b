"""The report is one offline page that says what the index says, for readers with and without scripts."""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from indexer.exposure.database import SCHEMA_VERSION, building, define_macros
from indexer.report import write_report
from indexer.report.chart import Chart
from indexer.report.exposure_charts import GAP, _labelled, _short
from indexer.report.result_charts import _labelled as _labelled_lags
from indexer.report.result_charts import _lags, accuracy_over_checkpoints
from indexer.report.write import parameters_of
from indexer.splits.ask import ask, load_query
from tests.support.browser import BROWSER, look
from tests.support.given_pairs import open_for_pairs, take_pairs

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

PROVENANCE = {
    "schema_version": str(SCHEMA_VERSION),
    "plan_fingerprint": "0123abcd",
    "complete": "true",
    "steps_known": "true",
    "grain": "checkpoint",
}


def make_index(root: Path, *, pairs: bool = True, results: bool = False, **facts: str) -> Path:
    """An index of forty phrases and twenty pairs of two phenomena, four checkpoints."""
    root.mkdir(parents=True)
    with building(root / "exposures.duckdb") as connection:
        open_for_pairs(connection)
        for key, value in (PROVENANCE | facts).items():
            connection.execute("INSERT INTO provenance VALUES (?, ?)", [key, value])
        status = "never" if (PROVENANCE | facts)["complete"] == "true" else "unknown"
        for number in range(40):
            count = (0, 1, 3, 500)[number % 4]
            first = number if count else None
            connection.execute("INSERT INTO phrases VALUES (?, ?, 2, 2)", [number, f"<phrase> & {number}"])
            connection.execute(
                "INSERT INTO exposures VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)",
                [
                    number,
                    count,
                    min(count, 200),
                    count > 0,
                    "seen" if count else status,
                    first,
                    first,
                    first,
                    first,
                    0 if count else None,
                ],
            )
        connection.execute("INSERT INTO checkpoints SELECT c, 100 * c FROM unnest([10, 20, 30, 40]) AS t (c)")
        connection.execute("INSERT INTO shards VALUES (0, 'shards/a.bin', 80, 'ff', 0, 4, 40, 0, 4, FALSE)")
        if pairs:
            connection.execute(
                "INSERT INTO given_pairs (pair_id, paradigm, phenomenon, good_phrase_id, bad_phrase_id) "
                "SELECT 'p' || n % 2 || '/' || n, 'paradigm_' || n % 2, 'kind <' || n % 2 || '>', n, 39 - n "
                "FROM range(20) AS t (n)"
            )
        if results:
            connection.execute(
                "INSERT INTO given_results SELECT 'seed', c, pair_id, -1, -2, "
                "CASE WHEN good_phrase_id = 3 THEN NULL ELSE c >= 20 + good_phrase_id END "
                "FROM given_pairs, unnest([10, 20, 30, 40]) AS t (c)"
            )
            connection.execute(
                "INSERT INTO model_measures "
                "SELECT model, c, 'paradigm_0', measure, part, c / 80 + head / 8 "
                "FROM unnest([10, 20, 30, 40]) AS t (c), unnest(['seed', 'two']) AS m (model), "
                "(VALUES ('auroc', 'proxy_train', 1), ('effective_rank', 'proxy_train', 2), "
                "('attention', 'L0H0', 0), ('attention', 'L0H1', 3), ('attention_baseline', 'L0H1', 1)) "
                "AS n (measure, part, head)"
            )
        take_pairs(connection)
        define_macros(connection)
    return root


class Page(HTMLParser):
    """Collects what a page refers to, and its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.stills: list[str] = []
        self.rows = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("src", "href"):
            if given.get(name):
                (self.stills if str(given[name]).startswith("data:") else self.links).append(str(given[name]))
        self.rows += tag == "tr"


def specifications(html: str) -> dict[str, dict]:
    found = re.search(r'<script type="application/json" id="specifications">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def drawn_rows(specification: dict, layer: int | None = None) -> list[dict]:
    """The rows a panel, or one of its layers, draws."""
    part = specification if layer is None else specification["layer"][layer]
    return specification["datasets"][part["data"]["name"]]


class Written(NamedTuple):
    index: Path
    page: Path
    charts: list[Chart]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of an index without results."""
    folder = tmp_path_factory.mktemp("plain")
    index = make_index(folder / "index")
    return Written(
        index, folder / "report.html", write_report(index, folder / "report.html", side="good", min_count=3)
    )


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of an index with results."""
    folder = tmp_path_factory.mktemp("scored")
    index = make_index(folder / "index", results=True)
    return Written(index, folder / "report.html", write_report(index, folder / "report.html"))


def test_one_page_holds_everything(plain: Written) -> None:
    charts = plain.charts
    html = plain.page.read_text(encoding="utf-8")
    page = Page(html)
    assert page.links == []
    assert "default-src 'none'" in html
    drawn = [chart for chart in charts if chart.panels]
    assert [chart.name for chart in drawn] == [
        "split_balance",
        "split_balance_by_paradigm",
        "exposure_counts",
        "first_exposures",
        "phrases_met",
    ]
    assert len(page.stills) == len(drawn)
    for still in page.stills:
        ET.fromstring(base64.b64decode(still.partition("base64,")[2]))
    assert set(specifications(html)) == {
        f"{chart.name}-{number}" for chart in drawn for number in range(len(chart.panels))
    }
    assert "kind &lt;0&gt;" in html
    assert "kind <0>" not in html
    assert "Index 0123abcd" in html
    assert "not certain" not in html


def test_every_chart_is_svg_and_png(plain: Written) -> None:
    names = {chart.name for chart in plain.charts if chart.panels}
    pictures = plain.page.with_name("report_charts")
    assert {path.name for path in pictures.iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("svg", "png")
    }
    for name in names:
        assert ET.parse(pictures / f"{name}.svg").getroot().tag.endswith("svg")
        assert (pictures / f"{name}.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_same_index_gives_the_same_bytes(plain: Written, tmp_path: Path) -> None:
    write_report(plain.index, tmp_path / "again.html", images=tmp_path / "pictures", side="good", min_count=3)
    assert (tmp_path / "again.html").read_bytes() == plain.page.read_bytes()
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert len(pictures) == 10
    for path in pictures:
        assert path.read_bytes() == (plain.page.with_name("report_charts") / path.name).read_bytes()


def test_charts_draw_what_the_queries_say(plain: Written) -> None:
    index = plain.index
    drawn = specifications(plain.page.read_text(encoding="utf-8"))
    bars = drawn_rows(drawn["exposure_counts-0"])
    assert sum(bar["phrases"] for bar in bars) == 40
    assert {bar["bin"] for bar in bars} == {"never", "1", "2", "256"}
    domain = drawn["exposure_counts-0"]["encoding"]["x"]["scale"]["domain"]
    assert domain == ["never", " ", "1", "2", "4", "8", "16", "32", "64", "128", "256"]
    balance = ask(index, "balance_by_paradigm", {"side": "good", "min_count": "3"}).rows.to_pylist()
    parts = drawn_rows(drawn["split_balance_by_paradigm-0"], 0)
    assert {(part["name"], part["part"], part["count"]) for part in parts} == {
        (row["paradigm"], part, row[part]) for row in balance for part in ("proxy_train", "proxy_validation")
    }
    lines = drawn_rows(drawn["first_exposures-0"], 0)
    last = {line["side"]: line["share"] for line in lines if line["checkpoint"] == 40}
    seen = duckdb.connect(str(index / "exposures.duckdb"), read_only=True).execute(
        "SELECT avg(seen::INTEGER) FROM exposures WHERE phrase_id < 20"
    )
    assert last["good"] == pytest.approx(seen.fetchall()[0][0])


@pytest.mark.parametrize(
    ("n_bins", "labels"),
    [
        (0, []),
        (1, ["1"]),
        (6, ["1", "2", "4", "8", "16", "32"]),
        (7, ["1", "4", "16", "64"]),
        (14, ["2", "16", "128", "1k", "8k"]),
    ],
)
def test_the_last_of_many_bins_is_labelled(n_bins: int, labels: list[str]) -> None:
    bins = [_short(2**power) for power in range(n_bins)]
    assert _labelled(["never", "unknown", GAP, *bins]) == ["never", "unknown", *labels]


@pytest.mark.parametrize(
    ("n", "words", "labels"),
    [
        (3, ["never"], ["0", "10", "20"]),
        (12, ["never"], ["0", "20", "40", "60", "80", "100"]),
        (31, ["never"], ["0", "60", "120", "180", "240"]),  # 300 would hide the word beside it
        (31, ["none"], ["30", "90", "150", "210", "270"]),
        (0, ["none"], []),
    ],
)
def test_the_words_of_the_null_are_always_labelled(n: int, words: list[str], labels: list[str]) -> None:
    assert _labelled_lags([str(10 * place) for place in range(n)], words) == labels


def test_an_incomplete_index_says_unknown(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", complete="false")
    write_report(index, tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Zeros are not certain here" in html
    drawn = specifications(html)
    assert {bar["bin"] for bar in drawn_rows(drawn["exposure_counts-0"])} == {
        "unknown",
        "1",
        "2",
        "256",
    }
    labels = [row["label"] for row in drawn_rows(drawn["first_exposures-0"], 1)]
    assert all(label.endswith("unknown") for label in labels)


def test_plain_phrases_have_no_split(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", pairs=False)
    charts = write_report(index, tmp_path / "report.html")
    assert [chart.name for chart in charts if chart.panels] == ["exposure_counts", "phrases_met"]


def test_results_bring_their_charts(scored: Written) -> None:
    charts = scored.charts
    assert {"accuracy", "lag_null", "accuracy_by_dose", "accuracy_by_seen"} <= {
        c.name for c in charts if c.panels
    }
    (accuracy,) = (chart for chart in charts if chart.name == "accuracy")
    assert "Missing, and counted on neither side: 4 results." in accuracy.note
    assert {"auroc", "effective_rank", "attention_by_head", "attention_share"} <= {
        c.name for c in charts if c.panels
    }
    (heads,) = (chart for chart in charts if chart.name == "attention_by_head")
    assert "Of seed. The darkest is 0.88, in every panel." in heads.note  # not of both models together
    panels = specifications(scored.page.read_text(encoding="utf-8"))
    assert "legend" not in json.dumps(panels["attention_share-0"]["encoding"])  # the page has its own
    assert "legend" in json.dumps(panels["attention_by_head-0"]["encoding"])
    drawn = drawn_rows(panels["attention_by_head-0"])
    assert {(row["head"], row["checkpoint"]): row["attention"] for row in drawn}["L0H1", 40] == 0.875
    assert "Lag beside the published one" in scored.page.read_text(encoding="utf-8")


def test_lags_are_drawn_at_the_threshold_asked_for(scored: Written) -> None:
    notes = {chart.name: chart.note for chart in scored.charts}
    assert "Arrows at 80%" in notes["accuracy"]
    assert "observed lag at 80%" in notes["lag_null"]
    answer = ask(scored.index, "dynamics/accuracy")
    chart = accuracy_over_checkpoints(load_query("dynamics/accuracy"), answer, threshold=0.35)
    assert "Arrows at 35%" in chart.note
    assert '"height": 0.35' in json.dumps(chart.panels[0].drawing.to_dict())
    rows = [
        {"model": "m", "split": split, "checkpoint": step, "accuracy": accuracy}
        for split, step, accuracy in (
            ("proxy_train", 10, 0.0), ("proxy_train", 30, 0.5), ("proxy_validation", 10, 0.5)
        )
    ]  # fmt: skip
    (lag,) = _lags(rows, 0.35, {"m": ""})  # a line goes on to the left of a label, so its sign is spelled
    assert (lag["start"], lag["stop"], lag["label"], lag["label_at"]) == (30, 10, "\u221220", 30)
    given = {"min_count": "2", "threshold": "0.35"}
    assert parameters_of("dynamics/lag_null", given) == given
    assert parameters_of("acquisition/acquired", given) == {}  # a value of any measure, no accuracy


@pytest.mark.skipif(BROWSER is None, reason="no Chromium")
@pytest.mark.parametrize("width", [1280, 400])
def test_a_browser_draws_every_panel_offline(scored: Written, tmp_path: Path, width: int) -> None:
    seen = look(scored.page, width, tmp_path)
    assert (seen["drawn"], seen["failed"]) == (sum(len(chart.panels) for chart in scored.charts), 0)
    assert seen["overflow"] == 0
    assert seen["right"] <= width
    assert seen["left"] >= 250


def test_a_long_value_is_folded_and_hides_no_row() -> None:
    from indexer.report.page import FOLDED, _cell

    assert "<summary>301 characters</summary>" in _cell("x" * (FOLDED + 1), number=False)
    assert "<details>" not in _cell("x" * FOLDED, number=False)
