"""Explains one pair: both sentences with their spans marked, and the rule that made them."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indexer.errors import ConfigError
from indexer.near_names import near_names
from indexer.phrases.marking import MarkedSentence, mark
from indexer.phrases.pair_table import SIDES
from indexer.phrases.rules.table import PARADIGMS
from indexer.phrases.sentence import CharRange

ARGUMENT = "--explain"
"""What `exposure phrases` takes the id by."""

NOTATION = "[phrase]  **critical**  *context*"

_GRADES = {
    "A": "exact from the structure of the sentence",
    "B": "the position is exact; what counts as context is a choice",
    "C": "debatable: the dependency covers most of the sentence, or depends on absence",
}


def explain(pairs: pa.Table, pair_id: str) -> str:
    """Return the explanation of one pair as a few lines of text.

    Raises
    ------
    ConfigError
        No pair has this id, or there are none; the message says which could be meant.
    """
    if not pairs.num_rows:
        raise ConfigError(
            f"the source holds phrases and no minimal pairs: none is called {pair_id!r:.80}",
            path=ARGUMENT,
            fix=f"leave {ARGUMENT} out",
        )
    found = pairs.filter(pc.equal(pairs["pair_id"], pair_id)).to_pylist()
    if not found:
        raise ConfigError(
            f"no pair is called {pair_id!r:.80}", path=ARGUMENT, expected=_similar(pairs, pair_id)
        )
    (pair,) = found
    lines = [f"{pair['pair_id']}  ({pair['dataset']}; {pair['phenomenon'] or 'no phenomenon named'})", ""]
    lines += [f"  {side:<4}  {_marked(pair, side)}" for side in SIDES]
    lines += ["", f"        {NOTATION}", "", f"rule    {pair['rule']}"]
    known = PARADIGMS.get(pair["rule"].removeprefix("study/"))
    if known is not None:
        lines += [
            f"        critical: {known.critical}",
            f"        context:  {known.context}",
            f"        phrase:   {known.phrase}",
        ]
    if pair["grade"] is not None:
        lines.append(f"grade   {pair['grade']}: {_GRADES[pair['grade']]}")
    lines += [f"note    {note}" for note in _notes(pair)]
    return "\n".join(lines)


def _marked(pair: dict[str, Any], side: str) -> str:
    sentence = str(pair[f"{side}_sentence"])
    if pair[f"{side}_phrase_start"] is None:
        return f"{sentence}  (no phrase)"
    critical, context, phrase = (
        None
        if pair[f"{side}_{span}_start"] is None
        else CharRange(pair[f"{side}_{span}_start"], pair[f"{side}_{span}_stop"])
        for span in ("critical", "context", "phrase")
    )
    return mark(MarkedSentence(sentence, critical, context, phrase))


def _notes(pair: dict[str, Any]) -> list[str]:
    notes = []
    if pair["excluded"]:
        notes.append(f"takes no part in splits: {pair['excluded']}")
    if pair["fallback"]:
        notes.append(pair["fallback"])
    if pair["end_boundary"]:
        notes.append("the contrast is that nothing follows the phrase; a count in text cannot see that")
    if pair["order_contrast"]:
        notes.append("the same words on both sides, in another order")
    if pair["sentence_wide"]:
        notes.append("a phrase is nearly the whole sentence; verbatim exposure means little")
    return notes


def _similar(pairs: pa.Table, pair_id: str) -> str:
    """Name pairs: those with this phrase or sentence, whose id ends so or is near, or any."""
    given = pc.utf8_lower(pa.scalar(pair_id))
    texts = [f"{side}_{what}" for side in SIDES for what in ("phrase", "sentence")]
    holds = [pc.fill_null(pc.equal(pc.utf8_lower(pairs[name]), given), False) for name in texts]
    with_text = pairs.filter(reduce(pc.or_, holds))["pair_id"][:3].to_pylist()
    if with_text:
        return f"the id of a pair; with this text there is {', '.join(with_text)}"
    names = pairs["pair_id"].to_pylist()
    near = [name for name in names if name.endswith(f"/{pair_id}")][:3]
    near = near or near_names(pair_id, names[:100_000], most=3)
    return f"the id of a pair, such as {', '.join(near or names[:3])}"
