"""Measures the id forms of phrases against the decoded text of a corpus sample: recall and precision.

Two sets of phrases are measured: the user's own, as far as the sample holds them, and spans of two to four
words drawn from the sample, since critical phrases are rare and a tokenizer must be tried on something.
An occurrence counts in one of three readings: ``exact`` spelling; ``case``: any case, words joined by one
space; ``loose``: any case, any white space, either apostrophe.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.folding import APOSTROPHES, fold, is_mark
from indexer.phrases.decoded_sample import DecodedRun, decoded_runs
from indexer.phrases.form_limits import spelling_limits
from indexer.phrases.normalization import respelled
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.surface_forms import id_patterns
from indexer.phrases.text_search import Occurrence, TextSearch, is_bounded
from indexer.tokenizers.tokenizer import Tokenizer

LEAST_RECALL = 0.999
LEAST_PRECISION = 1.0
READINGS = ("exact", "case", "loose")
_MOST_EXAMPLES = 3


@dataclass
class FormReport:
    """Counts of one measurement; places are counted once per phrase.

    Attributes
    ----------
    n_tokens, n_phrases : int
        Size of the sample; phrases looked for.
    n_found : int
        Phrases the sample holds in some reading.
    occurrences, missed : dict of str to int
        Occurrences in the text for each reading, and those of them that no id form hits. The readings are
        nested: ``loose`` holds ``case`` holds ``exact``.
    n_hits, n_false_hits : int
        Places where id forms stand, and those of them that are no occurrence.
    n_false_hits_tested : int
        False hits left after the word boundary test.
    missed_kinds : dict of str to int
        What the missed occurrences are like.
    examples : dict of str to list of str
        A few of them in their text, by kind.
    n_unspellable : int
        Phrases the vocabulary cannot spell.
    notes : list of str
        What else the tokenizer cannot spell or does not tell.
    """

    n_tokens: int = 0
    n_phrases: int = 0
    n_found: int = 0
    occurrences: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    n_hits: int = 0
    n_false_hits: int = 0
    n_false_hits_tested: int = 0
    missed_kinds: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    n_unspellable: int = 0
    notes: list[str] = field(default_factory=list)

    def recall(self, reading: str) -> float | None:
        """Return the share of a reading's occurrences that are hit, None without any."""
        n_occurrences = self.occurrences[reading]
        return None if not n_occurrences else 1 - self.missed[reading] / n_occurrences

    def precision(self, *, tested: bool) -> float | None:
        """Return the share of hits that are occurrences, with or without the boundary test."""
        n_false = self.n_false_hits_tested if tested else self.n_false_hits
        n_kept = self.n_hits - self.n_false_hits + n_false
        return None if not n_kept else 1 - n_false / n_kept

    def passes(self) -> bool | None:
        """Tell whether the limits are kept; None where the sample holds none of the phrases."""
        recall, precision = self.recall("exact"), self.precision(tested=True)
        if recall is None or precision is None:
            return None
        return recall >= LEAST_RECALL and precision >= LEAST_PRECISION


def form_report(
    phrases: pa.Table,
    tokenizer: Tokenizer,
    sequences: Iterable[Sequence[int]],
    match: MatchConfig,
    *,
    most_tokens: int = 300_000,
    n_phrases: int = 20_000,
    n_spans: int = 1_000,
    seed: int = 0,
) -> dict[str, FormReport]:
    """Measure the id forms under one tokenizer on a sample of one corpus.

    Parameters
    ----------
    phrases : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them; those given as ids are left out.
    tokenizer : Tokenizer
        The tokenizer of the corpus.
    sequences : iterable of sequence of int
        Token ids of some training sequences.
    match : MatchConfig
        What counts as an occurrence.
    most_tokens : int
        Stop reading after this many tokens.
    n_phrases, n_spans : int
        How many of the phrases, drawn by `seed`, and of the sample's own spans are measured.
    seed : int
        Seed of both draws.

    Returns
    -------
    dict
        ``phrases`` and ``spans``: a report of each.
    """
    runs = list(decoded_runs(sequences, tokenizer.token_bytes(), most_tokens))
    draw = random.Random(seed)
    known = [
        text
        for text, ids in zip(phrases["phrase"].to_pylist(), phrases["token_ids"].to_pylist(), strict=True)
        if ids is None
    ]
    spellings = {
        row["phrase"]: row["spellings"] for row in phrases.select(["phrase", "spellings"]).to_pylist()
    }
    taken = draw.sample(known, n_phrases) if len(known) > n_phrases else known
    own = _table([each for text in taken for each in spellings[text]], tokenizer, match)
    spans = _table(_spans(runs, n_spans, draw), tokenizer, match)
    reports = {
        "phrases": measure(own, tokenizer, runs, match),
        "spans": measure(spans, tokenizer, runs, match),
    }
    if match.asks_for_words():
        reports["phrases"].notes = spelling_limits(own, tokenizer).notes
    return reports


