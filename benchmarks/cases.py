"""What a measured row is, and our own rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from benchmarks.scratch import new_folder
from benchmarks.threads import find_with_threads
from benchmarks.workload import SEQUENCE_LENGTH, Workload
from indexer.matching.blocks import read_only
from indexer.matching.ids.kernels.automaton import Automaton, build_automaton
from indexer.matching.ids.kernels.inspection import scan_up_to
from indexer.matching.ids.kernels.prefilter import IdPrefilter, new_prefilter_scratch
from indexer.matching.ids.kernels.traversal import new_batch
from indexer.matching.ids.kernels.unfiltered import search_stretches
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.search import new_hit_buffer
from indexer.matching.kernels.block import Block
from indexer.patterns import IdPatterns
from tests.reference import ReferenceMatcher

Run = Callable[[], int | None]

N_TIMES = 13
"""How often rows of threads and workers repeat the stream. In 15 ms, starting a thread is 2 %; and of 40
million ids, 13 times, each of two shards is a range of the size that `exposure index` cuts, about 2^28."""


@dataclass
class Case:
    """One row.

    Attributes
    ----------
    experiment : str
        The table it belongs to.
    name : str
        What is measured.
    phrases : str
        The phrase set.
    n_tokens : int
        Ids one run reads.
    prepare : callable
        Builds whatever is built once, and returns the run; a run returns the number of occurrences it found.
    expected : int or None
        What a run has to return; None where nothing is searched.
    workload : str
        What is searched, set by whoever lists the rows.
    one_thread : bool
        Whether all work is done by the thread that runs it, so that its processor time is the whole cost.
    """

    experiment: str
    name: str
    phrases: str
    n_tokens: int
    prepare: Callable[[], Run]
    expected: int | None
    workload: str = ""
    one_thread: bool = True


def id_patterns(workload: Workload, phrases: str, select: np.ndarray | None = None) -> IdPatterns:
    ids, offsets = workload.phrases[phrases]
    if select is not None:
        lengths = np.diff(offsets)
        ids = ids[np.repeat(select, lengths)]
        offsets = np.cumsum(np.concatenate([[0], lengths[select]]))
    return IdPatterns(ids, offsets, np.arange(len(offsets) - 1, dtype=np.int32))


def automaton_of(patterns: IdPatterns) -> Automaton:
    return build_automaton(patterns.ids, patterns.offsets.astype(np.int64))[0]


class Expected:
    """How many occurrences there are in a workload; each count is made once."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self._known: dict[tuple[str, int], int] = {}

    def count(self, phrases: str, n_tokens: int) -> int:
        key = (phrases, n_tokens)
        if key not in self._known:
            patterns = id_patterns(self.workload, phrases)
            self._known[key] = automaton_count(patterns, *self.workload.rows(n_tokens))
        return self._known[key]


CHECKED_TOKENS = 1_000_000


