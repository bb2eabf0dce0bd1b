"""What the page can be searched for, packed so that the page stays one file of a few megabytes."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

import numpy as np
import pyarrow as pa

from indexer.index_dir import IndexDir
from indexer.plurals import counted
from indexer.report.search.contexts import contexts_of
from indexer.report.search.verdicts import MEANING, Verdicts, verdicts_of
from indexer.report.theme import CONFIG
from indexer.splits.ask import run

N_PHRASES = 200_000
"""Phrases the page holds, at most: ten million would be a quarter of a gigabyte."""

N_ITEMS = 200_000
N_PLACES = 3
"""Places of a phrase, at most."""

N_CONTEXTS = 5_000
"""Places that are read from the corpus, at most."""

POINTS = (64, 32, 16, 8)
"""Points of a curve: as many as leave the page in its bounds."""

MOST_BYTES = 2_700_000
"""Of the packed data, where fewer points can reach it: the libraries and charts of a page take some 2 MB."""


def search_box(
    index: IndexDir, *, allow_paths: Sequence[str] = (), announce: Callable[[str], None] = lambda line: None
) -> str:
    """Return the search box as HTML, with all that it finds: JSON, compressed by gzip, in base64.

    Parameters
    ----------
    index : IndexDir
        A finished index. Where its corpus is gone, places are shown without their text.
    allow_paths : sequence of str
        Folders that may be read besides what the plan names.
    announce : callable
        Is told what is being waited for.
    """
    phrases = _ask(index, "phrases", n_phrases=N_PHRASES)
    # In alphabetical order texts compress to a third of what they take as they come.
    phrases = phrases.sort_by("phrase")
    known = phrases["phrase_id"].to_numpy()
    number_of = np.full(int(known.max(initial=-1)) + 2, -1, np.int64)
    number_of[known] = np.arange(len(known))

    places = _ask(index, "places", n_places=N_PLACES, n_rows=N_PLACES * N_PHRASES)
    items = _ask(index, "items", n_rows=N_ITEMS)
    judged = Verdicts({})
    if "item" in items["kind"].unique().to_pylist():
        announce("Judging items")
        judged = verdicts_of(index, allow_paths)
    announce("Reading first places")
    texts, why_not = contexts_of(index, places.slice(0, N_CONTEXTS), allow_paths)
    import altair

    content: dict[str, Any] = {
        "schema": altair.SCHEMA_URL,
        "config": CONFIG,
        "phrases": phrases["phrase"].to_pylist(),
        "counts": phrases["exposure_count"].to_pylist(),
        "sequences": phrases["sequence_count"].to_pylist(),
        "status": "".join(status[0] for status in phrases["status"].to_pylist()),
        "first": phrases["first_step"].to_pylist(),
        "last": phrases["last_step"].to_pylist(),
        "places": _places(places, number_of, len(known)),
        "paths": _ordered(places["path"].to_pylist()),
        "contexts": _by_place(places, texts, number_of),
        "items": _items(items, number_of),
        "verdicts": _by_role(items, judged.told),
        "meaning": MEANING,
    }
    packed = ""
    for n_points in POINTS:
        content["grid"] = _ask(index, "grid", n_points=n_points)["checkpoint"].to_pylist()
        content["points"] = _points(_ask(index, "points", n_points=n_points), number_of, len(known))
        packed = _packed(content)
        if len(packed) <= MOST_BYTES:
            break
    note = _note(len(known), _n_phrases(index), len(texts), places.num_rows, why_not)
    if judged.why_not:
        note = f"{note} Items are shown without verdicts: {judged.why_not}.".strip()
    most_exposed = max(range(len(known)), key=content["counts"].__getitem__, default=None)
    return Template(_file("search.html")).substitute(
        example="" if most_exposed is None else escape(f"as in {content['phrases'][most_exposed]}"),
        note=f'<p class="note">{escape(note)}</p>' if note else "",
        packed=packed,
    )


def script() -> str:
    """Return the code of the search box; it stands behind that of the page."""
    return _file("search.js")


def _file(name: str) -> str:
    return files("indexer.report.search").joinpath(name).read_text(encoding="utf-8")


def _ask(index: IndexDir, name: str, **parameters: int) -> pa.Table:
    return run(index.database_file, f"report/search/{name}", _file(f"{name}.sql"), parameters).rows


def _n_phrases(index: IndexDir) -> int:
    rows = run(index.database_file, "SQL", "SELECT count(*) AS n FROM phrases", {}).rows
    return int(rows["n"][0].as_py())


def _points(rows: pa.Table, number_of: np.ndarray, n_phrases: int) -> list[list[int]]:
    """Return for each phrase the points with exposures and their counts, in turn."""
    points: list[list[int]] = [[] for _ in range(n_phrases)]
    for phrase_id, point, count in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        if (number := _number(number_of, phrase_id)) >= 0:
            points[number] += (point, count)
    return points


def _places(rows: pa.Table, number_of: np.ndarray, n_phrases: int) -> list[list[int | None]]:
    """Return for each phrase step, sequence, offset and path number of its first places, in turn."""
    paths = {path: number for number, path in enumerate(_ordered(rows["path"].to_pylist()))}
    places: list[list[int | None]] = [[] for _ in range(n_phrases)]
    for row in rows.to_pylist():
        if (number := _number(number_of, row["phrase_id"])) >= 0:
            places[number] += (row["step"], row["sequence"], row["token_offset"], paths[row["path"]])
    return places


def _by_place(
    rows: pa.Table, texts: Sequence[tuple[str, str, str]], number_of: np.ndarray
) -> dict[str, list[str]]:
    """Return the text around places, by phrase and place."""
    found = {}
    read = rows.slice(0, len(texts))
    for phrase_id, place, text in zip(
        read["phrase_id"].to_pylist(), read["place"].to_pylist(), texts, strict=True
    ):
        if (number := _number(number_of, phrase_id)) >= 0:
            found[f"{number}.{place}"] = list(text)
    return found


def _items(rows: pa.Table, number_of: np.ndarray) -> list[list[Any]]:
    """Return each item: its name, and then role and phrases in turn."""
    items: list[list[Any]] = []
    columns = (rows[name].to_pylist() for name in ("item_id", "role", "phrase_ids"))
    for item_id, role, phrase_ids in zip(*columns, strict=True):
        if not items or items[-1][0] != item_id:
            items.append([item_id])
        numbers = [_number(number_of, phrase_id) for phrase_id in phrase_ids or []]
        items[-1] += (role, [number for number in numbers if number >= 0])
    return items


def _by_role(rows: pa.Table, told: dict[tuple[str, str], list[str]]) -> dict[str, list[str]]:
    """Return what is told of roles, by the number of the item and of the role in it."""
    found = {}
    item, role, before = -1, 0, None
    for item_id, name in zip(rows["item_id"].to_pylist(), rows["role"].to_pylist(), strict=True):
        item, role = (item, role + 1) if item_id == before else (item + 1, 0)
        before = item_id
        if (item_id, name) in told:
            found[f"{item}.{role}"] = told[item_id, name]
    return found


def _number(number_of: np.ndarray, phrase_id: int) -> int:
    return int(number_of[phrase_id]) if phrase_id < len(number_of) else -1


def _ordered(paths: Sequence[str]) -> list[str]:
    return sorted(set(paths))


def _packed(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode()


def _note(n_held: int, n_phrases: int, n_texts: int, n_places: int, why_not: str) -> str:
    sentences = []
    if n_held < n_phrases:
        sentences.append(f"Here are the {n_held:,} most exposed of {counted(n_phrases, 'phrase')}.")
    if why_not:
        sentences.append(f"Places are shown without their text: {why_not}.")
    elif n_texts < n_places:
        sentences.append(f"The text is shown of the {n_texts:,} places met first, of {n_places:,}.")
    if sentences:
        sentences.append("exposure show INDEX PHRASE shows any of them.")
    return " ".join(sentences)
