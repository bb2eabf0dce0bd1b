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
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from indexer.phrases.form_encoder import FormEncoder
from indexer.phrases.ragged import Ragged, flatten, ragged, with_first
from indexer.units import Int64Array

_UNIT = re.compile(r"[ \n]*[^ \n]+")
_CARRIER = "it"
_SAMPLED = 400
FEWEST_SPELLINGS = 2_000
"""With fewer spellings nothing is gained."""


class SpellingForms(NamedTuple):
    """The id sequences of many spellings.

    Attributes
    ----------
    spelling : array of int64, shape (n_forms,)
        The spelling each form belongs to.
    ids : Ragged
        The ids of each form.
    """

    spelling: Int64Array
    ids: Ragged


def encode_spellings(encoder: FormEncoder, spellings: Sequence[str]) -> SpellingForms:
    """Return the forms of every spelling, word by word where the tokenizer allows it, else whole."""
    if len(spellings) >= FEWEST_SPELLINGS:
        units = [_UNIT.findall(spelling) for spelling in spellings]
        if borders_before_spaces(encoder, units):
            found = encode_word_by_word(encoder, units)
            if found is not None and _agrees_on_a_sample(encoder, spellings, found):
                return found
    return encode_whole(encoder, spellings)


def encode_whole(encoder: FormEncoder, spellings: Sequence[str]) -> SpellingForms:
    """Return the forms of every spelling, each encoded as it stands."""
    forms = encoder.forms(spellings)
    owners = np.repeat(np.arange(len(forms)), [len(found) for found in forms])
    return SpellingForms(owners, ragged(form for found in forms for form in found))


def borders_before_spaces(encoder: FormEncoder, units: Sequence[Sequence[str]]) -> bool:
    """Tell whether no id spells the end of one of these words and white space after it."""
    ends = np.zeros(256, dtype=bool)
    ends[[unit.encode("utf-8")[-1] for unit in {unit for each in units for unit in each}]] = True
    data, offsets, _ = encoder.vocabulary
    inside = np.ones(len(data), dtype=bool)
    inside[offsets[1:-1][offsets[1:-1] < len(data)]] = False
    crossing = ends[data[:-1]] & np.isin(data[1:], (ord(" "), ord("\n"))) & inside[1:]
    return not crossing.any()


def encode_word_by_word(encoder: FormEncoder, units: Sequence[Sequence[str]]) -> SpellingForms | None:
    """Return the forms of spellings given as their words; None where the tokenizer does not keep words apart.

    Parameters
    ----------
    encoder : FormEncoder
        The tokenizer.
    units : sequence of sequence of str
        For each spelling its first word, then each further word with the white space before it.
    """
    firsts = _numbered(each[0] for each in units)
    rests = _numbered(unit for each in units for unit in each[1:])
    carried = encoder.encode([_CARRIER, *(_CARRIER + unit for unit in rests)])
    carrier, further = carried[0], carried[1:]
    if any(ids[: len(carrier)] != carrier for ids in further):
        return None
    further = [ids[len(carrier) :] for ids in further]
    first_forms = encoder.forms(list(firsts))

    # One pool: the further words, then every form of every first word.
    pool = ragged([*further, *(form for forms in first_forms for form in forms)])
    spelled = np.array([encoder.is_spelled(ids) for ids in further], dtype=bool)
    n_forms = np.array([len(forms) for forms in first_forms], dtype=np.int64)
    first_form = len(further) + np.cumsum(n_forms) - n_forms

    rest = ragged([[rests[unit] for unit in each[1:]] for each in units])
    first = np.array([firsts[each[0]] for each in units], dtype=np.int64)
    complete = np.ones(len(units), dtype=bool)
    complete[np.repeat(np.arange(len(units)), rest.lengths)[~spelled[rest.items]]] = False

    count = np.where(complete, n_forms[first], 0)
    owner = np.repeat(np.arange(len(units)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    picks = with_first(first_form[first[owner]] + within, rest, owner)
    return SpellingForms(owner, flatten(pool, picks))


def _numbered(words: Iterable[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for word in words:
        numbers.setdefault(word, len(numbers))
    return numbers


def _agrees_on_a_sample(encoder: FormEncoder, spellings: Sequence[str], found: SpellingForms) -> bool:
    sample = np.unique(np.linspace(0, len(spellings) - 1, _SAMPLED).astype(np.int64))
    whole = encoder.forms([spellings[number] for number in sample])
    bounds = np.searchsorted(found.spelling, [sample, sample + 1])
    for forms, start, stop in zip(whole, *bounds, strict=True):
        offsets = found.ids.offsets[start : stop + 1]
        ours = [tuple(found.ids.items[begin:end].tolist()) for begin, end in itertools.pairwise(offsets)]
        if sorted(ours) != sorted(forms):
            return False
    return True
