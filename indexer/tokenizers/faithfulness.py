"""Refuses a tokenizer whose ids do not tell the words of a text, by the name of the component that lost them.

Words are taken from the vocabulary and put together in ways whose outcome is known: side by side, with a
mark between them, without a space. What the ids of such a text spell must be the words again. Where the
tokenizer has a decoder, what the library decodes must be what the ids are taken to spell.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from indexer.errors import InputError
from indexer.tokenizers.round_trip import RoundTrip, letters_of
from indexer.tokenizers.spelling import Spelling, components
from indexer.tokenizers.stages import first_stage, library_with, stages
from indexer.vocabulary import TokenBytes

IDS_ONLY = (
    'look for runs of ids: [match] unit = "tokens", boundary = "none", possessive = "include"'
    " takes this tokenizer as it is"
)
_USUAL = ("it", "the", "cat", "was", "and", "here")
_MOST_WORDS = 8
_MOST_TRIED = 2_000
_MARKS = "\n\t\r-.,;:!?\"'()[]{}/_*&+=<>|~@#$%^`\\–—…“”‘’"
_PUNCTUATION_OF_ENDS = ("  ", "\r\n", ". ", ", ", " (", " '", '" ', "'s ", " 12 ", " é ")


class FaithfulnessCheck:
    """The questions to one tokenizer.

    Parameters
    ----------
    tokenizer : dict
        The parsed ``tokenizer.json``.
    spelling : Spelling
        How its pieces are spelled.
    vocabulary : TokenBytes
        The bytes its ids are taken to spell.
    trip : RoundTrip
        Encodes and spells.
    name : str
        What messages call the tokenizer.
    """

    def __init__(
        self,
        tokenizer: dict[str, Any],
        spelling: Spelling,
        vocabulary: TokenBytes,
        trip: RoundTrip,
        name: str,
    ) -> None:
        self._tokenizer = tokenizer
        self._spelling = spelling
        self._vocabulary = vocabulary
        self._trip = trip
        self._name = name
        self._model = tokenizer["model"].get("type", "")
        self._words = self._words_that_can_be_spelled()

    def refuse_lost_words(self) -> None:
        """Refuse a tokenizer whose ids do not tell where words begin and end.

        Raises
        ------
        InputError
            Names the component, and what it did to which text.
        """
        words = self._words
        if not words and self._strange is not None:
            word, text = self._strange
            stage = first_stage(
                self._tokenizer, self._spelling, word, lambda made: not made.strip().isalpha()
            )
            who = f"the model {self._model}" if stage is None else f"the {stage.component}"
            self._refuse(f"{who} puts other characters into words", word, text)
        pairs = list(itertools.pairwise([*words, *words[:1]]))
        spelled = dict(zip(words, map(str.strip, map(self._text_of, words)), strict=True))
        for (left, right), found in zip(pairs, self._trip.texts([f"{a} {b}" for a, b in pairs]), strict=True):
            self._require_a_space(left, right, spelled, found)
        for (left, right), found in zip(pairs, self._trip.texts([a + b for a, b in pairs]), strict=True):
            self._require_no_space(left, right, spelled, found)
        self._require_no_pattern_of_words()
        for mark in _MARKS:
            left, right = pairs[0] if pairs else ("", "")
            self._require_a_border(left, mark, right, spelled)
        self._require_borders_of_added(spelled)

    def refuse_other_decoding(self) -> None:
        """Refuse a tokenizer whose decoder writes another text than its ids are taken to spell.

        Raises
        ------
        InputError
            Names the decoder, the ids and both texts.
        """
        if self._tokenizer.get("decoder") is None:
            return
        decode = _Decoding(self._tokenizer, self._spelling)
        for ids in self._trip.encode(self._sample_texts()):
            for run in self._trip.runs(ids):
                self._require_same_decoding(decode, [run])
        anchor = self._anchor()
        if anchor is not None:
            self._require_same_decoding(decode, [[anchor, token, anchor] for token in self._ids_to_decode()])

    def remarks(self) -> list[str]:
        """Return what is no ground to refuse the tokenizer but changes what some texts are, as sentences."""
        if len(self._words) < 2:
            return []
        left, right = self._words[:2]
        joined = self._text_of(left + right).strip()
        found = self._trip.texts([left + mark + right for mark in _MARKS])
        dropped = [
            mark
            for mark, text in zip(_MARKS, found, strict=True)
            if text is not None and text.strip() == joined
        ]
        remarks = []
        if dropped:
            shown = " ".join(map(repr, dropped))
            remarks.append(
                f"the model has no piece for {shown}: words around these marks are one word in its ids"
            )
        added = self._added_words()
        texts = [word + right for word in added]
        for text, spelled in zip(texts, self._trip.texts(texts), strict=True):
            if spelled is not None and len(spelled.split()) > len(text.split()):
                remarks.append(
                    f"an added token stands apart within a word: {text!r} is spelled {spelled.strip()!r}"
                )
        return remarks

    def _words_that_can_be_spelled(self) -> list[str]:
        tried = list(
            dict.fromkeys(itertools.chain(_USUAL, itertools.islice(self._alphabetic(), _MOST_TRIED)))
        )
        found = self._trip.texts(tried)
        self._strange = next(
            (
                (word, text)
                for word, text in zip(tried, found, strict=True)
                if text is not None and text.strip() and not text.strip().isalpha()
            ),
            None,
        )
        words = [
            word
            for word, text in zip(tried, found, strict=True)
            if text is not None and text.strip().isalpha()
        ]
        # Long words and words of one letter are both wanted.
        long = [word for word in words if len(word) > 1][: _MOST_WORDS - 2]
        return [*long, *[word for word in words if len(word) == 1][: _MOST_WORDS - len(long)]]

    def _alphabetic(self) -> Iterator[str]:
        data, offsets, special = self._vocabulary
        spelled = data.tobytes()
        for token, (start, stop) in enumerate(itertools.pairwise(offsets.tolist())):
            if special[token] or stop - start > 24:
                continue
            word = spelled[start:stop].decode("utf-8", errors="replace").strip()
            if word.isalpha():
                yield word

    def _text_of(self, text: str) -> str:
        (found,) = self._trip.texts([text])
        return found or ""

    def _require_a_space(self, left: str, right: str, spelled: dict[str, str], found: str | None) -> None:
        if found is None or found.split() == [spelled[left], spelled[right]]:
            return
        text, wanted = f"{left} {right}", f"{spelled[left]} {spelled[right]}"
        stage = first_stage(
            self._tokenizer, self._spelling, text, lambda made: _joined(made, spelled[left], spelled[right])
        )
        if letters_of(found) == letters_of(wanted) and stage is not None and " " not in found.strip():
            self._refuse(
                f"the {stage.component} drops spaces and its ids do not tell where they stood", text, found
            )
        if letters_of(found) == letters_of(wanted) and " " not in found.strip():
            self._refuse(
                f"the model {self._model} has no piece for a space and drops it:"
                " its ids do not tell where spaces stood",
                text,
                found,
            )
        self._refuse(f"{self._changer(left, right)} changes words beside other words", text, found)

    def _require_no_space(self, left: str, right: str, spelled: dict[str, str], found: str | None) -> None:
        text, wanted = left + right, spelled[left] + spelled[right]
        if found is None or letters_of(found) != wanted or found.strip() == wanted:
            return
        if text.lower() == text.upper():
            return  # in scripts without case there are often no spaces between words
        stage = first_stage(self._tokenizer, self._spelling, text, lambda made: made.strip() != wanted)
        if stage is not None:
            who = f"the {stage.component}"
        else:
            who = f"the model {self._model}, which has no continuing_subword_prefix,"
        self._refuse(f"{who} puts spaces inside words: its ids do not tell a word from two", text, found)

    def _require_a_border(self, left: str, mark: str, right: str, spelled: dict[str, str]) -> None:
        if not left:
            return
        text = left + mark + right
        joined = spelled[left] + spelled[right]
        if self._text_of(text).strip() != joined:
            return
        stage = first_stage(
            self._tokenizer, self._spelling, text, lambda made: _joined(made, spelled[left], spelled[right])
        )
        if stage is not None:
            self._refuse(
                f"the {stage.component} drops {mark!r} and its ids do not tell where one word ends",
                text,
                joined,
            )

    def _require_no_pattern_of_words(self) -> None:
        """Refuse replacements that reach across a word's end: they change a phrase by its neighbours."""
        for step in components(self._tokenizer, "normalizer"):
            pattern = str(step["pattern"].get("String", "")) if step["type"] == "Replace" else ""
            if any(map(str.isalnum, pattern)) and not pattern.isalnum():
                self._refuse(
                    "the normalizer Replace changes words beside other words", pattern, step["content"]
                )

    def _require_borders_of_added(self, spelled: dict[str, str]) -> None:
        """Refuse added words that lose the spaces around them."""
        if not self._words:
            return
        word = self._words[0]
        contents = self._added_words()
        texts = [f"{word} {content} {word}" for content in contents]
        for content, text, found in zip(contents, texts, self._trip.texts(texts), strict=True):
            if found is not None and len(found.split()) < len(text.split()):
                self._refuse(
                    f"the added token {content!r} takes the spaces around it along, or the model sets none"
                    " there, and its id does not tell of them",
                    text,
                    found,
                )

    def _added_words(self) -> list[str]:
        """Return the added tokens that begin or end with a letter or digit."""
        return [text for text in self._spelling.added.values() if text[:1].isalnum() or text[-1:].isalnum()]

    def _changer(self, left: str, right: str) -> str:
        """Name what makes another text of two words than of each alone."""
        texts = (f"{left} {right}", left, right)
        for both, one, other in zip(
            *(stages(self._tokenizer, self._spelling, text) for text in texts), strict=True
        ):
            if letters_of(both.text) != letters_of(one.text + other.text):
                return f"the {both.component}"
        return f"the model {self._model}"

    def _sample_texts(self) -> list[str]:
        words = self._words
        if not words:
            return []
        left, right = words[0], words[-1]
        return [
            " ".join(words),
            *(left + mark + right for mark in _MARKS),
            *(left + marks + right for marks in _PUNCTUATION_OF_ENDS),
            *(a + b for a, b in itertools.pairwise(words)),
            *(left + added + right for added in self._added_words()),
            *(f"{left} {added} {right}" for added in self._added_words()),
        ]

    def _anchor(self) -> int | None:
        """Return an id that begins a word."""
        for word in self._words:
            (ids,) = self._trip.encode([word])
            data = self._trip.spell(ids[:1])
            if data is not None and data.strip().isalpha():
                return ids[0]
        return None

    def _ids_to_decode(self) -> Iterator[int]:
        """Yield the ids whose bytes are whole letters, without added tokens."""
        added = {entry["id"] for entry in self._tokenizer.get("added_tokens") or []}
        for token in range(self._spelling.n_ids):
            if token in added:
                continue
            data = self._trip.spell([token])
            if data and not self._spelling.is_byte(token):
                try:
                    data.decode()
                except UnicodeDecodeError:
                    continue
                yield token

    def _require_same_decoding(self, decode: _Decoding, runs: list[list[int]]) -> None:
        for run in runs:
            data = self._trip.spell(run)
            if data is None:
                continue
            ours, decoded = data.decode("utf-8", errors="replace"), decode(run)
            # Broken characters are the library's: it reads an added é as the one byte it stands for.
            if ours.strip(" ") != decoded.strip(" ") and "\ufffd" not in ours + decoded:
                raise InputError(
                    f"the {decode.name} writes {decoded!r:.80} for the ids {str(run)[:60]},"
                    f" which spell {ours!r:.80}",
                    path=self._name,
                    expected="a decoder that gives back what was encoded",
                    fix='mend the decoder of tokenizer.json, or set "decoder": null there:'
                    " the ids stay the same",
                )

    def _refuse(self, what: str, text: str, found: str) -> NoReturn:
        raise InputError(f"{what}: {text!r:.80} comes back as {found!r:.80}", path=self._name, fix=IDS_ONLY)


class _Decoding:
    """The library's decoder, without its clean-up of punctuation.

    The clean-up takes spaces away before marks: it is made for reading, no id holds it.
    """

    def __init__(self, tokenizer: dict[str, Any], spelling: Spelling) -> None:
        steps = [
            {**step, "cleanup": False} if "cleanup" in step else step
            for step in components(tokenizer, "decoder")
        ]
        self.name = "decoder " + ", ".join(step["type"] for step in steps)
        self._decoder = library_with(decoder=steps).decoder
        self._names = spelling.names
        self._word_end = spelling.word_end

    def __call__(self, ids: Sequence[int]) -> str:
        """Return the text of a run of ids."""
        text: str = self._decoder.decode([self._names[token] for token in ids])
        # Only BPEDecoder knows the mark of a word's end; behind other decoders it is left in the text.
        return text.replace(self._word_end, " ") if self._word_end else text


def _joined(text: str, left: str, right: str) -> bool:
    return left + right in text
