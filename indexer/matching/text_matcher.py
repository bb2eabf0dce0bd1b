"""Finds phrases in the text that token ids spell, whatever their tokenization."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.errors import ConfigError
from indexer.matching.kernels.boundary import LEFT_BORDER, NO_POSSESSIVE, RIGHT_BORDER
from indexer.matching.matches import Matches
from indexer.matching.text_decoding import DecodingSearch
from indexer.matching.text_phrases import folded_phrases
from indexer.matching.text_windows import WindowSearch
from indexer.units import Int32Array, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes


class TextMatcher:
    """Finds every occurrence of phrases in the spelled text. Its tables are read-only: threads may share one.

    The text of a sequence is what its ids spell, as UTF-8. A phrase occurs where its folded characters stand
    in the folded characters of that text. Special ids, ids beyond the vocabulary and the ends of the sequence
    are walls: no occurrence runs across one. A byte that belongs to no character is part of no occurrence.

    Parameters
    ----------
    phrases : sequence of str
        What to look for; folded here again, which changes nothing if they are folded.
    phrase_ids : array of int32, shape (n_phrases,)
        The phrase each one stands for.
    vocabulary : TokenBytes
        The bytes of every id.
    case : {"fold", "exact"}
        Whether characters are folded, each by itself, before they are compared.
    boundary : {"word", "none"}
        ``word``: neither the folded character before an occurrence nor the one behind it is a letter or
        digit.
    possessive : {"include", "exclude"}
        ``exclude``: no 's or ’s that ends at a word end may follow.
    whitespace : {"exact", "any"}
        ``any``: a run of white space in a phrase stands for any run of white space.

    Raises
    ------
    ConfigError
        A setting has none of these values.
    InputError
        A phrase is empty or no Unicode text.
    """

    def __init__(
        self,
        phrases: Sequence[str],
        phrase_ids: Int32Array,
        vocabulary: TokenBytes,
        *,
        case: str,
        boundary: str,
        possessive: str,
        whitespace: str,
    ) -> None:
        for name, value, choices in (
            ("case", case, ("fold", "exact")),
            ("boundary", boundary, ("word", "none")),
            ("possessive", possessive, ("include", "exclude")),
            ("whitespace", whitespace, ("exact", "any")),
        ):
            if value not in choices:
                raise ConfigError(f"match.{name} is {value!r}", expected=" or ".join(choices))
        rules = LEFT_BORDER | RIGHT_BORDER if boundary == "word" else 0
        rules |= NO_POSSESSIVE if possessive == "exclude" else 0
        texts = folded_phrases(phrases, phrase_ids, case=case, whitespace=whitespace)
        self._search: DecodingSearch | WindowSearch
        if whitespace == "exact":
            self._search = WindowSearch(texts, vocabulary, rules, case=case)
        else:
            self._search = DecodingSearch(texts, vocabulary, rules, case=case, whitespace=whitespace)

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``.

        Parameters
        ----------
        ids : array of uint16 or uint32, shape (n_ids,)
            Token ids; never written to.
        starts, stops : array of int64, shape (n_sequences,)
            Half-open range of each sequence; ranges may overlap.

        Returns
        -------
        Matches
            Ordered by (row, token_offset, phrase, n_tokens). Two occurrences of a phrase that begin at
            different characters of one token are two rows.
        """
        found = self._search.find(ids, starts, stops)
        order = np.lexsort((found.n_tokens, found.phrase, found.token_offset, found.row))
        return Matches(
            phrase=found.phrase[order],
            row=found.row[order],
            token_offset=found.token_offset[order],
            n_tokens=found.n_tokens[order],
        )
