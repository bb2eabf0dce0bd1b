"""Phrases with gaps, seen from a user's file to the table, in every unit, and all that reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.corpus import open_corpus
from indexer.index_dir import IndexDir
from indexer.plan.plan_file import read_plan
from indexer.splits.ask import ask
from indexer.tokenizers import load_tokenizer

ROWS = [
    ("1", "did the <0-4 words> ask", "question"),
    ("2", "This <0-3 tokens> Letter", "agreement"),
    ("3", "Did the<0-4 word>ask", "question"),
    ("4", "the <1-2 words> near <1-1 words> station", "three parts"),
    ("5", "did the", "plain"),
    ("6", "never <0-5 words> borrowed", "nowhere"),
]
TOML = """
[phrases]
source = "patterns.csv"
pattern = "wanted"
[tokenizer]
path = "{sample}/tokenizer.json"
[corpus]
format = "megatron"
paths = ["{sample}/shards/*.bin"]
end_of_document = 0
[order]
batch_size = 16
checkpoints = 20
[match]
unit = "both"
"""
SPELLED = {
    0: r"(?=\bdid the(?:\W+\w+){0,4}\W+ask\b)",
    2: r"(?=\bthe(?:\W+\w+){1,2}\W+near\W+\w+\W+station\b)",
    3: r"(?=\bdid the\b)",
    4: r"(?=\bnever(?:\W+\w+){0,5}\W+borrowed\b)",
}
"""Phrases as regular expressions: no two pairs of parts begin alike within these gaps."""


@pytest.fixture(scope="module")
def folder(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gapped")
    lines = ["id,wanted,kind", *(",".join(row) for row in ROWS)]
    (root / "patterns.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "exposure.toml").write_text(TOML.format(sample=sample), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def index(folder: Path) -> Path:
    build_index(load_config(folder / "exposure.toml"), folder / "index", n_workers=1)
    return folder / "index"


def table(root: Path) -> list[dict]:
    query = "SELECT * FROM exposures JOIN phrases USING (phrase_id) ORDER BY phrase_id"
    return ask(root, query).rows.to_pylist()


def test_a_phrase_with_gaps_is_one_row_like_any_other(index: Path) -> None:
    rows = table(index)
    assert [(row["phrase"], row["n_words"]) for row in rows] == [
        ("did the <0-4 words> ask", 3),
        ("this <0-3 tokens> letter", 2),
        ("the <1-2 words> near <1-1 words> station", 3),
        ("did the", 2),
        ("never <0-5 words> borrowed", 2),
    ]
    attributes = ask(index, "SELECT id, phrase_id FROM attributes ORDER BY id").rows.to_pylist()
    assert [row["phrase_id"] for row in attributes] == [0, 1, 0, 2, 3, 4]


def test_counts_equal_a_search_of_the_decoded_corpus(folder: Path, index: Path) -> None:
    config = load_config(folder / "exposure.toml")
    reader = open_corpus(config.corpus, base=config.base)
    tokenizer = load_tokenizer(config.tokenizer.path, base=config.base)
    n_sequences = ask(index, "SELECT sum(n_visits)::BIGINT AS n FROM shards").rows["n"][0].as_py()
    counts = dict.fromkeys(SPELLED, 0)
    first: dict[int, int] = {}
    for shard in reader.shards():
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            for row, (start, stop) in enumerate(zip(block.starts, block.stops, strict=True)):
                sequence = block.first_sequence + row
                if sequence >= n_sequences:
                    continue
                text = tokenizer.decode(block.ids[start:stop].tolist()).casefold()
                for phrase, pattern in SPELLED.items():
                    n_found = len(re.findall(pattern, text))
                    counts[phrase] += n_found
                    if n_found:
                        first.setdefault(phrase, sequence)
    assert counts[3] >= counts[0] > 0 and counts[2] > 0 and counts[4] == 0
    for row in table(index):
        if row["phrase_id"] in counts:
            assert row["exposure_count"] == counts[row["phrase_id"]], row["phrase"]
            assert row["exposure_count_tokens"] == row["exposure_count"], row["phrase"]
            assert row["first_sequence"] == first.get(row["phrase_id"]), row["phrase"]
            assert row["status"] == ("seen" if counts[row["phrase_id"]] else "never")


def test_bins_and_places_are_those_of_whole_windows(index: Path) -> None:
    for row in table(index):
        given = {"phrase": row["phrase"]}
        bins = ask(index, "dynamics/exposure_of_phrase", given).rows["exposures_since"].to_pylist()
        assert sum(bins) == row["exposure_count"]
    places = ask(
        index, "explore/places_of_phrase", {"phrase": "the <1-2 words> near <1-1 words> station"}
    ).rows
    assert places.num_rows > 0
    assert min(places["n_tokens"].to_pylist()) >= 5


@pytest.mark.parametrize("unit", ["text", "tokens"])
def test_each_unit_alone_gives_the_same_counts(folder: Path, index: Path, unit: str) -> None:
    root = folder / unit
    build_index(load_config(folder / "exposure.toml", [f"match.unit={unit}"]), root, n_workers=2)
    column = "exposure_count" if unit == "text" else "exposure_count_tokens"
    assert [row["exposure_count"] for row in table(root)] == [row[column] for row in table(index)]


def test_the_plan_holds_the_patterns(folder: Path, index: Path, tmp_path: Path, exposure) -> None:
    plan = read_plan(IndexDir(index).plan_file)
    assert plan.frozen["gapped"].rows == 4 and plan.frozen["parts"].rows == 9
    wider = (folder / "patterns.csv").read_text(encoding="utf-8").replace("<0-5 words>", "<0-6 words>")
    (tmp_path / "patterns.csv").write_text(wider, encoding="utf-8")
    (tmp_path / "exposure.toml").write_bytes((folder / "exposure.toml").read_bytes())
    code, _, err = exposure("plan", tmp_path / "exposure.toml", "--out", index)
    assert code == 4
    assert "holds another plan; it differs in phrases" in err


def test_show_takes_the_notation_in_any_spelling(index: Path, exposure) -> None:
    code, out, _ = exposure("show", index, "Did the <0 - 4 word> Ask")
    assert code == 0
    assert "did the <0-4 words> ask" in out and "First places" in out
    code, _, err = exposure("show", index, "did the <0-3 words> ask")
    assert code == 2
    assert "near ones: 'did the <0-4 words> ask'" in err


@pytest.mark.parametrize(
    "words",
    [
        ("query", "explore/unit_differences"),
        ("query", "explore/most_exposed"),
        ("query", "explore/never_seen"),
        ("status",),
    ],
)
def test_what_reads_an_index_reads_this_one(index: Path, exposure, words) -> None:
    code, _, err = exposure(words[0], index, *words[1:])
    assert code == 0, err
    assert not err or err.startswith("no rows: ")


def test_check_measures_the_forms_of_parts(folder: Path, exposure) -> None:
    code, out, _ = exposure("check", folder / "exposure.toml", "--set", "match.unit=tokens")
    assert code == 0
    assert "your phrases: passes (8 of 9 occur" in out


def test_the_phrases_command_reads_them_too(folder: Path, tmp_path: Path, exposure) -> None:
    out = tmp_path / "out.jsonl"
    assert exposure("phrases", folder / "patterns.csv", "--pattern", "wanted", "--out", out)[0] == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["phrase"] for row in rows][:2] == ["did the <0-4 words> ask", "this <0-3 tokens> letter"]
    assert [row["kind"] for row in rows] == [kind for _, _, kind in ROWS]


def test_parquet_and_json_lines_hold_patterns_beside_phrases(sample: Path, tmp_path: Path) -> None:
    rows = [
        {"text": "a < b <0-2 words> c", "wanted": None},
        {"text": None, "wanted": "stood <1-2 words> station"},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "patterns.parquet")
    (tmp_path / "patterns.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    (tmp_path / "exposure.toml").write_text(TOML.format(sample=sample), encoding="utf-8")
    for kind in ("parquet", "jsonl"):
        config = load_config(tmp_path / "exposure.toml", [f"phrases.source=patterns.{kind}"])
        build_index(config, tmp_path / kind, n_workers=1)
        first, second = table(tmp_path / kind)
        assert (first["phrase"], first["n_words"], first["status"]) == ("a < b <0-2 words> c", 6, "never")
        assert (second["phrase"], second["n_words"], second["status"]) == (
            "stood <1-2 words> station",
            2,
            "seen",
        )