def measure(
    phrases: pa.Table, tokenizer: Tokenizer, runs: Sequence[DecodedRun], match: MatchConfig
) -> FormReport:
    """Compare the id forms of phrases with a search of the decoded text."""
    patterns = id_patterns(phrases, tokenizer, match)
    texts = phrases["phrase"].to_pylist()
    spellings = [frozenset(each) for each in phrases["spellings"].to_pylist()]
    report = FormReport(
        n_tokens=sum(len(run.ids) for run in runs),
        n_phrases=len(texts),
        n_unspellable=len(texts) - len(set(patterns.phrase.tolist())),
    )
    search = TextSearch(texts, match)
    forms = _by_first_id(patterns.ids.tolist(), patterns.offsets.tolist(), patterns.phrase.tolist())
    found: set[int] = set()
    for run in runs:
        truth = {(each.phrase, each.stop): each for each in search.find(run.text)}
        hits = dict(_id_hits(run, forms))
        found.update(phrase for phrase, _ in truth)
        for key, each in truth.items():
            _count_occurrence(report, run, each, spellings[each.phrase], key in hits, match.case)
        report.n_hits += len(hits)
        for key, start in hits.items():
            if key not in truth:
                report.n_false_hits += 1
                stop = key[1]
                report.n_false_hits_tested += stop < 0 or is_bounded(run.text, start, stop, match)
    report.n_found = len(found)
    return report


def _table(spellings: Iterable[str], tokenizer: Tokenizer, match: MatchConfig) -> pa.Table:
    table = PhraseTable(case=match.case, whitespace=match.whitespace)
    for each in spellings:
        if tokenizer.normalize(each).strip():
            table.add_spelling(table.add(respelled(each, tokenizer, match)), each)
    return table.to_arrow()


@cache
def _words() -> re.Pattern[str]:
    """Return the pattern of two to four words of letters, each letter with the marks behind it."""
    marks = "".join(re.escape(character) for character in map(chr, range(0x10000)) if is_mark(character))
    word = rf"(?:[^\W\d_][{marks}]*)+(?:['’-](?:[^\W\d_][{marks}]*)+)*"
    return re.compile(rf"(?<![\w{marks}]){word}(?: {word}){{1,3}}")


def _spans(runs: Sequence[DecodedRun], n_spans: int, draw: random.Random) -> list[str]:
    """Draw spans of two to four words, every run being as likely as it is long."""
    long_enough = [run.text for run in runs if _words().search(run.text)]
    if not long_enough:
        return []
    chosen = draw.choices(long_enough, weights=[len(text) for text in long_enough], k=n_spans)
    spans = []
    for text in chosen:
        found = _words().search(text, draw.randrange(len(text))) or _words().search(text)
        if found:
            words = found.group().split(" ")
            spans.append(" ".join(words[: draw.randint(2, len(words))]))
    return spans


def _by_first_id(
    ids: Sequence[int], offsets: Sequence[int], owners: Sequence[int]
) -> Mapping[int, list[tuple[list[int], int]]]:
    forms: dict[int, list[tuple[list[int], int]]] = defaultdict(list)
    for number, owner in enumerate(owners):
        form = list(ids[offsets[number] : offsets[number + 1]])
        forms[form[0]].append((form, owner))
    return forms


def _id_hits(
    run: DecodedRun, forms: Mapping[int, list[tuple[list[int], int]]]
) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield ((phrase, character it stops at), character it starts at) of each place a form stands at."""
    for at, first in enumerate(run.ids):
        for form, owner in forms.get(first, ()):
            if run.ids[at : at + len(form)] == form:
                stop = run.ends[at + len(form) - 1]
                start = max(run.ends[at - 1], 0) if at else 0
                # White space or a quote in the first id stands before the phrase.
                while start < stop and not run.text[start].isalnum():
                    start += 1
                yield (owner, stop), start


def _count_occurrence(
    report: FormReport, run: DecodedRun, found: Occurrence, spellings: frozenset[str], is_hit: bool, case: str
) -> None:
    spelled = run.text[found.start : found.stop]
    reading = _reading(spelled, spellings, case)
    for wider in READINGS[READINGS.index(reading) :]:
        report.occurrences[wider] += 1
        report.missed[wider] += not is_hit
    if not is_hit:
        kind = _kind(run, found, spelled, reading)
        report.missed_kinds[kind] += 1
        if len(report.examples[kind]) < _MOST_EXAMPLES:
            start, stop = max(found.start - 20, 0), found.stop + 20
            report.examples[kind].append(run.text[start:stop])


def _reading(spelled: str, spellings: frozenset[str], case: str) -> str:
    if spelled in spellings:
        return "exact"
    rule = "fold" if case == "exact" else case
    folded = fold(spelled, rule)
    return "case" if any(fold(each, rule) == folded for each in spellings) else "loose"


def _kind(run: DecodedRun, found: Occurrence, spelled: str, reading: str) -> str:
    """Say what is special about a missed occurrence."""
    if reading == "loose":
        if "\n" in spelled or "\t" in spelled or "  " in spelled:
            return "a line end or more than one space between its words"
        return "another apostrophe" if any(each in spelled for each in APOSTROPHES) else "another spelling"
    if found.stop not in run.ends or not _starts_an_id(run, found.start):
        return "ids that also hold letters around it"
    if reading == "case":
        return "mixed case"
    before = run.text[found.start - 1] if found.start else ""
    if not before:
        return "at the start of a text"
    if before.isspace():
        return "after white space" if before == " " else "after a line end"
    return f"after {before}"


def _starts_an_id(run: DecodedRun, start: int) -> bool:
    before = start
    while before and not run.text[before - 1].isalnum():
        before -= 1
    return before == 0 or any(end in run.ends for end in range(before, start + 1))
