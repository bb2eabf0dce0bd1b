"""A certificate says what was covered and verified; its seal breaks with any edit of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config import load_config
from indexer.verification.certificate import seal
from tests.support.doctoring import Doctored
from tests.support.small_corpus import SmallCorpus

Exposure = Callable[..., tuple[int, str, str]]


@pytest.fixture
def certified(doctored: Doctored, exposure: Exposure) -> Doctored:
    code, _, err = exposure("certify", doctored.index.root, "--out", doctored.base / "certificate")
    assert code == 0, err
    return doctored


def test_it_says_what_was_covered_and_what_was_not(certified: Doctored) -> None:
    certificate = json.loads((certified.base / "certificate.json").read_text())
    covered, missing = certificate["covered"], certificate["not_covered"]
    assert (covered["n_shards"], covered["n_sequences"], covered["n_tokens"]) == (3, 72, 72 * 32)
    assert covered["window"] == [0, 18] and covered["n_visits"] == 72
    assert [shard["path"] for shard in covered["shards"]] == [f"shards/s0{n}.bin" for n in range(3)]
    assert all(len(shard["tokens_hash"]) == 32 for shard in covered["shards"])
    assert missing == {
        "complete": True,
        "shards": [],
        "dropped_tokens": 0,
        "unverified_shards": 3,
        "taken_on_purpose": {},
    }
    statuses = dict(certified.ask("SELECT status, count(*) FROM exposures GROUP BY ALL"))
    assert certificate["counts"] == {"unknown": 0, **statuses}
    assert certificate["verification"]["held"] is True
    text = (certified.base / "certificate.md").read_text()
    assert certificate["seal"] in text and "shards/s01.bin" in text


def test_check_tests_the_seal_and_the_index(certified: Doctored, exposure: Exposure) -> None:
    for name in ("certificate.json", "certificate.md"):
        assert exposure("certify", "--check", certified.base / name)[0] == 0
        code, out, _ = exposure("certify", certified.index.root, "--check", certified.base / name)
        assert code == 0 and "is the index that was certified" in out


def test_any_edit_breaks_the_seal(certified: Doctored, exposure: Exposure) -> None:
    data = certified.base / "certificate.json"
    certificate = json.loads(data.read_text())
    certificate["counts"]["never"] += 1
    data.write_text(json.dumps(certificate))
    code, _, err = exposure("certify", "--check", data)
    assert code == 3 and "was edited after it was sealed" in err
    text = certified.base / "certificate.md"
    never = "never, 0 unknown"
    assert never in text.read_text()
    text.write_text(text.read_text().replace(never, "seldom, 0 unknown"))
    code, _, err = exposure("certify", "--check", text)
    assert code == 3 and "does not say what its data say" in err


@pytest.mark.parametrize("content", ["", "{}", "[]", "# nothing", '{"seal": 1}', "\x00"])
def test_what_is_no_certificate(tmp_path: Path, exposure: Exposure, content: str) -> None:
    (tmp_path / "f.json").write_text(content)
    code, _, err = exposure("certify", "--check", tmp_path / "f.json")
    assert code == 3 and "is no certificate" in err


def test_an_index_of_other_rows_is_not_the_one_certified(certified: Doctored, exposure: Exposure) -> None:
    certified.table("UPDATE exposures SET exposure_count = exposure_count + 1 WHERE phrase_id = 3")
    code, _, err = exposure("certify", certified.index.root, "--check", certified.base / "certificate.json")
    assert code == 4 and "its rows hash is" in err


def test_an_index_built_again_of_the_same_corpus_is_the_one_certified(
    pristine: Path, tmp_path: Path, exposure: Exposure
) -> None:
    """What a third party does: the plan and the rows are the same wherever the files lie."""
    code, _, err = exposure("certify", pristine / "index", "--out", tmp_path / "certificate")
    assert code == 0, err
    shutil.copytree(pristine / "shards", tmp_path / "shards")
    for name in ("phrases.jsonl", "order.npy"):
        shutil.copy(pristine / name, tmp_path / name)
    tables = SmallCorpus(tmp_path, order={"kind": "indices", "path": "order.npy", "batch_size": 4})
    build_index(load_config(tables.write_config()), tmp_path / "again", n_workers=1)
    code, _, err = exposure("certify", tmp_path / "again", "--check", tmp_path / "certificate.md")
    assert code == 0, err


def test_what_does_not_hold_is_not_certified(doctored: Doctored, exposure: Exposure) -> None:
    doctored.table("DELETE FROM places WHERE phrase_id = 3")
    code, out, err = exposure("certify", doctored.index.root, "--out", doctored.base / "certificate")
    assert code == 4 and "Not certified" in err and "rows of places" in out
    assert not list(doctored.base.glob("certificate*"))


def test_a_recorded_result_is_taken_if_it_is_of_this_index(doctored: Doctored, exposure: Exposure) -> None:
    recorded = doctored.base / "verified.json"
    code, out, _ = exposure("verify", doctored.index.root, "--json")
    recorded.write_text(out)
    words = ("certify", doctored.index.root, "--out", doctored.base / "c", "--verification", recorded)
    assert code == 0 and exposure(*words)[0] == 0
    doctored.table("DELETE FROM places WHERE phrase_id = 3")
    code, _, err = exposure(*words)
    assert code == 4 and "is of another index, or of other rows" in err
    code, out, _ = exposure("verify", doctored.index.root, "--json")
    recorded.write_text(out)
    code, _, err = exposure(*words)
    assert code == 4 and "found something wrong" in err
    recorded.write_text("{}")
    assert exposure(*words)[0] == 3


def test_the_seal_is_of_canonical_json() -> None:
    one = {"b": [1, 2.5], "a": "é"}
    assert seal(one)["seal"] == seal({"a": "é", "b": [1, 2.5]})["seal"]
    assert seal(one)["seal"] != seal({**one, "a": "e"})["seal"]


def test_the_plain_search_of_a_zero_runs_and_finds_nothing(
    index_dir: Path, sample: Path, tmp_path: Path, exposure: Exposure
) -> None:
    code, _, err = exposure("certify", index_dir, "--sample", 20, "--out", tmp_path / "certificate")
    assert code == 0, err
    text = (tmp_path / "certificate.md").read_text()
    search = text.partition("```python\n")[2].partition("```")[0].replace("INDEX/", f"{index_dir}/")
    zero = json.loads((tmp_path / "certificate.json").read_text())["a_zero"]
    assert run_python(search, sample) == ""
    assert run_python(search.replace(repr(zero), repr("the")), sample).count("\n") >= 3


def run_python(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
