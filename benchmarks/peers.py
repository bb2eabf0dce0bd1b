"""The same question put to other programs. Each is optional: a row is left out where one is missing.

Ids are given to byte matchers as two bytes each (four where the stream has them), little end first; a hit
that begins inside an id is none. Matchers of text get one character an id.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.cases import Case, Expected, Run
from benchmarks.scratch import new_folder
from benchmarks.workload import Workload


def _tuples(workload: Workload, phrases: str) -> list[np.ndarray]:
    ids, offsets = workload.phrases[phrases]
    return np.split(ids.astype(workload.stream.dtype), offsets[1:-1])


def _characters(ids: np.ndarray) -> str:
    """One character an id, over the surrogates, which are none."""
    return (
        (ids.astype(np.uint32) + (ids >= 0xD800) * np.uint32(0x800))
        .astype("<u4")
        .tobytes()
        .decode("utf-32-le")
    )


def hyperscan(workload: Workload, phrases: str, n_tokens: int, rows_a_call: int) -> Run:
    import hyperscan as hs

    expressions = ["".join(f"\\x{b:02x}" for b in t.tobytes()).encode() for t in _tuples(workload, phrases)]
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    database.compile(
        expressions=expressions, ids=list(range(len(expressions))), elements=len(expressions), flags=0
    )
    database.scratch = hs.Scratch(database)
    ids, starts, stops = workload.rows(n_tokens)
    raw = memoryview(ids.view(np.uint8))
    width = ids.itemsize
    lengths = np.array([len(t) for t in _tuples(workload, phrases)])
    calls = (starts[::rows_a_call] * width).tolist()
    bounds = list(zip(calls, [*calls[1:], len(raw)], strict=True))

    def run() -> int:
        hits: list[tuple[int, int, int]] = []
        for begin, end in bounds:
            base = begin

            def on_match(number, _from, to, _flags, _context, base=base) -> None:
                if not to % width:
                    hits.append((number, base, to))

            database.scan(raw[begin:end], match_event_handler=on_match)
        if rows_a_call == 1:
            return len(hits)
        # Several sequences a call: hits across a sequence end are taken out.
        number, base, to = np.array(hits, np.int64).reshape(-1, 3).T
        last = (base + to) // width - 1
        first = last + 1 - lengths[number]
        return int((stops[np.searchsorted(stops, first, side="right")] > last).sum())

    return run


def ahocorasick_rs(workload: Workload, phrases: str, n_tokens: int) -> Run:
    from ahocorasick_rs import BytesAhoCorasick

    matcher = BytesAhoCorasick([t.tobytes() for t in _tuples(workload, phrases)])
    ids, starts, stops = workload.rows(n_tokens)
    raw = memoryview(ids.view(np.uint8))
    width = ids.itemsize
    bounds = list(zip((starts * width).tolist(), (stops * width).tolist(), strict=True))

    def run() -> int:
        n = 0
        for begin, end in bounds:
            for _, first, _ in matcher.find_matches_as_indexes(raw[begin:end], overlapping=True):
                n += not first % width
        return n

    return run


def daachorse(workload: Workload, phrases: str, n_tokens: int) -> Run:
    from daachorse import CharwiseDoubleArrayAhoCorasick

    matcher = CharwiseDoubleArrayAhoCorasick([_characters(t) for t in _tuples(workload, phrases)])
    ids, starts, stops = workload.rows(n_tokens)
    texts = [_characters(ids[a:b]) for a, b in zip(starts, stops, strict=True)]
    return lambda: sum(len(matcher.find_overlapping(text)) for text in texts)


def pyahocorasick(workload: Workload, phrases: str, n_tokens: int) -> Run:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for k, t in enumerate(_tuples(workload, phrases)):
        automaton.add_word(_characters(t), k)
    automaton.make_automaton()
    ids, starts, stops = workload.rows(n_tokens)
    texts = [_characters(ids[a:b]) for a, b in zip(starts, stops, strict=True)]
    return lambda: sum(1 for text in texts for _ in automaton.iter(text))


def numpy_hashes(workload: Workload, phrases: str, n_tokens: int) -> Run:
    """A rolling hash of every n-gram, looked up with `np.isin`; one pass for each phrase length."""
    by_length: dict[int, list[np.ndarray]] = {}
    for t in _tuples(workload, phrases):
        by_length.setdefault(len(t), []).append(t)
    factor = np.uint64(0x9E3779B97F4A7C15)

    def hashes(columns: list[np.ndarray]) -> np.ndarray:
        total = np.zeros(len(columns[0]), np.uint64)
        for column in columns:
            total = (total + column.astype(np.uint64) + np.uint64(1)) * factor
            total ^= total >> np.uint64(32)
        return total

    wanted = {n: np.unique(hashes(list(np.array(ts).T))) for n, ts in by_length.items()}
    ids, starts, stops = workload.rows(n_tokens)
    left = np.repeat(stops, stops - starts) - np.arange(len(ids))  # ids from here to the end of the sequence

    def run() -> int:
        n = 0
        for length, known in wanted.items():
            width = len(ids) - length + 1
            grams = hashes([ids[k : k + width] for k in range(length)])
            at = np.minimum(np.searchsorted(known, grams), len(known) - 1)
            n += int(((known[at] == grams) & (left[:width] >= length)).sum())
        return n

    return run


def duckdb(workload: Workload, phrases: str, n_tokens: int) -> Run:
    """``lead()`` over the stream and a join, one for each phrase length."""
    import duckdb as db
    import pyarrow as pa

    ids, starts, stops = workload.rows(n_tokens)
    row = np.repeat(np.arange(len(starts)), stops - starts)
    connection = db.connect(config={"threads": 1})
    connection.register("stream", pa.table({"place": np.arange(len(ids)), "row": row, "id": ids}))
    connection.execute("CREATE TABLE tokens AS FROM stream")
    connection.unregister("stream")
    by_length: dict[int, list[np.ndarray]] = {}
    for t in _tuples(workload, phrases):
        by_length.setdefault(len(t), []).append(t)
    queries = []
    for n, ts in by_length.items():
        columns = np.array(ts).T
        connection.register("given", pa.table({f"t{k}": columns[k] for k in range(n)}))
        connection.execute(f"CREATE TABLE wanted_{n} AS FROM given")
        leads = ", ".join(f"lead(id, {k}) OVER w AS t{k}" for k in range(n))
        on = ", ".join(f"t{k}" for k in range(n))
        queries.append(
            f"SELECT count(*) FROM (SELECT {leads} FROM tokens WINDOW w AS (PARTITION BY row ORDER BY place))"
            f" JOIN wanted_{n} USING ({on})"
        )
    return lambda: sum(connection.execute(query).fetchone()[0] for query in queries)


def tokengrams(workload: Workload, phrases: str, n_tokens: int) -> Run:
    """Builds a suffix array over the stream and counts every phrase. It knows no sequence ends."""
    with _silence():
        from tokengrams import MemmapIndex

    ids, _, _ = workload.rows(n_tokens)
    folder = new_folder()
    ids.tofile(folder / "ids.bin")

    def run() -> None:
        (folder / "table.bin").unlink(missing_ok=True)
        with _silence():
            MemmapIndex.build(str(folder / "ids.bin"), str(folder / "table.bin"))

    return run


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Let a library that is not Python print nothing."""
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        sys.stdout.flush()
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        for number, copy in enumerate(kept, 1):
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)


