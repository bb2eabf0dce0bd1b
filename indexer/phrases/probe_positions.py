"""Where the critical and the context word of each pair stand in the token ids of its sentences.

Model-side tools need token positions, not characters: a concept vector is read at a position, and attention
runs from the later of the two words to the earlier one, since a left-to-right model cannot look ahead.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

import pyarrow as pa

from indexer.phrases.pair_table import SIDES
from indexer.tokenizers.tokenizer import Tokenizer

_SPANS = ("critical", "context")


def _side_fields(side: str) -> list[pa.Field]:
    return [
        pa.field(f"{side}_n_tokens", pa.int32()),
        *(
            pa.field(f"{side}_{span}_token_{edge}", pa.int32())
            for span in _SPANS
            for edge in ("start", "stop")
        ),
        pa.field(f"{side}_query_token", pa.int32()),
        pa.field(f"{side}_key_token_start", pa.int32()),
        pa.field(f"{side}_key_token_stop", pa.int32()),
    ]


SCHEMA = pa.schema(
    [pa.field("pair_id", pa.string(), nullable=False), *_side_fields("good"), *_side_fields("bad")]
)
"""Columns for each side, all but the first NULL where there are no spans or the ids spell another text.

n_tokens : ids of the sentence, without special ids; positions count from 0 in these.
critical_token_start/_stop, context_token_start/_stop : the ids that hold a letter of the span, half-open.
query_token : first id of the later of the two spans.
key_token_start/_stop : the ids of the earlier one.
"""

_BATCH_PAIRS = 4096


def probe_positions(pairs: pa.Table, tokenizer: Tokenizer) -> pa.Table:
    """Return the token positions of every pair.

    Parameters
    ----------
    pairs : pyarrow.Table
        As `indexer.phrases.PhraseSet` has them.
    tokenizer : Tokenizer
        The tokenizer of the model. A model that wants a start token first shifts every position by one.

    Returns
    -------
    pyarrow.Table
        One row for each pair, in order; see `SCHEMA`.
    """
    columns: dict[str, list[int | None]] = {name: [] for name in SCHEMA.names[1:]}
    places = _TokenPlaces(tokenizer)
    for start in range(0, pairs.num_rows, _BATCH_PAIRS):
        rows = pairs.slice(start, _BATCH_PAIRS)
        for side in SIDES:
            sentences = rows[f"{side}_sentence"].to_pylist()
            spans = [
                list(
                    zip(
                        rows[f"{side}_{span}_start"].to_pylist(),
                        rows[f"{side}_{span}_stop"].to_pylist(),
                        strict=True,
                    )
                )
                for span in _SPANS
            ]
            encoded = tokenizer.encode_batch(sentences)
            for sentence, ids, critical, context in zip(sentences, encoded, *spans, strict=True):
                for name, value in zip(_NAMES, places.cells(sentence, ids, critical, context), strict=True):
                    columns[f"{side}_{name}"].append(value)
    arrays = [
        pairs["pair_id"].combine_chunks(),
        *(pa.array(columns[name], pa.int32()) for name in SCHEMA.names[1:]),
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


_NAMES = tuple(field.name.removeprefix("good_") for field in _side_fields("good"))
_Span = tuple[int | None, int | None]
_Cells = tuple[int | None, ...]


class _TokenPlaces:
    """Maps characters of a sentence to its ids, by the bytes the ids spell."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        data, offsets, _ = tokenizer.token_bytes()
        spelled = data.tobytes()
        self._spelled = [spelled[start:stop] for start, stop in itertools.pairwise(offsets.tolist())]

    def cells(self, sentence: str, ids: Sequence[int], critical: _Span, context: _Span) -> _Cells:
        n_tokens = len(ids)
        normal = self._tokenizer.normalize(sentence)
        ends = None if critical[0] is None else self._ends(normal, ids)
        if ends is None:
            return (n_tokens, *([None] * (len(_NAMES) - 1)))
        first = self._tokens(sentence, normal, ends, critical)
        second = self._tokens(sentence, normal, ends, context)
        if first[0] is None or second[0] is None:
            return (n_tokens, *first, *second, None, None, None)
        earlier, later = (second, first) if second[0] < first[0] else (first, second)
        return (n_tokens, *first, *second, later[0], *earlier)

    def _ends(self, normal: str, ids: Sequence[int]) -> list[int] | None:
        """Return where the text of each id ends, in bytes of the sentence; None where they spell another."""
        pieces = [self._spelled[token] for token in ids]
        spelled, wanted = b"".join(pieces), normal.encode("utf-8")
        lead = 0 if wanted.startswith(b" ") else len(spelled) - len(spelled.lstrip(b" "))
        if not pieces or spelled[lead:] != wanted:
            return None
        return list(itertools.accumulate((len(piece) for piece in pieces[1:]), initial=len(pieces[0]) - lead))

    def _tokens(self, sentence: str, normal: str, ends: list[int], span: _Span) -> _Span:
        """Return the ids that hold a byte of a span, white space before it not counted."""
        start, stop = span
        if start is None or stop is None:
            return None, None
        if normal == sentence and sentence.isascii():
            begin, end = start, stop
        else:
            before = self._normal_prefix(sentence[:start], normal)
            through = self._normal_prefix(sentence[:stop], normal)
            if before is None or through is None:
                return None, None
            # The space before the span may be in the same id as its first letter, or in one of its own.
            rest = normal[len(before) :]
            begin = len((before + rest[: len(rest) - len(rest.lstrip())]).encode("utf-8"))
            end = len(through.encode("utf-8"))
        if begin >= end:
            return None, None
        return bisect.bisect_right(ends, begin), bisect.bisect_right(ends, end - 1) + 1

    def _normal_prefix(self, text: str, normal: str) -> str | None:
        """Return the normalised beginning of a sentence; None where the normaliser joins over its end."""
        text = text.rstrip()
        prefix = self._tokenizer.normalize(text) if text else ""
        return prefix if normal.startswith(prefix) else None
