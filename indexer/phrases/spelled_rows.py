"""The spellings of many phrases at once, as numbers of their words.

`indexer.phrases.spellings` says which spellings a phrase has. All of them are made word by word, and many
phrases share their words: here each distinct word is spelled once in every case, and phrases are rows of
numbers. Phrases that are cut into words in no simple way (double spaces, line ends) are spelled one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.config.match import MatchConfig
from indexer.folding import fold
from indexer.phrases.ragged import (
    Ragged,
    first_of_equals,
    is_chosen,
    join,
    offsets_of,
    pieces_of_owners,
    ragged,
    select,
)
from indexer.phrases.spellings import CURLY, GAPS, MOST_WORDS_FOR_LINE_WRAPS, STRAIGHT, recased, spellings_of
from indexer.units import BoolArray, Int32Array, Int64Array

_UNIT = re.compile(r"[ \n]*[^ \n]+")
_ROWS_AT_ONCE = 1 << 13
_N_CASES = 6
_LINE_END = "\n"


@dataclass(frozen=True)
class SpelledRows:
    """Spellings, each a row of numbers of its units: a word, and the white space before it.

    Attributes
    ----------
    owner : array of int64, shape (n_spellings,)
        The phrase of each, ascending; no two spellings of one phrase are equal.
    rows : Ragged
        The numbers of the units of each.
    words : list of str
        The word itself is number w; after a space, a line end or two spaces it is w and once, twice or three
        times ``len(words)`` more.
    others : list of str
        Units of other kinds, numbered on from there.
    """

    owner: Int64Array
    rows: Ragged
    words: list[str]
    others: list[str]

    def __len__(self) -> int:
        return len(self.owner)

    def unit(self, number: int) -> str:
        """Return a unit as it is spelled."""
        kind, word = divmod(number, len(self.words)) if self.words else (len(GAPS) + 1, 0)
        if kind > len(GAPS):
            return self.others[number - (1 + len(GAPS)) * len(self.words)]
        return self.words[word] if kind == 0 else GAPS[kind - 1] + self.words[word]

    def text(self, row: int) -> str:
        """Return a spelling."""
        start, stop = self.rows.offsets[row : row + 2]
        return "".join(map(self.unit, self.rows.items[start:stop].tolist()))


def spelled_rows(phrases: pa.ChunkedArray, met: pa.ChunkedArray, match: MatchConfig) -> SpelledRows:
    """Return every spelling of phrases; see `indexer.phrases.spellings.spellings_of`.

    Parameters
    ----------
    phrases : pyarrow.ChunkedArray of string
        The phrases, folded as the match settings say.
    met : pyarrow.ChunkedArray of list of string
        The spellings of each that were met in the source.
    match : MatchConfig
        Case and whitespace settings.
    """
    owner, texts = _sources(whole_column(phrases), whole_column(met), with_phrase=match.case != "exact")
    distinct, rows = cut_at_spaces(texts)
    words = _Words(distinct, match)

    is_odd = np.zeros(len(phrases), bool)
    is_odd[np.repeat(owner, rows.lengths)[words.odd[rows.items]]] = True
    plain = np.flatnonzero(~is_odd[owner])
    owners, spelled = [], []
    for piece in pieces_of_owners(owner[plain], _ROWS_AT_ONCE):
        of_piece = owner[plain[piece]]
        number, made = words.spellings(select(rows, plain[piece]))
        kept = first_of_equals(of_piece[number], made)
        owners.append(of_piece[number][kept])
        spelled.append(select(made, kept))

    others: dict[str, int] = {}
    odd = np.flatnonzero(is_odd)
    one_by_one = [
        (number, [others.setdefault(unit, len(others)) for unit in _UNIT.findall(text)])
        for number in odd.tolist()
        for text in spellings_of(phrases[number].as_py(), met[number].as_py(), match)
    ]
    owners.append(np.array([number for number, _ in one_by_one], np.int64))
    odd_rows = ragged(row for _, row in one_by_one)
    spelled.append(Ragged(odd_rows.items + (1 + len(GAPS)) * len(words.texts), odd_rows.offsets))

    joined_owner, joined = np.concatenate(owners), join(spelled)
    if len(odd):
        order = np.argsort(joined_owner, kind="stable")
        joined_owner, joined = joined_owner[order], select(joined, order)
    return SpelledRows(joined_owner, joined, words.texts, list(others))


def _sources(phrases: pa.Array, met: pa.Array, *, with_phrase: bool) -> tuple[Int64Array, pa.Array]:
    """Return what spellings are made of: those met, then the phrase; and whose each text is."""
    n_met = np.asarray(pc.fill_null(pc.list_value_length(met), 0)).astype(np.int64)
    n_own = np.ones(len(phrases), np.int64) if with_phrase else (n_met == 0).astype(np.int64)
    owner = np.repeat(np.arange(len(phrases)), n_met + n_own)
    begins = offsets_of(n_met + n_own)[:-1]
    is_met = np.arange(len(owner)) - begins[owner] < n_met[owner]
    place = np.empty(len(owner), np.int64)
    place[is_met] = np.arange(int(n_met.sum()))
    place[~is_met] = int(n_met.sum()) + owner[~is_met]
    return owner, pa.concat_arrays([met.flatten(), phrases]).take(pa.array(place))


@dataclass
class _Words:
    """Distinct words in every case; a form that folds to another word is none.

    Attributes
    ----------
    texts : list of str
        The words, and all their forms.
    odd : array of bool, shape (n_words,)
        Words with line ends, and the nothing between two spaces: phrases with these are spelled one by one.
    cases : array of int32, shape (2, 6, n_words)
        Numbers of each word in the cases of spellings, as a further word and as the first one; -1 where that
        folds to another word.
    apostrophes : array of int32, shape (3, n_forms)
        Numbers of each word as it is, with curly and with straight apostrophes.
    has_apostrophe : array of bool, shape (n_forms,)
        Whether these differ.
    """

    texts: list[str]
    match: MatchConfig
    odd: BoolArray = field(init=False)
    cases: Int32Array = field(init=False)
    apostrophes: Int32Array = field(init=False)
    has_apostrophe: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        words = self.texts
        self._numbers = {word: number for number, word in enumerate(words)}
        self.odd = np.fromiter((not word or _LINE_END in word for word in words), bool, len(words))
        forms = np.tile(np.arange(len(words), dtype=np.int32), (5, 1))
        self.texts = list(words)
        case = self.match.case
        if case != "exact":
            for number, word in enumerate(words):
                forms[1:, number] = [self._form(word, form) for form in recased(word, case)]
        same, flipped, small, capitals, capitalised = forms
        of_further = [same, same, small, capitals, capitalised, small]
        of_first = [same, flipped, small, capitals, capitalised, capitalised]
        self.cases = np.array([of_further, of_first])
        curly, straight = self._exchanged(STRAIGHT, CURLY), self._exchanged(CURLY, STRAIGHT)
        self.apostrophes = np.array([np.arange(len(curly)), curly, straight[: len(curly)]], np.int32)
        self.has_apostrophe = (self.apostrophes != self.apostrophes[0]).any(axis=0)

    def _form(self, word: str, form: str) -> int:
        if (word.isascii() and form.isascii()) or fold(form, self.match.case) == fold(word, self.match.case):
            return self._number(form)
        return -1

    def _number(self, word: str) -> int:
        number = self._numbers.setdefault(word, len(self.texts))
        if number == len(self.texts):
            self.texts.append(word)
        return number

    def _exchanged(self, old: str, new: str) -> Int64Array:
        """Return the number of each word with one apostrophe in the place of the other."""
        known = list(self.texts)
        return np.array(
            [self._number(word.replace(old, new)) if old in word else n for n, word in enumerate(known)],
            np.int64,
        )

    def spellings(self, rows: Ragged) -> tuple[Int64Array, Ragged]:
        """Return the spellings of texts given as words, some of them twice, and of which text each is."""
        number = np.arange(len(rows.lengths))
        if self.match.case != "exact":
            number, rows = self._in_every_case(number, rows)
            number, rows = self._with_apostrophes(number, rows)
        if self.match.whitespace == "any":
            return self._wrapped(number, rows)
        return number, self._spaced(rows, np.zeros(len(rows.items), np.int64))

    def _in_every_case(self, number: Int64Array, rows: Ragged) -> tuple[Int64Array, Ragged]:
        row, way, many = _each_in_ways(rows, np.full(len(number), _N_CASES))
        first = is_chosen(many.offsets[:-1], len(many.items))
        items = self.cases[first.astype(np.intp), np.repeat(way, many.lengths), many.items]
        n_lost = np.cumsum(np.concatenate([[0], items < 0]))
        kept = np.flatnonzero(n_lost[many.offsets[1:]] == n_lost[many.offsets[:-1]])
        return number[row[kept]], select(Ragged(items, many.offsets), kept)

    def _with_apostrophes(self, number: Int64Array, rows: Ragged) -> tuple[Int64Array, Ragged]:
        """Return each spelling, then it with the apostrophes of the other kind."""
        n_had = np.cumsum(np.concatenate([[0], self.has_apostrophe[rows.items]]))
        has = n_had[rows.offsets[1:]] > n_had[rows.offsets[:-1]]
        row, way, many = _each_in_ways(rows, np.where(has, len(self.apostrophes), 1))
        items = self.apostrophes[np.repeat(way, many.lengths), many.items]
        return number[row], Ragged(items, many.offsets)

    def _wrapped(self, number: Int64Array, rows: Ragged) -> tuple[Int64Array, Ragged]:
        """Return each spelling with every white space between its words."""
        lengths = rows.lengths
        is_short = (lengths >= 2) & (lengths <= MOST_WORDS_FOR_LINE_WRAPS)
        n_ways = np.where(is_short, len(GAPS) ** (lengths - 1), 1)
        row, way, many = _each_in_ways(rows, n_ways)
        within = np.arange(len(many.items)) - np.repeat(many.offsets[:-1], many.lengths)
        # The way is a number to the base of three whose last digit is the last gap.
        digit = np.maximum(np.repeat(lengths[row], many.lengths) - 1 - within, 0)
        digit = np.minimum(digit, MOST_WORDS_FOR_LINE_WRAPS)
        gaps = np.repeat(way, many.lengths) // len(GAPS) ** digit % len(GAPS)
        return number[row], self._spaced(many, gaps)

    def _spaced(self, rows: Ragged, gaps: Int64Array) -> Ragged:
        """Return rows of units: the words with a gap before each but the first."""
        first = is_chosen(rows.offsets[:-1], len(rows.items))
        units = np.where(first, rows.items, rows.items + (1 + gaps) * len(self.texts))
        return Ragged(units.astype(np.int32 if len(self.texts) < 1 << 28 else np.int64), rows.offsets)


def cut_at_spaces(texts: pa.Array) -> tuple[list[str], Ragged]:
    """Return the distinct words of texts, and each text as numbers of its words."""
    cut = pc.split_pattern(texts, " ")
    pieces = cut.flatten().dictionary_encode()
    lengths: Int64Array = pc.list_value_length(cut).to_numpy()
    return pieces.dictionary.to_pylist(), Ragged(pieces.indices.to_numpy(), offsets_of(lengths))


def whole_column(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _each_in_ways(rows: Ragged, n_ways: Int64Array) -> tuple[Int64Array, Int64Array, Ragged]:
    """Return every row as often as there are ways to spell it: the row, the way, its words."""
    row = np.repeat(np.arange(len(n_ways)), n_ways)
    way = np.arange(len(row)) - offsets_of(n_ways)[:-1][row]
    return row, way, select(rows, row)


def units_of(spelled: SpelledRows, numbers: Int64Array) -> Iterator[str]:
    """Yield units by their numbers."""
    return map(spelled.unit, numbers.tolist())
