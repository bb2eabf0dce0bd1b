"""How much memory an index takes, said before it is taken, and how many workers fit into it.

The figures are those of ``exposure plan`` and ``exposure scan`` with 10,000 to 1,000,000 phrases of four
words, by /usr/bin/time, rounded up. They are estimates: what is beyond the limit ends in a `ResourceError`
all the same.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from indexer.config import Config
from indexer.config.sizes import parse_size, spell_size
from indexer.engines import WorkerLimits
from indexer.engines.memory import machine_memory, memory_in_use
from indexer.errors import ResourceError
from indexer.phrases.sources.source import files_of_source
from indexer.plurals import counted

LIBRARIES = 250_000_000
"""Bytes of the libraries and the tokenizer."""
PHRASE_OF_TEXT = 2_000
"""Bytes that planning takes for a phrase that is matched in text."""
PHRASE_OF_IDS = 2_200
"""The same where every id form is made: 1,550 to 1,670 from 150,000 to 1,000,000 phrases, and a margin."""
SEARCH_OF_TEXT = 1_500
"""Bytes that the tables of a search in text take for a phrase while they are built."""
SEARCH_OF_IDS = 7_500
"""The same of a search for ids: 5,300 of a million, eight forms of thirteen ids each, and a margin."""
LEAST_AT_ONCE = 1_000
"""With fewer phrases a pass is not worth the reading."""
WORKER = 300_000_000
"""Bytes of a worker: blocks of ids, the occurrences of a portion, what is decoded."""
OCCURRENCES_IN_WORKER = 150_000_000
"""Bytes that a worker writes all occurrences in, however many they are."""
PHRASE_IN_WORKER = 100
"""Bytes that a worker counts a phrase in."""
LEAST_OF_DUCKDB = 100_000_000
"""With less than so many bytes a merge does not begin to work."""
WORTH_SAYING = 2_000_000_000
"""Less than so many bytes are taken without a word."""
_SAMPLE_BYTES = 1 << 20
_PACKED = {".gz": 4, ".bz2": 5, ".zst": 4}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MemoryLimit:
    """How much memory may be taken, and who says so.

    Attributes
    ----------
    n_bytes : int
        The limit.
    given : bool
        Whether a person gave it, and not the machine.
    """

    n_bytes: int
    given: bool

    def words(self) -> str:
        """Return the limit for a message."""
        return f"{spell_size(self.n_bytes)} ({'max_memory' if self.given else 'what this machine has'})"


def memory_limit(max_memory: str) -> MemoryLimit:
    """Return the limit of a ``max_memory`` key, empty for what the machine has.

    Raises
    ------
    ConfigError
        It is no size.
    """
    if max_memory:
        return MemoryLimit(parse_size(max_memory, key="[index] max_memory"), given=True)
    return MemoryLimit(machine_memory(), given=False)


def check_phrase_source(config: Config) -> bool:
    """Estimate the phrases of a source from the size of its files, and refuse what will not fit.

    Windows of items are counted once they are cut.

    Returns
    -------
    bool
        Whether there were files to estimate from.

    Raises
    ------
    ResourceError
        They need more memory than there is.
    """
    n_phrases = 0
    sources = [config.phrases.source, *config.phrases.added]
    for path in (path for source in sources for path in files_of_source(source, base=config.base)):
        try:
            n_phrases += _rows_of(path)
        except (OSError, ValueError):  # the reader will say what is wrong with it
            return False
    if n_phrases:
        check_phrases(config, n_phrases, about=True)
    return n_phrases > 0


def check_phrases(config: Config, n_phrases: int, *, about: bool = False, say: bool = True) -> None:
    """Say how much memory phrases take to plan where it is much, and refuse what will not fit.

    Raises
    ------
    ResourceError
        They need more memory than there is.
    """
    limit = memory_limit(config.index.max_memory)
    of_ids = config.match.unit in ("tokens", "both")
    needed = LIBRARIES + n_phrases * (PHRASE_OF_IDS if of_ids else PHRASE_OF_TEXT)
    number = f"{'about ' if about else ''}{counted(n_phrases, 'phrase', 'needs', 'need')}"
    if needed > limit.n_bytes:
        raise ResourceError(
            f"{number} about {spell_size(needed)} of memory",
            path=config.sources()[0],
            expected=f"at most {limit.words()}",
            fix="cut the list into several, each for an index of its own"
            + (", or match in text alone" if of_ids else "")
            + (", or raise max_memory" if limit.given else ""),
        )
    if needed >= WORTH_SAYING and say:
        _log.warning("%s: %s about %s of memory", config.sources()[0], number, spell_size(needed))
    passes = told_passes(config, n_phrases, about=about)
    if passes and say:
        _log.warning("%s", passes)


def phrases_at_once(config: Config, n_phrases: int, max_memory: str = "") -> int:
    """Return how many phrases one pass over the corpus looks for, so that the tables of its search fit.

    Parameters
    ----------
    config : Config
        ``[index] phrases_at_once`` and ``max_memory``, and what is matched.
    n_phrases : int
        To be looked for.
    max_memory : str
        Wins over the configuration; empty: as configured.
    """
    if config.index.phrases_at_once:
        return config.index.phrases_at_once
    limit = memory_limit(max_memory or config.index.max_memory)
    room = limit.n_bytes - LIBRARIES - WORKER
    at_once = max(room // (search_bytes(config, 1) + PHRASE_IN_WORKER), LEAST_AT_ONCE)
    return int(min(at_once, max(n_phrases, 1)))


def search_bytes(config: Config, n_phrases: int) -> int:
    """Return about how many bytes the tables take that phrases are searched with."""
    unit = config.match.unit
    of_ids = SEARCH_OF_IDS if unit in ("tokens", "both") else 0
    return n_phrases * (of_ids + (SEARCH_OF_TEXT if unit in ("text", "both") else 0))


def n_passes(config: Config, n_phrases: int, max_memory: str = "") -> int:
    """Return how many passes over the corpus some phrases take."""
    return -(-n_phrases // phrases_at_once(config, n_phrases, max_memory)) if n_phrases else 0


def told_passes(config: Config, n_phrases: int, max_memory: str = "", *, about: bool = False) -> str:
    """Return what is to be said of passes, where there are several; else nothing."""
    n = n_passes(config, n_phrases, max_memory)
    if n < 2:
        return ""
    asked = config.index.phrases_at_once
    limit = memory_limit(max_memory or config.index.max_memory)
    why = f"[index] phrases_at_once = {asked}" if asked else f"more than {limit.words()}"
    size = spell_size(search_bytes(config, n_phrases))
    number = f"{'about ' if about else ''}{counted(n_phrases, 'phrase')}"
    return (
        f"tables to search for {number} take about {size} ({why}): {n} passes over the corpus, which is read"
        f" and searched {n} times"
    )


def plan_workers(
    n_workers: int, n_phrases: int, max_memory: str, *, silent_seconds: float, occurrences: str = "none"
) -> tuple[int, WorkerLimits]:
    """Return how many workers fit beside what this process holds, and what each may take.

    Parameters
    ----------
    n_workers : int
        Asked for; 0 is one per core.
    n_phrases : int
        Of the plan.
    max_memory : str
        As configured; empty: what the machine has.
    silent_seconds : float
        How long a worker may be silent.
    occurrences : str
        As configured: whether workers write all occurrences.

    Raises
    ------
    ResourceError
        A limit was given in which not one worker fits.
    """
    limit = memory_limit(max_memory)
    held = memory_in_use()
    one = WORKER + n_phrases * PHRASE_IN_WORKER + (OCCURRENCES_IN_WORKER if occurrences == "all" else 0)
    fitting = (limit.n_bytes - held) // one
    wanted = n_workers or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0]) or 1
    if fitting < 1 and limit.given:
        raise ResourceError(
            f"one worker needs about {spell_size(one)} beside the {spell_size(held)} that this process holds",
            expected=f"at most {limit.words()} together",
            fix=f"raise max_memory to {spell_size(held + one)}",
        )
    n_workers = max(1, min(wanted, fitting))
    if n_workers < wanted:
        _log.warning("%d of %d workers fit into %s", n_workers, wanted, limit.words())
    own = (limit.n_bytes - held) // n_workers if limit.given else None
    return n_workers, WorkerLimits(silent_seconds=silent_seconds, memory_bytes=own)


def _rows_of(path: Path) -> int:
    """Estimate the rows of a phrase file; a Parquet file says it."""
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    n_bytes = path.stat().st_size
    packed = _PACKED.get(path.suffix)
    if packed is not None:
        return n_bytes * packed // 40
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    return n_bytes * (sample.count(b"\n") or 1) // max(len(sample), 1)
