"""One list of pairs comes out the same from every format, compression and place."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
import zstandard

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError, ResourceError
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.sources import hub
from indexer.phrases.sources.source import check_source, file_stem, read_source

UID = "determiner_noun_agreement_1"
PAIRS = [
    {
        "sentence_good": f"Noor {verb} this {noun}.",
        "sentence_bad": f"Noor {verb} this {noun}s.",
        "field": "morphology",
        "linguistics_term": "determiner_noun_agreement",
        "UID": UID,
        "pairID": str(number),
    }
    for number, (verb, noun) in enumerate([("polished", "kettle"), ("sold", "lamp"), ("liked", "kettle")])
]


def load(source: str, base: Path, **options: object) -> PhraseSet:
    return load_phrases(PhrasesConfig(source=source, **options), MatchConfig(), base=base)


def json_lines() -> bytes:
    return "".join(json.dumps(pair) + "\n" for pair in PAIRS).encode()


def csv_lines(delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(PAIRS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(PAIRS)
    return text.getvalue().encode()


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(PAIRS), sink)
    return sink.getvalue()


def arrow() -> bytes:
    sink = io.BytesIO()
    feather.write_feather(pa.Table.from_pylist(PAIRS), sink, compression="uncompressed")
    return sink.getvalue()


def two_frames(data: bytes) -> bytes:
    middle = data.index(b"\n") + 1
    return zstandard.compress(data[:middle]) + zstandard.compress(data[middle:])


FILES = {
    "pairs.jsonl": json_lines(),
    "pairs.jsonl.gz": gzip.compress(json_lines()),
    "pairs.jsonl.zst": zstandard.compress(json_lines()),
    "frames.jsonl.zst": two_frames(json_lines()),
    "array.json": json.dumps(PAIRS, indent=1).encode(),
    "pairs.csv": csv_lines(),
    "bom.csv": b"\xef\xbb\xbf" + csv_lines(),
    "unix.csv": csv_lines().replace(b"\r\n", b"\n"),
    "pairs.csv.gz": gzip.compress(csv_lines()),
    "pairs.tsv": csv_lines("\t"),
    "pairs.parquet": parquet(),
    "pairs.arrow": arrow(),
    "without-suffix": zstandard.compress(json_lines()),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_pairs(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    found = load(name, tmp_path)
    assert found.pairs["pair_id"].to_pylist() == [f"{UID}/{number}" for number in range(3)]
    assert found.pairs["good_phrase"].to_pylist() == ["this kettle", "this lamp", "this kettle"]
    assert found.phrases["phrase"].to_pylist() == ["this kettle", "this kettles", "this lamp", "this lamps"]
    assert found.pairs["good_phrase_id"].to_pylist() == [0, 2, 0]
    assert found.attributes is None


def test_standard_input_is_read_as_a_file_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for data in (json_lines(), gzip.compress(csv_lines()), parquet()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert load("-", tmp_path).pairs["good_phrase_id"].to_pylist() == [0, 2, 0]


def test_a_directory_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, pair in zip(("b.jsonl", "a.jsonl.gz", "c.jsonl.zst"), PAIRS, strict=True):
        data = json.dumps(pair).encode()
        packed = {"a": gzip.compress(data), "c": zstandard.compress(data)}.get(name[0], data)
        (tmp_path / name).write_bytes(packed)
    (tmp_path / "README.md").write_text("About the data.\n")
    assert load(str(tmp_path), tmp_path).pairs["pair_id"].to_pylist() == [f"{UID}/{n}" for n in (1, 0, 2)]


def test_a_data_set_folder_is_loaded_through_datasets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "blimp"
    other = [{**pair, "UID": "determiner_noun_agreement_2"} for pair in PAIRS]
    lines = ["---", "configs:"]
    for name, rows in ((UID, PAIRS), ("determiner_noun_agreement_2", other)):
        (folder / name).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), folder / name / "train-00000-of-00001.parquet")
        lines += [f"- config_name: {name}", "  data_files:", "  - split: train", f"    path: {name}/train-*"]
    (folder / "README.md").write_text("\n".join([*lines, "---", ""]))
    found = load("blimp", tmp_path)
    assert found.pairs.num_rows == 6
    assert found.pairs["good_phrase"].to_pylist()[:3] == ["this kettle", "this lamp", "this kettle"]
    kept = load("hub:" + str(folder), tmp_path, paradigms=[UID])
    assert kept.pairs["pair_id"].to_pylist() == [f"{UID}/{number}" for number in range(3)]


def test_only_the_wanted_paradigms_are_kept(tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_bytes(json_lines())
    with pytest.raises(ConfigError, match="none of the paradigms nothing"):
        load("pairs.jsonl", tmp_path, paradigms=["nothing"])
    assert load("pairs.jsonl", tmp_path, paradigms=[UID]).pairs.num_rows == 3


def test_columns_under_other_names(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("nr,right,wrong,kind\n7,A goose sleeps.,A goose sleep.,verbs\n")
    found = load("mine.csv", tmp_path, good="right", bad="wrong", id="nr", paradigm="kind", dataset="farm")
    (row,) = found.pairs.to_pylist()
    assert (row["pair_id"], row["dataset"], row["rule"]) == ("verbs/7", "farm", "generic")
    assert (row["good_phrase"], row["bad_phrase"]) == ("goose sleeps", "goose sleep")


def test_one_spelling_for_each_case_met(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("The goose\nthe goose\n\nthe kettle\n".replace("\n\n", "\n"))
    found = load("words.txt", tmp_path)
    assert found.phrases.to_pylist() == [
        {
            "phrase_id": 0,
            "phrase": "the goose",
            "spellings": ["The goose", "the goose"],
            "token_ids": None,
            "n_words": 2,
        },
        {
            "phrase_id": 1,
            "phrase": "the kettle",
            "spellings": ["the kettle"],
            "token_ids": None,
            "n_words": 2,
        },
    ]
    assert found.attributes.to_pylist() == [
        {"phrase_id": 0, "id": "0"},
        {"phrase_id": 0, "id": "1"},
        {"phrase_id": 1, "id": "2"},
    ]


def test_exact_case_keeps_spellings_apart(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("The goose\nthe goose\n")
    config = PhrasesConfig(source="words.txt")
    found = load_phrases(config, MatchConfig(case="exact"), base=tmp_path)
    assert found.phrases["phrase"].to_pylist() == ["The goose", "the goose"]


def test_extra_columns_become_attributes_and_doubles_keep_all_ids(tmp_path: Path) -> None:
    rows = [
        {"phrase": "a goose", "id": "x1", "register": "news", "year": 1999},
        {"phrase": "A goose", "id": "x2", "register": "speech", "year": 2001},
        {"phrase": "two geese", "id": "x3", "register": None, "rare": True},
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = load("mine.jsonl", tmp_path)
    assert found.attributes.to_pylist() == [
        {"phrase_id": 0, "id": "x1", "register": "news", "year": 1999, "rare": None},
        {"phrase_id": 0, "id": "x2", "register": "speech", "year": 2001, "rare": None},
        {"phrase_id": 1, "id": "x3", "register": None, "year": None, "rare": True},
    ]
    assert found.pairs.num_rows == 0


def test_numbers_of_a_csv_become_numbers_and_names_stay_names(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("text,rank,share,code\na goose,1,0.5,007\na hen,,2,010\n")
    found = load("mine.csv", tmp_path)
    assert found.attributes.drop_columns(["phrase_id", "id"]).to_pylist() == [
        {"rank": 1, "share": 0.5, "code": "007"},
        {"rank": None, "share": 2.0, "code": "010"},
    ]


def test_token_ids_in_the_place_of_text(tmp_path: Path) -> None:
    rows = (
        '{"id": "a", "token_ids": [5, 7]}\n{"id": "b", "token_ids": [5]}\n{"id": "c", "token_ids": [5, 7]}\n'
    )
    (tmp_path / "ids.jsonl").write_text(rows)
    found = load("ids.jsonl", tmp_path)
    assert found.phrases["token_ids"].to_pylist() == [[5, 7], [5]]
    assert found.phrases["phrase"].to_pylist() == [None, None]
    assert found.attributes["phrase_id"].to_pylist() == [0, 1, 0]
    (tmp_path / "ids.csv").write_text('token_ids\n"[5, 7]"\n5 7 9\n')
    assert load("ids.csv", tmp_path).phrases["token_ids"].to_pylist() == [[5, 7], [5, 7, 9]]


def test_the_stem_of_a_file_is_its_paradigm() -> None:
    assert file_stem("a/wh_island.jsonl.zst") == "wh_island"
    assert file_stem("v1.2") == "v1.2"


def test_a_source_that_is_nowhere(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.csv: no such file or directory"):
        load("nowhere.csv", tmp_path)
    with pytest.raises(ConfigError, match="holds no phrases"):
        load(".", tmp_path)


@pytest.mark.parametrize("source", ["sample/pairs", "./pairs", "../pairs"])
def test_what_looks_like_a_path_is_never_asked_of_the_hub(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sample").mkdir()
    asked: list[str] = []
    monkeypatch.setattr(
        "indexer.phrases.sources.source.read_dataset", lambda name, _: asked.append(name) or []
    )
    with pytest.raises(ConfigError, match="no such file or directory"):
        list(read_source(source, base=tmp_path))
    assert not asked
    list(read_source("nyu-mll/blimp", base=tmp_path))
    assert asked == ["nyu-mll/blimp"]


def test_a_name_that_is_no_path_is_asked_of_the_hub_once_and_shortly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets
    import huggingface_hub

    asked: list[float] = []

    def dataset_info(self: object, where: str, *, revision: str | None, timeout: float) -> None:
        asked.append(timeout)
        raise OSError("no route")

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", dataset_info)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    hub.refuse_unknown.cache_clear()
    with pytest.raises(ResourceError, match=r"nope/pairs: no such file or directory.*not in the cache"):
        check_source("nope/pairs", base=tmp_path)
    with pytest.raises(ResourceError, match="the hub cannot be asked"):
        check_source("hub:nope/pairs", base=tmp_path)
    with pytest.raises(ResourceError, match="the hub cannot be asked"):
        list(read_source("nope/pairs", base=tmp_path))
    assert all(seconds <= 10 for seconds in asked)
    (tmp_path / "hub/datasets--nope--pairs").mkdir(parents=True)
    n_asked = len(asked)
    check_source("nope/pairs", base=tmp_path)  # its copy is loaded
    assert len(asked) == n_asked