def automaton_count(patterns: IdPatterns, ids: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> int:
    """Return how often patterns occur: every id traversed by the automaton, a part by pyahocorasick too."""
    automaton = automaton_of(patterns)

    def traversed(n_rows: int) -> int:
        found, batch = new_hit_buffer(1 << 20), new_batch()
        rows = Block(read_only(ids), read_only(starts[:n_rows]), read_only(stops[:n_rows]))
        row = total = 0
        while row < n_rows:
            n_hits, row = search_stretches(automaton, rows, rows.starts, row, found, batch)
            total += n_hits
        return int(total)

    n_rows = max(1, int(np.searchsorted(stops, CHECKED_TOKENS)))
    reference = ReferenceMatcher(patterns, None, boundary="none", possessive="include")
    slow = len(reference.find(ids, starts[:n_rows], stops[:n_rows]).row)
    if traversed(n_rows) != slow:
        raise SystemExit(f"pyahocorasick finds {slow} occurrences, the automaton {traversed(n_rows)}")
    return traversed(len(starts))


@numba.njit(nogil=True)
def xor_all(words):
    total = np.uint64(0)
    for k in range(words.shape[0]):
        total ^= words[k]
    return total


def read_limit(workload: Workload, n_tokens: int) -> Case:
    def prepare() -> Run:
        ids, _, _ = workload.rows(n_tokens)
        words = ids[: len(ids) // 4 * 4].view(np.uint64)

        def run() -> None:
            xor_all(words)

        return run

    return Case("scan", "read limit: xor of all ids", "-", n_tokens, prepare, None)


def ours(
    workload: Workload,
    expected: Expected,
    phrases: str,
    n_tokens: int,
    *,
    experiment: str = "scan",
    name: str = "exposure indexer, ids",
    dtype: type = np.uint16,
    n_threads: int = 1,
    block_tokens: int | None = None,
    n_times: int = 1,
) -> Case:
    def prepare() -> Run:
        ids, starts, stops = workload.rows(n_tokens)
        ids, starts, stops = repeated(ids.astype(dtype, copy=False), starts, stops, n_times)
        matcher = TokenMatcher(id_patterns(workload, phrases), None, boundary="none", possessive="include")
        matcher.find(ids, starts[:2], stops[:2])
        if block_tokens is None:
            return lambda: len(find_with_threads(matcher, ids, starts, stops, n_threads).row)
        step = max(1, block_tokens // SEQUENCE_LENGTH)

        def in_blocks() -> int:
            n = 0
            for row in range(0, len(starts), step):
                last = min(row + step, len(starts))
                block = ids[starts[row] : stops[last - 1]]
                n += len(
                    matcher.find(block, starts[row:last] - starts[row], stops[row:last] - starts[row]).row
                )
            return n

        return in_blocks

    count = n_times * expected.count(phrases, n_tokens)
    one = n_threads == 1
    return Case(experiment, name, phrases, n_times * n_tokens, prepare, count, one_thread=one)


def repeated(
    ids: np.ndarray, starts: np.ndarray, stops: np.ndarray, n_times: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return whole sequences several times, one after another."""
    if n_times == 1:
        return ids, starts, stops
    shift = np.repeat(len(ids) * np.arange(n_times), len(starts))
    return np.tile(ids, n_times), np.tile(starts, n_times) + shift, np.tile(stops, n_times) + shift


def automaton_alone(workload: Workload, expected: Expected, phrases: str, n_tokens: int) -> Case:
    def prepare() -> Run:
        patterns = id_patterns(workload, phrases)
        ids, starts, stops = workload.rows(n_tokens)
        automaton = automaton_of(patterns)
        found, batch = new_hit_buffer(1 << 20), new_batch()
        rows = Block(read_only(ids), read_only(starts), read_only(stops))
        return lambda: int(search_stretches(automaton, rows, rows.starts, 0, found, batch)[0])

    name = "our automaton without the window scan"
    return Case("scan", name, phrases, n_tokens, prepare, expected.count(phrases, n_tokens))


def filter_alone(workload: Workload, phrases: str, n_tokens: int) -> Case:
    def prepare() -> Run:
        ids, starts, stops = workload.rows(n_tokens)
        matcher = TokenMatcher(id_patterns(workload, phrases), None, boundary="none", possessive="include")
        matcher.find(ids, starts, stops)
        anchors: IdPrefilter = matcher.prefilter_of(ids)
        scratch = new_prefilter_scratch()
        ids = read_only(ids)

        def run() -> None:
            scan_up_to(anchors, ids, 0, scratch)

        return run

    return Case("scan", "our first question alone", phrases, n_tokens, prepare, None)


def from_file(workload: Workload, expected: Expected, phrases: str, n_tokens: int, n_threads: int) -> Case:
    def prepare() -> Run:
        ids, starts, stops = repeated(*workload.rows(n_tokens), N_TIMES)
        path = new_folder() / "ids.bin"
        ids.tofile(path)
        matcher = TokenMatcher(id_patterns(workload, phrases), None, boundary="none", possessive="include")
        matcher.find(ids, starts, stops)

        def run() -> int:
            mapped = np.memmap(path, np.uint16, mode="r")
            return len(find_with_threads(matcher, mapped, starts, stops, n_threads).row)

        return run

    name = f"file in the page cache, {n_threads} thread{'s' * (n_threads > 1)}"
    count = N_TIMES * expected.count(phrases, n_tokens)
    return Case("threads", name, phrases, N_TIMES * n_tokens, prepare, count, one_thread=n_threads == 1)


FRAME_ROWS = 256
"""Sequences of a frame, which is of 1 MiB of ids."""


def zstd_frames(ids: np.ndarray) -> list[bytes]:
    """Return ids in frames of level 3."""
    import zstandard

    step = FRAME_ROWS * SEQUENCE_LENGTH
    return [
        zstandard.ZstdCompressor(level=3).compress(ids[k : k + step].tobytes())
        for k in range(0, len(ids), step)
    ]


def zstd_blocks(workload: Workload, expected: Expected, phrases: str, n_tokens: int, search: bool) -> Case:
    """Frames of 1 MiB of ids, decompressed one after another, searched or not."""

    def prepare() -> Run:
        import zstandard

        ids, _, _ = workload.rows(n_tokens)
        frames = zstd_frames(ids)
        matcher = TokenMatcher(id_patterns(workload, phrases), None, boundary="none", possessive="include")
        starts = np.arange(FRAME_ROWS, dtype=np.int64) * SEQUENCE_LENGTH
        matcher.find(ids, starts, starts + SEQUENCE_LENGTH)
        decompressor = zstandard.ZstdDecompressor()

        def run() -> int | None:
            n = 0
            for frame in frames:
                block = np.frombuffer(decompressor.decompress(frame), np.uint16)
                if search:
                    first = starts[: len(block) // SEQUENCE_LENGTH]
                    n += len(matcher.find(block, first, first + SEQUENCE_LENGTH).row)
            return n if search else None

        return run

    name = "zstd-3 frames, searched" if search else "zstd-3 frames, only decompressed"
    count = expected.count(phrases, n_tokens) if search else None
    return Case("zstd", name, phrases, n_tokens, prepare, count)


def zstd_file(workload: Workload, phrases: str, n_tokens: int) -> Case:
    """The same frames in a file in the page cache, decompressed as a stream by the library alone."""

    def prepare() -> Run:
        import zstandard

        path = new_folder() / "ids.zst"
        path.write_bytes(b"".join(zstd_frames(workload.rows(n_tokens)[0])) * N_TIMES)
        target = memoryview(bytearray(1 << 20))

        def run() -> None:
            with path.open("rb") as file:
                stream = zstandard.ZstdDecompressor().stream_reader(file, 1 << 20, read_across_frames=True)
                while stream.readinto(target):
                    pass

        return run

    n_ids = N_TIMES * len(workload.rows(n_tokens)[0])
    return Case("zstd", "zstd-3 file, only decompressed", phrases, n_ids, prepare, None)


def lengths(workload: Workload, expected: Expected, n_tokens: int) -> list[Case]:
    """The phrases of each length by themselves."""
    n_ids = np.diff(workload.phrases["134k"][1])
    cases = []
    for low, high in ((2, 2), (3, 3), (4, 4), (5, 6), (7, 99)):
        select = (n_ids >= low) & (n_ids <= high)
        patterns = id_patterns(workload, "134k", select)
        ids, starts, stops = workload.rows(n_tokens)

        def prepare(patterns=patterns, ids=ids, starts=starts, stops=stops) -> Run:
            matcher = TokenMatcher(patterns, None, boundary="none", possessive="include")
            return lambda: len(matcher.find(ids, starts, stops).row)

        name = f"{select.sum():,} phrases of {low}{f' to {high}' if high > low else ''} ids".replace(
            " to 99", " and more"
        )
        count = automaton_count(patterns, ids, starts, stops)
        cases.append(Case("phrase length", name, "134k", n_tokens, prepare, count))
    return cases


def hit_rates(workload: Workload, expected: Expected, n_tokens: int) -> list[Case]:
    """The 134k set and ever more of the stream's own two-id phrases, the most frequent ones last."""
    ids, starts, stops = workload.rows(n_tokens)
    base = id_patterns(workload, "134k")
    pairs, counts = np.unique(
        ids[:4_000_000:1][:-1].astype(np.uint32) | (ids[:4_000_000][1:].astype(np.uint32) << 16),
        return_counts=True,
    )
    pairs = pairs[np.argsort(counts)[::-1]]
    cases = []
    for n_common in (0, 10, 100, 1000, 10_000):
        common = pairs[:n_common]
        new_ids = np.column_stack([common & 0xFFFF, common >> 16]).ravel().astype(np.uint32)
        offsets = np.concatenate([base.offsets, base.offsets[-1] + 2 * np.arange(1, n_common + 1)])
        patterns = IdPatterns(
            np.concatenate([base.ids, new_ids]), offsets, np.arange(len(offsets) - 1, dtype=np.int32)
        )
        count = automaton_count(patterns, ids, starts, stops)

        def prepare(patterns=patterns) -> Run:
            matcher = TokenMatcher(patterns, None, boundary="none", possessive="include")
            return lambda: len(matcher.find(ids, starts, stops).row)

        name = f"{count / len(ids):.4f} occurrences a token"
        cases.append(Case("hit rate", name, "134k", n_tokens, prepare, count))
    return cases
