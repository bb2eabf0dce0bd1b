"""Encodes many spellings by encoding each of their words once, where the tokenizer allows it.

It does when a token border lies before every space between two words, whatever the words: then a spelling's
ids are those of its first word and those of each further word with the space before it, joined. Two things
are asked of the tokenizer. No id spells the end of a word and the white space after it: BPE then never
merges, and a unigram model never sees a piece, across that border. And a sample of the spellings, encoded
whole, must come out the same, which finds pre-tokenizers that look further than the vocabulary tells.
Where either fails, spellings are encoded whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from indexer.phrases.form_encoder import FormEncoder
from indexer.phrases.ragged import (
    Ragged,
    first_of_equals,
    flatten,
    is_chosen,
    join,
    numbers_among,
    offsets_of,
    pieces_of_owners,
    ragged,
    select,
    with_first,
)
from indexer.phrases.spelled_rows import SpelledRows, units_of
from indexer.units import BoolArray, Int64Array
from indexer.vocabulary import TokenBytes

Encode: TypeAlias = Callable[[Sequence[str]], list[list[int]]]
EncodeRows: TypeAlias = Callable[[Int64Array], tuple[Int64Array, Ragged]]

CARRIER = "it"
"""A word that further words are encoded behind."""
_SAMPLED = 400
_ROWS_AT_ONCE = 1 << 14
FEWEST_SPELLINGS = 2_000
"""With fewer spellings nothing is gained."""


class SpellingForms(NamedTuple):
    """The id sequences of many phrases.

    Attributes
    ----------
    owner : array of int64, shape (n_forms,)
        The phrase each form belongs to, ascending; no two forms of one phrase are equal.
    ids : Ragged
        The ids of each form.
    """

    owner: Int64Array
    ids: Ragged


def encode_spellings(encoder: FormEncoder, spelled: SpelledRows) -> SpellingForms:
    """Return the forms of every spelling, word by word where the tokenizer allows it, else whole."""
    if len(spelled) >= FEWEST_SPELLINGS and borders_before_spaces(encoder.vocabulary, used_units(spelled)):
        words = words_of(encoder, spelled)
        if words is not None and _agrees_on_a_sample(encoder, spelled, words):
            return _in_pieces(spelled, lambda rows: words.forms(spelled, rows))
    return encode_whole(encoder, spelled)


def encode_whole(encoder: FormEncoder, spelled: SpelledRows) -> SpellingForms:
    """Return the forms of every spelling, each encoded as it stands."""

    def encode(rows: Int64Array) -> tuple[Int64Array, Ragged]:
        forms = encoder.forms([spelled.text(row) for row in rows.tolist()])
        return np.repeat(rows, [len(each) for each in forms]), ragged(form for each in forms for form in each)

    return _in_pieces(spelled, encode)


def used_units(spelled: SpelledRows) -> Iterable[str]:
    """Return the units that spellings are made of, each once."""
    return units_of(spelled, numbers_among(spelled.rows.items))


def borders_before_spaces(vocabulary: TokenBytes, units: Iterable[str]) -> bool:
    """Tell whether no id spells the end of one of these words and white space after it."""
    ends = np.zeros(256, dtype=bool)
    ends[[unit.encode("utf-8")[-1] for unit in units]] = True
    data, offsets, _ = vocabulary
    inside = np.ones(len(data), dtype=bool)
    inside[offsets[1:-1][offsets[1:-1] < len(data)]] = False
    crossing = ends[data[:-1]] & np.isin(data[1:], (ord(" "), ord("\n"))) & inside[1:]
    return not crossing.any()


class WordForms(NamedTuple):
    """The ids of every unit that spellings are made of.

    Attributes
    ----------
    pool : Ragged
        The ids of each further word, then those of every form of each first word.
    place : array of int64
        Where a unit that is a further word stands in the pool, by its number.
    is_spelled : array of bool
        Whether its ids all stand for text.
    first, n_forms : array of int64
        Where the forms of a unit that is a first word begin in the pool, and how many there are.
    """

    pool: Ragged
    place: Int64Array
    is_spelled: BoolArray
    first: Int64Array
    n_forms: Int64Array

    def forms(self, spelled: SpelledRows, rows: Int64Array) -> tuple[Int64Array, Ragged]:
        """Return the forms of some spellings, in order, and the row each is of."""
        some = select(spelled.rows, rows)
        is_first = is_chosen(some.offsets[:-1], len(some.items))
        rest = Ragged(self.place[some.items[~is_first]], offsets_of(some.lengths - 1))
        n_lost = np.cumsum(np.concatenate([[0], ~self.is_spelled[some.items[~is_first]]]))
        is_complete = n_lost[rest.offsets[1:]] == n_lost[rest.offsets[:-1]]
        first = some.items[some.offsets[:-1]]
        count = np.where(is_complete, self.n_forms[first], 0)
        owner = np.repeat(np.arange(len(rows)), count)
        within = np.arange(len(owner)) - np.repeat(offsets_of(count)[:-1], count)
        picks = with_first(self.first[first[owner]] + within, rest, owner)
        return rows[owner], flatten(self.pool, picks)


def words_of(encoder: FormEncoder, spelled: SpelledRows) -> WordForms | None:
    """Encode each word of some spellings; None where the tokenizer does not keep words apart."""
    rows = spelled.rows
    is_first = is_chosen(rows.offsets[:-1], len(rows.items))
    firsts, rests = numbers_among(rows.items[is_first]), numbers_among(rows.items[~is_first])
    n_units = int(rows.items.max(initial=0)) + 1
    further = further_words(encoder.encode, list(units_of(spelled, rests)))
    if further is None:
        return None
    first_forms = encoder.forms(list(units_of(spelled, firsts)))
    place, first, n_forms = (np.zeros(n_units, np.int64) for _ in range(3))
    is_spelled = np.zeros(n_units, bool)
    place[rests] = np.arange(len(rests))
    is_spelled[rests] = [encoder.is_spelled(ids) for ids in further]
    n_forms[firsts] = [len(forms) for forms in first_forms]
    first[firsts] = len(further) + offsets_of(n_forms[firsts])[:-1]
    pool = ragged([*further, *(form for forms in first_forms for form in forms)])
    return WordForms(Ragged(pool.items.astype(np.uint32), pool.offsets), place, is_spelled, first, n_forms)


def further_words(encode: Encode, units: list[str]) -> list[list[int]] | None:
    """Return the ids of words behind another; None where they change the ids of that other."""
    carrier, *carried = encode([CARRIER, *(CARRIER + unit for unit in units)])
    if any(ids[: len(carrier)] != carrier for ids in carried):
        return None
    return [ids[len(carrier) :] for ids in carried]


def sample_of(n_texts: int) -> Int64Array:
    """Return the numbers of the texts that are encoded whole, to be compared."""
    return np.unique(np.linspace(0, n_texts - 1, _SAMPLED).astype(np.int64))


def _agrees_on_a_sample(encoder: FormEncoder, spelled: SpelledRows, words: WordForms) -> bool:
    sample = sample_of(len(spelled))
    whole = encoder.forms([spelled.text(row) for row in sample.tolist()])
    row_of, found = words.forms(spelled, sample)
    bounds = np.searchsorted(row_of, [sample, sample + 1])
    for forms, start, stop in zip(whole, *bounds, strict=True):
        offsets = found.offsets[start : stop + 1]
        ours = [tuple(found.items[begin:end].tolist()) for begin, end in itertools.pairwise(offsets)]
        if sorted(ours) != sorted(forms):
            return False
    return True


def _in_pieces(spelled: SpelledRows, encode: EncodeRows) -> SpellingForms:
    """Encode some spellings after others, so that little is held beside the forms that are kept."""
    owners, ids = [np.zeros(0, np.int64)], [Ragged(np.zeros(0, np.uint32), np.zeros(1, np.int64))]
    for piece in pieces_of_owners(spelled.owner, _ROWS_AT_ONCE):
        row_of, forms = encode(np.arange(piece.start, piece.stop))
        kept = first_of_equals(spelled.owner[row_of], forms)
        owners.append(spelled.owner[row_of][kept])
        forms = select(forms, kept)
        ids.append(Ragged(forms.items.astype(np.uint32), forms.offsets))
    return SpellingForms(np.concatenate(owners), join(ids))
