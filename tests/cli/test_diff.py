"""What differs between two indexes, seen from outside."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from indexer.build import build_index
from indexer.config import load_config
from indexer.splits.diff import _apart, diff_indexes
from tests.support.small_corpus import SmallCorpus, ask

HASH = re.compile(r"[0-9a-f]{32}")


def test_an_index_does_not_differ_from_itself(index_dir: Path, exposure) -> None:
    found = diff_indexes(index_dir, index_dir)
    assert (found.keys, found.facts, found.shards, found.hashes) == ((), (), (), ())
    assert (found.notes, found.phrases.num_rows) == (((), ()), 0)
    code, out, _ = exposure("diff", index_dir, index_dir)
    assert code == 0 and out.splitlines()[2:] == [
        "",
        f"Phrases: {found.n_phrases[0]:,} in both",
        "0 of those in both came out otherwise",
    ]


def test_what_was_changed_comes_first_and_hashes_last(
    sample: Path, index_dir: Path, tmp_path: Path, exposure
) -> None:
    changed = shutil.copytree(sample, tmp_path / "sample", ignore=shutil.ignore_patterns("index"))
    (changed / "words.csv").write_text("word\nladder\nan unheard word\n", encoding="utf-8")
    config = load_config(
        changed / "exposure.toml", ["order.stop_step=10", 'corpus.paths=["shards/shard-0[01].bin"]']
    )
    build_index(config, tmp_path / "other", n_workers=1)
    found = diff_indexes(index_dir, tmp_path / "other")
    assert ("order.stop_step", "not set", "10") in found.keys
    assert ("corpus.paths", '["shards/*.bin"]', '["shards/shard-0[01].bin"]') in found.keys
    assert {name.partition(".")[0] for name, _, _ in found.keys} == {"order", "corpus"}
    assert [shard[1:] for shard in found.shards] == [("in it", "not in it")]
    assert ("order.stop_step", "60", "10") in found.facts
    assert "items" in [name for name, _, _ in found.facts]
    n_both, n_first, n_second = found.n_phrases
    rows = found.phrases.to_pylist()
    assert n_second == 1 and n_first == sum(row["status_2"] == "not in it" for row in rows)
    in_both = [row for row in rows if "not in it" not in (row["status_1"], row["status_2"])]
    assert 0 < len(in_both) < n_both
    assert all(row["exposure_count_1"] > row["exposure_count_2"] for row in in_both)
    words = "diff", index_dir, tmp_path / "other", "--limit", 3
    code, out, _ = exposure(*words)
    titles = [line for line in out.splitlines() if line[:1].isupper() and line[-1:] != ":"]
    assert code == 0 and titles[:3] == ["Keys of exposure.toml", "Shards", "Recorded beside them"]
    assert f"... and {len(in_both) - 3:,} more" in out and "seen → never" in out and "In 2 alone:" in out
    assert not HASH.search(out)
    code, out, _ = exposure(*words, "-v")
    assert code == 0 and len(HASH.findall(out.partition("\nHashes\n")[2])) == 2 * len(found.hashes) > 0


def test_long_values_are_shown_from_where_they_differ() -> None:
    assert _apart("[1, 2]", "[1, 3]") == ("[1, 2]", "[1, 3]")
    one, other = (f"[{'0, ' * 50}{end}]" for end in ("1", "2"))
    assert _apart(one, other) == ("…0, 0, 0, 0, 1]", "…0, 0, 0, 0, 2]")


def test_phrases_that_were_given_as_ids_are_compared_or_said_not_to_be(tmp_path: Path, exposure) -> None:
    one, other = SmallCorpus(tmp_path / "one"), SmallCorpus(tmp_path / "other")
    other.write_shard(1, 50)
    for corpus in (one, other):
        build_index(corpus.config(), corpus.base / "index", n_workers=1)
    counts = [
        {
            f"#{row[0]}": row[1]
            for row in ask(corpus.base / "index", "SELECT phrase_id, exposure_count FROM exposures")
        }
        for corpus in (one, other)
    ]
    found = diff_indexes(one.base / "index", other.base / "index")
    assert found.n_phrases == (len(counts[0]), 0, 0) and found.n_not_compared == (0, 0)
    told = {row["phrase"]: row["exposure_count_2"] for row in found.phrases.to_pylist()}
    differ = {phrase: n for phrase, n in counts[1].items() if counts[0][phrase] != n}
    assert differ and differ.items() <= told.items()
    lines = (other.base / "phrases.jsonl").read_text().splitlines()
    (other.base / "phrases.jsonl").write_text("\n".join(lines[1:]) + "\n")
    shutil.rmtree(other.base / "index")
    build_index(other.config(), other.base / "index", n_workers=1)
    code, out, _ = exposure("diff", one.base / "index", other.base / "index")
    assert code == 0 and "Not compared: 58 phrases of 1 and 57 of 2 were given as ids" in out
