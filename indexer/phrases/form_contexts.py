"""Tries the id forms of phrases beside the usual neighbours.

A tokenizer whose pieces hold the end of a word and what follows it (``go;``, ``the`` and a space) gives a
phrase other ids before every neighbour. No list of forms is complete then.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pyarrow as pa

from indexer.config.match import MatchConfig
from indexer.errors import InputError
from indexer.folding import is_mark, is_word_character
from indexer.phrases.decoded_sample import decoded_runs
from indexer.phrases.form_report import FormReport, measure
from indexer.phrases.phrase_table import PhraseTable
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.vocabulary import TokenBytes

CONTEXTS = ("it {} it", "{}, it", "it ({}) it", 'it "{}" it', "it {}.", "it\n{}\nit", "it {}; it", "it {}!")
MOST_PHRASES = 200
LEAST_FOUND = 0.99
"""With fewer places found the token unit is refused; with fewer than all, that is told."""


def forms_in_context(spellings: Sequence[str], tokenizer: Tokenizer, match: MatchConfig) -> FormReport:
    """Measure the id forms of phrases in sentences made of each.

    Parameters
    ----------
    spellings : sequence of str
        The phrases; those that begin or end with a mark are left out, since marks do join with others.
    tokenizer : Tokenizer
        The tokenizer of the corpus.
    match : MatchConfig
        What counts as an occurrence.
    """
    known = [each for each in spellings if each[:1].isalnum() and each[-1:].isalnum()]
    tried = known[:: max(1, len(known) // MOST_PHRASES)][:MOST_PHRASES]
    lost = tokenizer.unspelled(tried)
    spelled = [each for number, each in enumerate(tried) if number not in lost]
    table = PhraseTable(case=match.case, whitespace=match.whitespace)
    for each in spelled:
        table.add_spelling(table.add(tokenizer.normalize(each).strip()), each)
    sentences = [context.format(each) for each in spelled for context in CONTEXTS]
    sequences = tokenizer.encode_batch(sentences)
    runs = list(decoded_runs(sequences, tokenizer.token_bytes(), sum(map(len, sequences)) + 1))
    return measure(table.to_arrow(), tokenizer, runs, match)


def context_notes(phrases: pa.Table, tokenizer: Tokenizer, match: MatchConfig) -> list[str]:
    """Tell in which places the token unit does not find phrases; refuse it where these are many.

    Parameters
    ----------
    phrases : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them.
    tokenizer : Tokenizer
        The tokenizer of the corpus.
    match : MatchConfig
        What counts as an occurrence.

    Returns
    -------
    list of str
        Sentences for a person; none where every place is found or no id forms are looked for.

    Raises
    ------
    InputError
        More than one place in a hundred is missed, and ids are all that is looked for.
    """
    if match.unit == "text" or not match.asks_for_words():
        return []
    spellings = [
        row["spellings"][0] if row["spellings"] else row["phrase"]
        for row in phrases.select(("phrase", "spellings", "token_ids")).to_pylist()
        if row["token_ids"] is None
    ]
    report = forms_in_context(spellings, tokenizer, match)
    n_places, n_missed = report.occurrences["exact"], report.missed["exact"]
    if not n_missed:
        return _notes_of_ids_beyond_ends(spellings, tokenizer)
    kind, _ = report.missed_kinds.most_common(1)[0]
    example = report.examples[kind][0]
    what = (
        f"phrases have other ids beside some neighbours: {n_missed:,} of {n_places:,} places in sentences"
        f" made of them are not found in token ids, as in {example!r:.80} ({kind})"
    )
    if match.unit == "tokens" and n_missed > (1 - LEAST_FOUND) * n_places:
        raise InputError(
            what,
            path=tokenizer.name,
            expected="a tokenizer that cuts texts at the ends of words",
            fix='set [match] unit = "text", which finds a phrase however it is cut into ids',
        )
    return [f'{what}; unit = "text" finds them', *_notes_of_ids_beyond_ends(spellings, tokenizer)]


def _notes_of_ids_beyond_ends(spellings: Sequence[str], tokenizer: Tokenizer) -> list[str]:
    """Tell of ids that hold the end of a phrase and what follows it: where they stand no form does."""
    ends = {spelling.casefold().split()[-1] for spelling in spellings if spelling.split()}
    tails = {end[at:] for end in ends for at in range(len(end))}
    beyond = [
        piece
        for piece in _pieces(tokenizer.token_bytes())
        for run, begins_a_word in _runs_before_marks(piece.casefold())
        if run in (ends if begins_a_word else tails)
    ]
    if not beyond:
        return []
    return [
        f"{len(beyond):,} ids hold the end of a phrase and what follows it, as {beyond[0]!r}: where one of"
        ' them stands the phrase is not found in token ids; unit = "text" finds it'
    ]


def _runs_before_marks(piece: str) -> Iterator[tuple[str, bool]]:
    """Yield each run of letters and digits before a mark, and whether the piece holds its beginning."""
    if piece.lstrip().isalnum():
        return
    begin = 0
    for at, character in enumerate(piece):
        if not (is_word_character(character) or is_mark(character)):
            if at > begin:
                yield piece[begin:at], begin > 0
            begin = at + 1


def _pieces(vocabulary: TokenBytes) -> Iterator[str]:
    data = vocabulary.data.tobytes()
    for special, (start, stop) in zip(
        vocabulary.special.tolist(), itertools.pairwise(vocabulary.offsets.tolist()), strict=True
    ):
        if not special and stop - start > 1:
            yield data[start:stop].decode("utf-8", errors="ignore")
