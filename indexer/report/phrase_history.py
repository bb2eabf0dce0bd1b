"""One phrase: its counts, its exposure over training, and its first places in context."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError, ExposureError
from indexer.folding import fold
from indexer.index_dir import IndexDir
from indexer.phrases.gap_notation import NotationError, parse
from indexer.phrases.normalization import respelled
from indexer.plan import Plan, read_plan
from indexer.plan_store import load_tokenizer_of
from indexer.scanning.context import Context, Place, read_contexts
from indexer.splits.ask import ask


@dataclass(frozen=True)
class PhraseHistory:
    """What an index knows of one phrase.

    Attributes
    ----------
    facts : dict
        Counts, status, first and last step.
    checkpoints : list of int
        The grid.
    exposures_since : list of int
        Exposures at each checkpoint since the one before.
    places : list of dict
        The first exposures.
    contexts : list of Context
        The text around them; empty where the corpus cannot be read.
    contexts_missing : str
        Why it is empty.
    near : list of dict
        Phrases of the index that were seen and differ by a few letters.
    """

    facts: dict[str, Any]
    checkpoints: list[int]
    exposures_since: list[int]
    places: list[dict[str, Any]]
    contexts: list[Context]
    contexts_missing: str
    near: list[dict[str, Any]]


def phrase_history(root: str | Path, phrase: str) -> PhraseHistory:
    """Look a phrase up.

    Raises
    ------
    ConfigError
        The index does not hold the phrase; the message names near ones that it does.
    """
    index = IndexDir(root)
    index.require_database()
    plan = read_plan(index.plan_file)
    folded = fold(" ".join(phrase.split()), plan.config.match.case)
    rows: list[dict[str, Any]] = []
    for spelled in _spellings(index, plan, phrase, folded):
        given = {"phrase": spelled}
        rows = ask(root, "explore/phrase", given).rows.to_pylist()
        if rows:
            break
    else:
        raise _no_such_phrase(root, folded)
    bins = ask(root, "dynamics/exposure_of_phrase", given).rows.to_pydict()
    places = ask(root, "explore/places_of_phrase", given).rows.to_pylist()
    near = ask(root, "explore/near_phrases", given).rows.to_pylist()
    contexts: list[Context] = []
    missing = ""
    try:
        contexts = read_contexts(
            index,
            [
                Place(place["shard"], place["sequence"], place["token_offset"], place["n_tokens"])
                for place in places
            ],
        )
    except ExposureError as error:
        missing = error.line()
    return PhraseHistory(
        rows[0], bins["checkpoint"], bins["exposures_since"], places, contexts, missing, near
    )


def _as_indexed(index: IndexDir, plan: Plan, phrase: str) -> str:
    """Return a phrase in the normal form of the settings and as the tokenizer spells it, as the plan did."""
    match = plan.config.match
    spelled = respelled(" ".join(phrase.split()), load_tokenizer_of(index, plan), match)
    return fold(spelled, match.case)


def _spellings(index: IndexDir, plan: Plan, phrase: str, folded: str) -> Iterator[str]:
    """Yield how the index may spell a phrase, likely ones first."""
    yield folded
    yield fold(phrase.strip(), plan.config.match.case)
    yield _as_indexed(index, plan, phrase)
    if "<" in folded:
        yield _as_pattern(folded)


def _as_pattern(phrase: str) -> str:
    """Return a phrase with gaps as the index spells it; any other text as it is."""
    try:
        return parse(phrase).notation()
    except NotationError:
        return phrase


def _no_such_phrase(root: str | Path, phrase: str) -> ConfigError:
    words = phrase.split()
    ends = {"first_word": words[0], "last_word": words[-1]} if words else {"first_word": "", "last_word": ""}
    near = ask(root, "explore/phrases_like", ends).rows["phrase"].to_pylist()
    close = difflib.get_close_matches(phrase, near, n=3, cutoff=0.5)
    fix = f"near ones: {', '.join(map(repr, close))}" if close else "see `exposure query INDEX most_exposed`"
    return ConfigError(f"phrase {phrase!r} is not in this index", path=root, fix=fix)
