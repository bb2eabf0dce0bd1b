"""Which field of a source means what: as configured, or by the names the field commonly has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from indexer.config.phrases import PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases.own_spans import column_roles
from indexer.phrases.sources.record import Record

GOOD_NAMES = ("sentence_good", "good", "good_sentence", "grammatical", "acceptable")
BAD_NAMES = ("sentence_bad", "bad", "bad_sentence", "ungrammatical", "unacceptable")
OTHER_PAIR_NAMES = (
    ("sen", "wrong_sen"),
    ("source_sentence", "target_sentence"),
    ("sent_more", "sent_less"),
    ("chosen", "rejected"),
    ("sentence", "foil"),
)
"""Names of other sets of pairs, good and bad: MultiBLiMP, RuBLiMP, CrowS-Pairs, preferences, VALSE."""
_OPPOSITES = (
    ("good", "bad"),
    ("right", "wrong"),
    ("correct", "incorrect"),
    ("grammatical", "ungrammatical"),
    ("acceptable", "unacceptable"),
    ("positive", "negative"),
    ("plausible", "implausible"),
)
TEXT_NAMES = ("phrase", "text")
IDS_NAMES = ("token_ids", "input_ids", "ids")
ID_NAMES = ("pair_id", "pairID", "id", "phrase_id", "idx")
PARADIGM_NAMES = ("UID", "uid", "paradigm")
PHENOMENON_NAMES = ("linguistics_term", "phenomenon")
FIELD_NAMES = ("field",)


class PairColumns(NamedTuple):
    """Fields of a source of minimal pairs; None where there is no such field.

    ``roles`` are the fields that bring spans along, see `indexer.phrases.own_spans`.
    """

    good: str
    bad: str
    id: str | None
    paradigm: str | None
    phenomenon: str | None
    field: str | None
    roles: dict[str, str]


class PlainColumns(NamedTuple):
    """Fields of a source of plain phrases; None where there is no such field.

    Phrases with gaps are read from ``pattern``, which is only there if the configuration names it.
    """

    text: str | None
    pattern: str | None
    token_ids: str | None
    id: str | None


def find_columns(first: Record, config: PhrasesConfig) -> PairColumns | PlainColumns:
    """Decide from the first row what a source holds.

    Raises
    ------
    ConfigError
        A configured column is missing, or nothing looks like phrases or pairs.
    """
    fields = first.values
    id_column = _column("id", config.id, ID_NAMES, first)
    pattern = _column("pattern", config.pattern, (), first)
    text = _column("text", config.text, TEXT_NAMES, first)
    plain = PlainColumns(
        text=None if text == pattern else text,
        pattern=pattern,
        token_ids=_column("token_ids", config.token_ids, IDS_NAMES, first),
        id=id_column,
    )
    good = _column("good", config.good, GOOD_NAMES, first)
    bad = _column("bad", config.bad, BAD_NAMES, first)
    wants_plain = any(name is not None for name in (config.text, config.token_ids, pattern))
    if good is not None and bad is not None and not wants_plain:
        return PairColumns(
            good=good,
            bad=bad,
            id=id_column,
            paradigm=_column("paradigm", config.paradigm, PARADIGM_NAMES, first),
            phenomenon=_column("phenomenon", config.phenomenon, PHENOMENON_NAMES, first),
            field=_column("field", None, FIELD_NAMES, first),
            roles=column_roles(_roles(config), first),
        )
    if plain.text is None and plain.token_ids is None and plain.pattern is None:
        raise ConfigError(
            f"no column holds phrases or pairs (columns: {_listed(fields)})",
            path=first.path,
            expected="good and bad, or text, or token_ids",
            fix=_fix_for(fields),
        )
    return plain


def pair_names(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the columns that look like the good and the bad sentence of a pair, None where none do."""
    by_name = {str(name).lower(): str(name) for name in fields}
    for good, bad in OTHER_PAIR_NAMES:
        if good in by_name and bad in by_name:
            return by_name[good], by_name[bad]
    for good, bad in _OPPOSITES:
        for name, spelled in by_name.items():
            # the words before and behind are those of the other column
            other = name.replace(good, bad, 1)
            if good in name and bad not in name and other in by_name:
                return spelled, by_name[other]
    for name, spelled in by_name.items():
        for other in (f"wrong_{name}", f"bad_{name}", f"{name}_wrong", f"{name}_bad"):
            if other in by_name:
                return spelled, by_name[other]
    return None


def _fix_for(fields: Mapping[str, Any]) -> str:
    pair = pair_names(fields)
    if pair is not None:
        good, bad = pair
        return f'these look like pairs: set [phrases] good = "{good}" and [phrases] bad = "{bad}"'
    pairs = '[phrases] good = "my_good" and [phrases] bad = "my_bad"'
    return f'name yours, as in {pairs}, or [phrases] text = "my_text"'


def _roles(config: PhrasesConfig) -> list[str]:
    return config.columns if config.context is None else [*config.columns, f"context={config.context}"]


def _column(key: str, configured: str | None, usual: tuple[str, ...], first: Record) -> str | None:
    if configured is not None:
        if configured not in first.values:
            raise ConfigError(
                f"no column {configured!r}, which [phrases] {key} names (columns: {_listed(first.values)})",
                path=first.path,
            )
        return configured
    return next((name for name in usual if name in first.values), None)


def _listed(fields: Mapping[str, Any]) -> str:
    return ", ".join(str(name) for name in fields) or "none"