def cases(workload: Workload, expected: Expected, phrases: str, n_fast: int, n_slow: int) -> list[Case]:
    """Return the rows of all peers for a phrase set; compiled ones read `n_fast` ids, the others `n_slow`."""

    def case(name: str, n_tokens: int, prepare: Callable[[], Run], counted: bool = True) -> Case:
        count = expected.count(phrases, n_tokens) if counted else None
        # tokengrams, which counts nothing, builds with threads of its own
        return Case("scan", name, phrases, n_tokens, prepare, count, one_thread=counted)

    n_fast = n_fast // 4
    return [
        case("hyperscan, a call a sequence", n_fast, lambda: hyperscan(workload, phrases, n_fast, 1)),
        case("hyperscan, 512 sequences a call", n_fast, lambda: hyperscan(workload, phrases, n_fast, 512)),
        case("ahocorasick_rs, bytes", n_fast, lambda: ahocorasick_rs(workload, phrases, n_fast)),
        case("daachorse, characters", n_fast, lambda: daachorse(workload, phrases, n_fast)),
        case("pyahocorasick, characters", n_slow, lambda: pyahocorasick(workload, phrases, n_slow)),
        case("NumPy, hashes of n-grams", n_slow, lambda: numpy_hashes(workload, phrases, n_slow)),
        case("DuckDB, lead() and join", n_slow, lambda: duckdb(workload, phrases, n_slow)),
        case("tokengrams, building its index", n_slow, lambda: tokengrams(workload, phrases, n_slow), False),
    ]
