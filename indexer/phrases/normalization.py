"""Phrases as a tokenizer spells them: what its normaliser did to the corpus is done to them too."""

from __future__ import annotations

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.phrases.phrase_set import PhraseSet
from indexer.phrases.phrase_table import PhraseTable
from indexer.tokenizers.tokenizer import Tokenizer

_ID_COLUMNS = ("good_phrase_id", "bad_phrase_id")


def normalized(found: PhraseSet, tokenizer: Tokenizer, match: MatchConfig) -> PhraseSet:
    """Return the phrases as `tokenizer` normalises text; phrases that become the same are merged.

    Sentences, spans and spellings in the pair table stay those of the source: offsets are code points of the
    sentence as given. A phrase that the normaliser leaves nothing of stays as it is.

    Parameters
    ----------
    found : PhraseSet
        Phrases as the source spells them.
    tokenizer : Tokenizer
        The tokenizer of the corpus.
    match : MatchConfig
        Case and whitespace settings, as for `load_phrases`.
    """
    table = PhraseTable(case=match.case, whitespace=match.whitespace)
    numbers = []
    changed = False
    for row in found.phrases.to_pylist():
        spellings = row["spellings"] or [row["phrase"]]
        kept = [None if text is None else (tokenizer.normalize(text).strip() or text) for text in spellings]
        changed |= kept != spellings
        number = table.add(kept[0], row["token_ids"])
        for text in kept:
            if text is not None:
                table.add_spelling(number, text)
        numbers.append(number)
    if not changed:
        return found
    new_ids = pa.array(numbers, pa.int32())
    pairs = found.pairs
    for name in _ID_COLUMNS:
        place = pairs.schema.get_field_index(name)
        pairs = pairs.set_column(place, pairs.schema.field(name), new_ids.take(pairs[name].combine_chunks()))
    attributes = found.attributes
    if attributes is not None:
        taken = new_ids.take(attributes["phrase_id"].combine_chunks())
        attributes = attributes.set_column(0, attributes.schema.field(0), taken)
    return found._replace(phrases=table.to_arrow(), pairs=pairs, attributes=attributes)
