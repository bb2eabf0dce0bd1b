"""How ids become text: the tables that decoding takes."""

from __future__ import annotations

import numpy as np

from indexer.matching.borders import classes_of_folds
from indexer.matching.text.kernels.stream import MAX_GROWTH, PADDING, Decoder
from indexer.matching.text.unicode_table import unicode_table
from indexer.matching.text.vocabulary import vocabulary_table
from indexer.matching.vocabulary_tables import VocabularyTables


def decoder(tables: VocabularyTables, *, case: str, whitespace: str) -> Decoder:
    """Return the tables for the settings of `TextMatcher`."""
    longest_token = int(np.diff(tables.tokens.offsets).max(initial=0))
    return Decoder(
        vocabulary=tables.made_by(vocabulary_table, case=case, whitespace=whitespace),
        unicode=unicode_table(case, whitespace),
        classes=classes_of_folds(case),
        squeeze=whitespace == "any",
        token_bytes=MAX_GROWTH * (longest_token + 4) + PADDING,
    )
