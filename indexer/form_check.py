"""Tries the forms of the configured phrases, in ids and in Unicode, on a sample of the configured corpus."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from indexer.config.match import MatchConfig
from indexer.corpus.preflight.opening import Training
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError
from indexer.evidence.id_sample import places_far_and_wide
from indexer.evidence.lookalikes import lookalike_notes
from indexer.matching.text.matcher import TextMatcher
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.form_contexts import context_notes
from indexer.phrases.form_limits import spelling_limits
from indexer.phrases.form_report import FormReport, form_report
from indexer.phrases.found_in_text import FoundInText
from indexer.phrases.normal_forms import other_forms, told, written_texts
from indexer.phrases.normalization import normalized
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import Int32Array

SAMPLE_TOKENS = 300_000
MOST_PHRASES = 200_000
"""That are looked for in the sample: a search for more takes long to build, and gigabytes."""


class FormCheck(NamedTuple):
    """What a sample tells of the forms of phrases.

    Attributes
    ----------
    reports : dict
        Of id forms: a report of the configured ``phrases``, and one of ``spans`` drawn from the sample. Empty
        with ``unit = "text"``, which looks for no id form.
    found : FoundInText or None
        With ``unit = "text"``: what a scan would find in the sample.
    warnings : list of str
        Of phrases that stand in the sample in another Unicode normal form only, and of what the corpus
        spells otherwise though it looks the same.
    """

    reports: dict[str, FormReport]
    found: FoundInText | None
    warnings: list[str]


def check_forms(training: Training) -> FormCheck:
    """Try the phrases as the unit looks for them, and look for other normal forms.

    Id forms are measured against a search of the decoded text.

    Raises
    ------
    ConfigError
        There is no tokenizer to decode with.
    InputError
        The ids of the tokenizer do not tell the words of a text.
    """
    config, tokenizer = training.config, training.tokenizer
    if tokenizer is None:
        raise ConfigError("[tokenizer] path is not set", expected="the tokenizer of the corpus")
    match = config.match
    phrases = load_phrases(config.phrases, match, base=config.base, items=config.items)
    looked_for = normalized(phrases, tokenizer, match)
    sequences = list(_sample(training.reader))
    reports, found = {}, None
    if match.unit == "text":
        found = _found_in_text(looked_for, tokenizer, sequences, match)
    else:
        notes = context_notes(phrases.looked_for(), tokenizer, match)
        reports = form_report(phrases.looked_for(), tokenizer, sequences, match, most_tokens=SAMPLE_TOKENS)
        reports["phrases"].notes += notes
    warnings = _other_forms(looked_for, tokenizer, sequences, match)
    texts = looked_for.looked_for()["phrase"].to_pylist()
    warnings += lookalike_notes(texts, sequences, tokenizer.token_bytes(), match)
    return FormCheck(reports, found, warnings)


def _found_in_text(
    phrases: PhraseSet, tokenizer: Tokenizer, sequences: list[list[int]], match: MatchConfig
) -> FoundInText:
    """Count the phrases in the text of the sample, as a scan would."""
    looked_for = phrases.looked_for()
    texts = [text for text in looked_for["phrase"].to_pylist() if text is not None]
    n_all = len(texts)
    if n_all > MOST_PHRASES:
        texts = random.Random(0).sample(texts, MOST_PHRASES)
    found = _places(texts, tokenizer, sequences, match)
    return FoundInText(
        n_tokens=sum(map(len, sequences)),
        n_phrases=len(texts),
        n_not_drawn=n_all - len(texts),
        n_found=len(np.unique(found)),
        n_places=len(found),
        notes=spelling_limits(looked_for, tokenizer).notes,
        has_parts=phrases.gapped is not None,
    )


def _other_forms(
    phrases: PhraseSet, tokenizer: Tokenizer, sequences: list[list[int]], match: MatchConfig
) -> list[str]:
    """Say of which phrases the sample holds another normal form, and not the one that is looked for."""
    others = other_forms(phrases, tokenizer, match)
    numbers = _found(others["spelled"].to_pylist(), tokenizer, sequences, match)
    if not numbers:
        return []
    of_sample = others.take(numbers).to_pylist()
    written = written_texts(phrases)
    texts = sorted({text for row in of_sample for text in written[row["phrase_id"]]})
    found = {texts[number] for number in _found(texts, tokenizer, sequences, match)}
    by_form: dict[str, dict[int, str]] = {}
    for row in of_sample:
        if not found.issuperset(written[row["phrase_id"]]):
            by_form.setdefault(row["normal_form"], {}).setdefault(row["phrase_id"], row["spelled"])
    return [told(form, len(some), next(iter(some.values()))) for form, some in sorted(by_form.items())]


def _found(
    texts: list[str], tokenizer: Tokenizer, sequences: list[list[int]], match: MatchConfig
) -> list[int]:
    """Return the numbers of the texts that stand in the sequences, ascending."""
    return sorted(set(_places(texts, tokenizer, sequences, match).tolist()))


def _places(
    texts: list[str], tokenizer: Tokenizer, sequences: list[list[int]], match: MatchConfig
) -> Int32Array:
    """Return for each place of a text in the sequences the number of the text."""
    if not texts:
        return np.empty(0, np.int32)
    matcher = TextMatcher(
        texts,
        np.arange(len(texts), dtype=np.int32),
        tokenizer.token_bytes(),
        case=match.case,
        boundary=match.boundary,
        possessive=match.possessive,
        whitespace=match.whitespace,
    )
    ids = np.array([token for sequence in sequences for token in sequence], np.uint32)
    borders = np.cumsum([0, *map(len, sequences)]).astype(np.int64)
    return matcher.find(ids, borders[:-1], borders[1:]).phrase


def _sample(reader: Reader) -> Iterator[list[int]]:
    """Yield sequences from places all over the corpus, as many tokens of each."""
    places = places_far_and_wide(reader.shards())
    for shard, start in places:
        n_left = SAMPLE_TOKENS // len(places)
        per_sequence = max(1, shard.n_tokens // shard.n_sequences)
        stop = min(shard.first_sequence + shard.n_sequences, start + n_left // per_sequence + 1)
        for block in reader.blocks(shard, start, stop):
            for begin, end in zip(block.starts.tolist(), block.stops.tolist(), strict=True):
                yield block.ids[begin:end].tolist()
