"""An order visits every sequence as often as it says: lost, doubled and misread entries are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.small_corpus import SmallCorpus, ask

N = 3 * 24
RNG = np.random.default_rng(7)
WHOLE = RNG.permutation(N)
LOST_AND_DOUBLED = np.concatenate([WHOLE[10:], WHOLE[-10:]])
EVERY_STEP = np.arange(N) // 4


def lists(path: Path, entries: np.ndarray, dtype: str) -> None:
    entries.astype(dtype).tofile(path)


@pytest.mark.parametrize(
    ("entries", "written", "keys", "message"),
    [
        pytest.param(WHOLE[: N // 2], "<u4", {}, "names 36 of 72 sequences", id="half"),
        pytest.param(WHOLE[:-4], "<u4", {}, "names 68 of 72 sequences", id="a batch lost"),
        pytest.param(LOST_AND_DOUBLED, "<u4", {}, "names 72 sequences, 10 of them again", id="doubled"),
        pytest.param(np.tile(WHOLE, 2), "<u4", {}, "144 sequences, 72 of them again", id="twice as long"),
        pytest.param(WHOLE, "<u4", {"dtype": "uint16"}, 'set [order] dtype = "uint32"', id="u4 read as u2"),
        pytest.param(WHOLE, "<i8", {}, 'set [order] dtype = "int64"', id="i8 read as u4"),
    ],
)
def test_an_index_file(tmp_path: Path, exposure, entries, written, keys, message) -> None:
    lists(tmp_path / "order.bin", entries, written)
    corpus = SmallCorpus(tmp_path, order={"kind": "indices", "path": "order.bin", "batch_size": 4, **keys})
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and message in error, error
    assert not (tmp_path / "index" / "plan.json").exists()


@pytest.mark.parametrize("as_npy", [True, False])
@pytest.mark.parametrize("dtype", ["<i4", "<i8"])
@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("indices", -2, "entry 9: names sequence -2"),
        ("indices", -1, "names 71 of 72 sequences, and 1 of its entries are padding"),
        ("olmo", -1, "entry 9: names sequence -1"),
    ],
)
def test_a_negative_entry(tmp_path: Path, exposure, kind, value, message, dtype, as_npy) -> None:
    entries = WHOLE.astype(dtype)
    entries[9] = value
    keys = {"kind": kind, "path": "order.npy", "batch_size": 4}
    if as_npy:
        np.save(tmp_path / "order.npy", entries)
    else:
        entries.tofile(tmp_path / "order.npy")
        keys["dtype"] = dtype
    corpus = SmallCorpus(tmp_path, order=keys)
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and message in error, error


@pytest.mark.parametrize("kind", ["indices", "olmo"])
@pytest.mark.parametrize("behind", [b"\0", b"\0" * 4, b"\0" * 64])
def test_a_npy_order_with_bytes_behind_its_end(tmp_path: Path, exposure, kind, behind) -> None:
    np.save(tmp_path / "order.npy", WHOLE.astype("<u4"))
    size = (tmp_path / "order.npy").stat().st_size
    with (tmp_path / "order.npy").open("ab") as handle:
        handle.write(behind)
    corpus = SmallCorpus(tmp_path, order={"kind": kind, "path": "order.npy", "batch_size": 4})
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and f"order.npy: holds {size + len(behind):,} bytes; expected {size:,}" in error, error
    assert not (tmp_path / "index" / "plan.json").exists()


def test_padding_that_costs_a_sequence_is_taken_on_purpose_and_leaves_no_never(
    tmp_path: Path, exposure
) -> None:
    np.save(tmp_path / "order.npy", np.where(WHOLE == 9, -1, WHOLE))
    keys = {"kind": "indices", "path": "order.npy", "batch_size": 4, "allow_short": True}
    corpus = SmallCorpus(tmp_path, order=keys)
    assert exposure("index", corpus.write_config(), "--out", tmp_path / "index")[0] == 0
    assert "1 of its entries are padding" in exposure("status", tmp_path / "index")[1]
    assert ask(tmp_path / "index", "SELECT count(*) FROM exposures WHERE status = 'never'") == [(0,)]


def test_padding_that_costs_nothing_is_no_doubt(tmp_path: Path, exposure) -> None:
    entries = np.concatenate([WHOLE[:70], [-1, -1], WHOLE[70:], [-1, -1]])
    np.save(tmp_path / "order.npy", entries)
    corpus = SmallCorpus(tmp_path, order={"kind": "indices", "path": "order.npy", "batch_size": 4})
    assert exposure("index", corpus.write_config(), "--out", tmp_path / "index")[0] == 0
    assert "on purpose" not in exposure("status", tmp_path / "index")[1]


@pytest.mark.parametrize(
    ("sequences", "steps", "message"),
    [
        pytest.param(WHOLE[: N // 2], EVERY_STEP[: N // 2], "names 36 of 72 sequences", id="half"),
        pytest.param(WHOLE[4:], np.arange(N - 4) // 4, "names 68 of 72 sequences", id="a step's rows lost"),
        pytest.param(np.delete(WHOLE, 9), np.delete(EVERY_STEP, 9), "names 71 of 72", id="a row lost"),
        pytest.param(
            np.append(WHOLE, WHOLE[:4]), np.append(EVERY_STEP, [0] * 4), "holds 4 rows again", id="doubled"
        ),
        pytest.param(
            np.delete(np.tile(WHOLE, 2), np.s_[80:84]),
            np.delete(np.arange(2 * N) // 4, np.s_[80:84]),
            "has no row for 1 of 36 steps, the first of them 20",
            id="a step of the second epoch lost",
        ),
    ],
)
def test_a_table(tmp_path: Path, exposure, sequences, steps, message) -> None:
    pq.write_table(pa.table({"sequence": sequences, "step": steps}), tmp_path / "order.parquet")
    corpus = SmallCorpus(tmp_path, order={"kind": "table", "path": "order.parquet"})
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and message in error, error


def test_a_short_order_that_is_taken_on_purpose_makes_zeros_unknown(tmp_path: Path, exposure) -> None:
    lists(tmp_path / "order.bin", WHOLE[: N // 2], "<u4")
    keys = {"kind": "indices", "path": "order.bin", "batch_size": 4, "allow_short": True}
    config = SmallCorpus(tmp_path, order=keys).write_config()
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    root = tmp_path / "index"
    statuses = dict(ask(root, "SELECT status, count(*) FROM exposures GROUP BY ALL"))
    assert set(statuses) == {"seen", "unknown"}
    assert ask(root, "SELECT DISTINCT status FROM exposure_at(4) WHERE exposure_count = 0") == [("unknown",)]
    code, out, _ = exposure("status", root)
    assert code == 0 and "a count of 0 means unknown" in out and "names 36 of 72 sequences" in out
    code, out, _ = exposure("status", root, "--json")
    assert json.loads(out)["taken_on_purpose"] == {"short order": "order.bin names 36 of 72 sequences"}
    code, out, _ = exposure("query", root, "why_unknown", "--format", "csv")
    assert "taken on purpose: short order" in out


def test_repeats_that_are_taken_on_purpose_are_counted_and_leave_a_zero_certain(
    tmp_path: Path, exposure
) -> None:
    lists(tmp_path / "order.bin", np.tile(WHOLE, 2), "<u4")
    keys = {"kind": "indices", "path": "order.bin", "batch_size": 4}
    twice = SmallCorpus(tmp_path, order={**keys, "allow_repeats": True}).write_config()
    assert exposure("index", twice, "--out", tmp_path / "twice")[0] == 0
    lists(tmp_path / "order.bin", WHOLE, "<u4")
    once = SmallCorpus(tmp_path, order=keys).write_config()
    assert exposure("index", once, "--out", tmp_path / "once")[0] == 0
    counts = "SELECT phrase_id, exposure_count, status FROM exposures ORDER BY phrase_id"
    found = ask(tmp_path / "once", counts)
    assert ask(tmp_path / "twice", counts) == [(phrase, 2 * n, status) for phrase, n, status in found]
    assert "never" in {status for *_, status in found}


@pytest.mark.parametrize(
    ("keys", "n_out"),
    [
        ({"kind": "sequential", "batch_size": 5}, 2),
        ({"kind": "sequential", "batch_size": 5, "epochs": 2}, 2),
        ({"kind": "within-shards", "batch_size": 5}, 12),
        ({"kind": "indices", "path": "order.npy", "batch_size": 5}, 2),
        ({"kind": "sequential", "batch_size": 4}, 0),
        ({"kind": "indices", "path": "order.npy", "batch_size": 4}, 0),
    ],
)
def test_sequences_that_no_step_takes_are_told(tmp_path: Path, exposure, keys, n_out) -> None:
    np.save(tmp_path / "order.npy", WHOLE)
    config = SmallCorpus(tmp_path, order=keys).write_config()
    facts = json.loads(exposure("check", config, "--json")[1])["facts"]
    assert facts["sequences that no step takes"] == n_out
    code, _, error = exposure("index", config, "--out", tmp_path / "index")
    assert code == 0, error
    sentence = f"{n_out} of 72 sequences are taken by no step"
    status = exposure("status", tmp_path / "index")[1]
    assert (sentence in error, sentence in status) == (n_out > 0, n_out > 0)


def test_the_report_tells_what_no_step_takes(tmp_path: Path, exposure) -> None:
    pytest.importorskip("altair")
    config = SmallCorpus(tmp_path, order={"kind": "sequential", "batch_size": 5}).write_config()
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    assert exposure("report", tmp_path / "index", "--out", tmp_path / "report.html")[0] == 0
    assert (
        "2 of 72 sequences are taken by no step" in (tmp_path / "report.html").read_text().split("<table")[0]
    )


def test_files_of_epochs_by_a_pattern_that_does_not_sort_them(tmp_path: Path, exposure) -> None:
    for epoch in range(9, 11):
        np.save(tmp_path / f"e{epoch}.npy", np.roll(WHOLE, epoch).astype(np.uint32))
    order = {"kind": "indices", "path": "e*.npy", "batch_size": 4}
    code, _, error = exposure("check", SmallCorpus(tmp_path, order=order).write_config())
    assert code == 2 and "stands for e10.npy before e9.npy" in error
    order["path"] = ["e9.npy", "e10.npy"]
    assert exposure("check", SmallCorpus(tmp_path, order=order).write_config())[0] == 0
