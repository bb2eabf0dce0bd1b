"""``[match]``: what counts as an occurrence."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class MatchConfig:
    """What counts as an occurrence. Stored in the index: two settings are two indexes."""

    unit: str = option(
        "text",
        choices=("text", "tokens", "both"),
        help="Where a phrase is looked for: in the text the tokens spell, in its token-id forms, or both.",
    )
    case: str = option(
        "fold",
        choices=("fold", "turkish", "exact"),
        help="Whether upper and lower case are the same; turkish: with I and ı, İ and i as its pairs.",
    )
    boundary: str = option(
        "word", choices=("word", "none"), help="word: no letter, digit or mark may touch an occurrence."
    )
    possessive: str = option(
        "include", choices=("include", "exclude"), help="Whether a possessive 's may follow an occurrence."
    )
    whitespace: str = option(
        "exact", choices=("exact", "any"), help="any: a space in the phrase is any run of white space."
    )
    normal_form: str = option(
        "as-is",
        choices=("as-is", "NFC", "NFD", "NFKC", "NFKD"),
        help="The Unicode normal form in which phrases are looked for; the corpus stays as it is.",
    )

    def asks_for_words(self) -> bool:
        """Tell whether the settings ask where words begin and end; runs of ids alone do not."""
        return self.unit != "tokens" or self.boundary != "none" or self.possessive != "include"
