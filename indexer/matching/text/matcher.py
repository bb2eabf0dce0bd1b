"""Finds phrases in the text that token ids spell, whatever their tokenization."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from indexer.errors import ConfigError
from indexer.folding import CASES
from indexer.matching.borders import border_rules
from indexer.matching.matcher import DECODED_TOKENS, Matches, ordered
from indexer.matching.text.full_search import DecodingSearch
from indexer.matching.text.phrase_table import folded_phrases
from indexer.matching.text.window_search import WindowSearch
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.units import Int32Array, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes


class TextMatcher:
    """Finds every occurrence of phrases in the spelled text. Its tables are read-only: threads may share one.

    The text of a sequence is what its ids spell, as UTF-8. A phrase occurs where its folded characters stand
    in the folded characters of that text. Special ids, ids beyond the vocabulary and the ends of the sequence
    are separators: no occurrence runs across one. A byte that belongs to no character is part of no
    occurrence.

    Parameters
    ----------
    phrases : sequence of str
        What to look for; folded here again, which changes nothing if they are folded.
    phrase_ids : array of int32, shape (n_phrases,)
        The phrase each one stands for.
    vocabulary : TokenBytes
        The bytes of every id.
    case : {"fold", "turkish", "exact"}
        Whether characters are folded, each by itself, before they are compared; see `indexer.folding.fold`.
    boundary : {"word", "none"}
        ``word``: neither the folded character before an occurrence nor the one behind it is a letter, digit
        or mark; of marks before it the character tells that they belong to.
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
        vocabulary: TokenBytes | VocabularyTables,
        *,
        case: str,
        boundary: str,
        possessive: str,
        whitespace: str,
    ) -> None:
        for name, value, choices in (
            ("case", case, CASES),
            ("boundary", boundary, ("word", "none")),
            ("possessive", possessive, ("include", "exclude")),
            ("whitespace", whitespace, ("exact", "any")),
        ):
            if value not in choices:
                raise ConfigError(f"match.{name} is {value!r}", expected=" or ".join(choices))
        rules = border_rules(boundary=boundary, possessive=possessive)
        texts = folded_phrases(phrases, phrase_ids, case=case, whitespace=whitespace)
        self._texts = texts
        self._vocabulary = tables_of(vocabulary)
        self._rules = rules
        self._case = case
        self._windows_can_help = whitespace == "exact"
        self._decoding = DecodingSearch(texts, self._vocabulary, rules, case=case, whitespace=whitespace)
        self._windows: WindowSearch | None = None
        self._n_decoded = 0
        self._building = threading.Lock()

    def prepare(self, sample: TokenIds) -> None:
        """Build the tables of the fast search and compile its kernels now, for streams like the sample.

        Without this they are built once `DECODED_TOKENS` have been searched the slow way: for a small corpus
        that is sooner done. A scan of a large one does this before it starts workers, which then share them.

        Parameters
        ----------
        sample : array of uint16 or uint32
            The beginning of the stream, one or two million ids. It decides speed, never what is found.
        """
        if self._windows_can_help:
            self._window_search().find(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``.

        Parameters are those of `Matcher.find`; nothing is written to them.

        Returns
        -------
        Matches
            Ordered by (row, token_offset, phrase, n_tokens). Two occurrences of a phrase that begin at
            different characters of one token are two rows.
        """
        windows = self._windows
        if windows is None and self._windows_can_help:
            self._n_decoded += len(ids)
            if self._n_decoded > DECODED_TOKENS:
                windows = self._window_search()
        if windows is not None:
            return windows.find(ids, starts, stops)
        return ordered(self._decoding.find(ids, starts, stops))

    @property
    def n_texts(self) -> int:
        """Number of distinct texts."""
        return len(self._texts)

    @property
    def windows(self) -> WindowSearch | None:
        """The fast search; None where it was not built, or cannot help."""
        return self._windows

    def window_search(self) -> WindowSearch | None:
        """Return the fast search, built if it was not; None where it cannot help."""
        return self._window_search() if self._windows_can_help else None

    def _window_search(self) -> WindowSearch:
        with self._building:
            if self._windows is None:
                self._windows = WindowSearch(self._texts, self._vocabulary, self._rules, case=self._case)
        return self._windows
