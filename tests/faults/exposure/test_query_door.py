"""Questions that write, reach out, run away or come back odd: exit 6 or 5, the index file unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

import indexer
from indexer.errors import ConfigError, QueryRefusedError, ResourceError, StateError
from indexer.exposure import query_door, query_start
from indexer.exposure.query_door import QueryLimits
from indexer.splits.ask import ask

DENIED = """
CREATE TABLE t (a INT)
CREATE TEMP TABLE t AS SELECT 1
CREATE VIEW v AS SELECT 1
CREATE SCHEMA s
CREATE SEQUENCE s
CREATE MACRO m() AS 1
CREATE SECRET (TYPE s3)
INSERT INTO phrases SELECT * FROM phrases
UPDATE phrases SET phrase = 'x'
DELETE FROM phrases
TRUNCATE phrases
MERGE INTO phrases USING phrases AS p ON true WHEN MATCHED THEN DELETE
ALTER TABLE phrases ADD COLUMN a INT
COMMENT ON TABLE phrases IS 'x'
DROP TABLE phrases
DETACH exposures
ATTACH ':memory:' AS other
ATTACH '/tmp/other.duckdb' AS other
COPY phrases TO '/tmp/x.csv'
COPY phrases TO '/tmp/x.parquet'
COPY phrases FROM '/tmp/x.csv'
EXPORT DATABASE '/tmp/x'
IMPORT DATABASE '/tmp/x'
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('/etc/passwd')
SELECT * FROM glob('/etc/*')
SELECT * FROM '/etc/passwd'
SELECT * FROM 'x.csv'
SELECT * FROM 'http://localhost/x.parquet'
SELECT * FROM read_parquet('https://localhost/x.parquet')
INSTALL httpfs
LOAD httpfs
LOAD '/tmp/x.duckdb_extension'
FORCE INSTALL httpfs
UPDATE EXTENSIONS
SET threads = 1
SET VARIABLE a = 1
RESET threads
PRAGMA enable_profiling
PRAGMA database_list
CALL enable_logging()
CALL pragma_version()
SELECT * FROM enable_logging()
SELECT * FROM duckdb_secrets()
SELECT * FROM sqlite_scan('x', 'y')
SELECT * FROM which_secret('s3://x', 's3')
SELECT 1; DROP TABLE phrases
SELECT 1; SELECT 2
EXPLAIN DELETE FROM phrases
EXPLAIN ANALYZE DELETE FROM phrases
EXPLAIN (FORMAT JSON) DELETE FROM phrases
EXPLAIN COPY phrases TO '/tmp/x.csv'
EXPLAIN /* a comment */ DROP TABLE phrases
WITH x AS (SELECT 1) DELETE FROM phrases
WITH x AS (DELETE FROM phrases RETURNING *) SELECT * FROM x
SELECT * FROM query('DELETE FROM phrases')
CHECKPOINT
FORCE CHECKPOINT
FORCE CHECKPOINT()
SELECT * FROM checkpoint()
SELECT * FROM force_checkpoint()
VACUUM
ANALYZE
BEGIN
COMMIT
PREPARE p AS SELECT 1
EXECUTE p
USE memory
-- nothing but a comment
"""


@pytest.fixture(scope="module")
def database(index_dir: Path) -> Path:
    return index_dir / "exposures.duckdb"


@pytest.fixture
def unchanged(database: Path):
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    yield
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("sql", [line for line in DENIED.splitlines() if line])
def test_what_is_no_question_is_refused(sql: str, index_dir: Path, unchanged: None) -> None:
    with pytest.raises(QueryRefusedError) as refused:
        ask(index_dir, sql)
    assert refused.value.exit_code == 6


def test_python_variables_are_not_read(index_dir: Path) -> None:
    import pyarrow as pa

    rows_of_mine = pa.table({"a": [1]})
    with pytest.raises(QueryRefusedError, match="no Python variable is read"):
        indexer.open_index(index_dir).sql("SELECT * FROM rows_of_mine")
    assert rows_of_mine.num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'DELETE FROM phrases' AS words",
        "SELECT 1 -- DROP TABLE phrases",
        "/* UPDATE phrases SET x */ SELECT 1",
        "EXPLAIN SELECT * FROM phrases",
        "WITH checkpoint AS (SELECT 1 AS n) SELECT n FROM checkpoint",
        "SELECT max(checkpoint) FROM checkpoints",
        "FROM phrases LIMIT 1",
        "VALUES (1)",
        "DESCRIBE phrases",
        "SUMMARIZE phrases",
    ],
)
def test_questions_that_look_bad_and_are_not(sql: str, index_dir: Path) -> None:
    assert ask(index_dir, sql).rows.num_rows >= 1


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM exposurs", "SELEC 1", "SELECT nope FROM phrases", "SELECT 1 +"]
)
def test_wrong_sql_is_wrong_usage(sql: str, index_dir: Path) -> None:
    with pytest.raises(ConfigError) as wrong:
        ask(index_dir, sql)
    assert wrong.value.exit_code == 2


RUNAWAYS = [
    "SELECT count(*) FROM range(1000000000) a, range(1000000000) b",
    "SELECT length(repeat('x', 4000000000))",
    "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t",
    "SELECT sum(i) FROM range(1000000000000) t(i)",
    "SELECT list(i) FROM range(20000000000) t(i)",
]


@pytest.mark.parametrize("sql", RUNAWAYS)
def test_a_question_ends_when_its_time_is_up(sql: str, index_dir: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ResourceError) as late:
        ask(index_dir, sql, limits=QueryLimits(seconds=0.5, memory_bytes=1 << 30))
    assert late.value.exit_code == 5
    assert time.monotonic() - began < 20
    assert ask(index_dir, "SELECT 1 AS one").rows.to_pylist() == [{"one": 1}]


@pytest.mark.parametrize(
    "sql", ["SELECT list(i) FROM range(2000000000) t(i)", "SELECT repeat('x', 1000000000)"]
)
def test_a_question_may_not_take_all_memory(sql: str, index_dir: Path) -> None:
    with pytest.raises(ResourceError) as refused:
        ask(index_dir, sql, limits=QueryLimits(seconds=60, memory_bytes=150 << 20))
    assert "--max-memory" in refused.value.line()


@pytest.mark.parametrize(
    ("sql", "limits", "words"),
    [
        ("SELECT '\udcff'", QueryLimits(), "is not text in UTF-8"),
        ("SELECT 1", QueryLimits(seconds=float("nan")), "is no time"),
        ("SELECT 1", QueryLimits(seconds=0), "is no time"),
        ("SELECT 1", QueryLimits(memory_bytes=10_000), "cannot be asked in 10.0 kB"),
        ("SELECT " + "(" * 60_000 + "1" + ")" * 60_000, QueryLimits(), "depth limit"),
    ],
    ids=["surrogate", "nan", "no time", "no memory", "deep"],
)
def test_what_cannot_be_asked_is_wrong_usage(
    sql: str, limits: QueryLimits, words: str, index_dir: Path
) -> None:
    with pytest.raises(ConfigError) as wrong:
        ask(index_dir, sql, limits=limits)
    assert words in wrong.value.line()


def test_more_rows_than_allowed_are_refused_and_a_limit_fetches_no_more(index_dir: Path) -> None:
    endless = "SELECT * FROM range(1000000000000)"
    with pytest.raises(ResourceError, match="gives more than 1,000 rows"):
        ask(index_dir, endless, limits=QueryLimits(max_rows=1000))
    some = ask(index_dir, endless, limits=QueryLimits(limit=20_000))
    assert some.rows.num_rows == 20_000
    assert some.more
    assert not ask(index_dir, "SELECT * FROM range(5)", limits=QueryLimits(limit=5)).more


def test_odd_types_come_as_text_and_columns_of_one_name_are_told_apart(index_dir: Path) -> None:
    rows = ask(index_dir, "SELECT * FROM test_all_types()").rows.to_pylist()
    assert rows[0]["date"] == "5877642-06-25 (BC)"
    assert rows[1]["uhugeint"] == str(2**128 - 1)
    assert rows[1]["int_array"] == [42, 999, None, None, -42]
    assert ask(index_dir, "SELECT 1 AS a, 2 AS a, 3 AS a_1").rows.column_names == ["a", "a_1", "a_1_1"]


@pytest.mark.parametrize("format", ["table", "csv", "json", "jsonl"])
def test_odd_types_are_printed(format: str, index_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from indexer.cli.main import run

    code = run(["query", str(index_dir), "SELECT * FROM test_all_types()", "--format", format])
    assert code == 0
    assert capfd.readouterr().out


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_odd_types_are_written(ending: str, index_dir: Path, tmp_path: Path) -> None:
    from indexer.cli.main import run

    if ending == "parquet" and int(pa.__version__.split(".")[0]) < 25:
        pytest.skip("this Arrow writes no fixed lists that are NULL, and says so")
    out = tmp_path / f"x.{ending}"
    assert run(["query", str(index_dir), "SELECT * FROM test_all_types()", "--out", str(out)]) == 0
    assert out.stat().st_size


def test_numbers_json_readers_would_round_are_text(
    index_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from indexer.cli.main import run

    sql = (
        "SELECT 9007199254740992 AS small, 9007199254740993 AS big, sum(18446744073709551615::UBIGINT) AS sum"
    )
    run(["query", str(index_dir), sql + ", 'NaN'::DOUBLE AS nan FROM range(3)", "--format", "jsonl"])
    assert json.loads(capfd.readouterr().out) == {
        "small": 9007199254740992,
        "big": "9007199254740993",
        "sum": str(3 * (2**64 - 1)),
        "nan": None,
    }


def test_python_has_the_same_door(index_dir: Path) -> None:
    with pytest.raises(ResourceError, match="took longer than 1 s"):
        indexer.open_index(index_dir, timeout=1).sql(RUNAWAYS[0])
    index = indexer.open_index(index_dir, max_rows=3)
    with pytest.raises(ResourceError, match="more than 3 rows"):
        index.sql("SELECT * FROM range(4)")
    assert index.to_arrow("phrases").num_rows > 3


@pytest.mark.parametrize(
    ("seconds", "of_a_statement", "of_a_ready_question"),
    [("by question", 60, None), (5, 5, 5), (None, None, None)],
)
def test_questions_that_are_ready_take_their_time(seconds, of_a_statement, of_a_ready_question):
    limits = QueryLimits(seconds=seconds)
    assert limits.seconds_of(is_ready=False) == of_a_statement
    assert limits.seconds_of(is_ready=True) == of_a_ready_question


def test_a_process_that_dies_is_named_and_the_next_question_has_another(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(index_dir, "SELECT 1 AS one")
    (idle,) = query_door._idle
    os.kill(idle._process_id, signal.SIGKILL)
    assert ask(index_dir, "SELECT 1 AS one").rows.num_rows == 1


@pytest.mark.parametrize("forked", [True, False])
def test_forked_or_started_afresh_it_answers_alike(
    forked: bool, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query_door._end_idle()
    monkeypatch.setattr(query_start, "is_single_threaded", lambda: forked)
    if forked:
        code = (
            "import sys; from indexer.splits.ask import ask; from indexer.exposure import query_start;"
            "assert query_start.is_single_threaded();"
            "print(ask(sys.argv[1], 'SELECT count(*) AS n FROM phrases').rows['n'][0])"
        )
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        words = [sys.executable, "-c", code, str(index_dir)]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
        n = int(done.stdout)
    else:
        n = ask(index_dir, "SELECT count(*) AS n FROM phrases").rows["n"][0].as_py()
    assert n == indexer.open_index(index_dir).to_arrow("phrases").num_rows


def test_the_process_ends_with_whoever_asked(index_dir: Path) -> None:
    code = (
        "import sys; from indexer.splits.ask import ask; from indexer.exposure import query_door;"
        "ask(sys.argv[1], 'SELECT 1'); print(query_door._idle[0]._process_id, flush=True); sys.stdin.read()"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", code, str(index_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert asking.stdout is not None
    process_id = int(asking.stdout.readline())
    asking.kill()
    asking.communicate()
    deadline = time.monotonic() + 20
    while _runs(process_id) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(process_id)


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def _wait_for_a_process_of(process_id: int) -> None:
    """Wait until a command is so far that it has started a process: before, a signal meets what loads it."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    deadline = time.monotonic() + 60
    while not children.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.parametrize("first", [0, 1])
def test_a_damaged_index_is_a_state_not_wrong_sql(first: int, database: Path, tmp_path: Path) -> None:
    data = bytearray(database.read_bytes())
    for place in range(12_288 * first, len(data), 1000):
        data[place] ^= 0xFF
    (tmp_path / "exposures.duckdb").write_bytes(data)
    with pytest.raises(StateError) as damaged:
        ask(tmp_path, "SELECT sum(hash(e)), sum(hash(p)) FROM exposures e, phrases p")
    assert damaged.value.exit_code == 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_a_question_within_seconds(number: int, index_dir: Path) -> None:
    words = [sys.executable, "-m", "indexer", "query", str(index_dir), RUNAWAYS[1]]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as asking:
        _wait_for_a_process_of(asking.pid)
        time.sleep(0.2)
        asking.send_signal(number)
        began = time.monotonic()
        out, err = asking.communicate(timeout=20)
        assert time.monotonic() - began < 15
        assert asking.returncode == 128 + number
        assert not out
        assert len(err.strip().splitlines()) == 1
        assert "Traceback" not in err
