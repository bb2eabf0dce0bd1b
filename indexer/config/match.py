"""``[match]``: what counts as an occurrence."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class MatchConfig:
    """What counts as an occurrence. Stored in the index: two settings are two indexes."""

    unit: str = option(
        "tokens",
        choices=("tokens",),
        help="Where a phrase is looked for: in its token-id forms.",
    )
    case: str = option("fold", choices=("fold", "exact"), help="Whether upper and lower case are the same.")
    boundary: str = option(
        "word", choices=("word", "none"), help="word: no letter or digit may touch an occurrence."
    )
    possessive: str = option(
        "include", choices=("include", "exclude"), help="Whether a possessive 's may follow an occurrence."
    )
    whitespace: str = option(
        "exact", choices=("exact", "any"), help="any: a space in the phrase is any run of white space."
    )
