"""The phrase table of the text unit: phrases folded, made distinct, sorted and linked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np

from indexer.errors import InputError
from indexer.folding import fold, squeeze_white_space
from indexer.matching.borders import character_classes
from indexer.matching.text.kernels.candidates import N_WIDTHS, WIDTHS
from indexer.matching.text.kernels.phrase_table import count_chains, enter_first_bytes, link_prefixes
from indexer.matching.text.kernels.search import TextTable
from indexer.units import Int32Array

_MIN_FILTER_BITS, _MAX_FILTER_BITS = 12, 24


def folded_phrases(
    phrases: Sequence[str], phrase_ids: Int32Array, *, case: str, whitespace: str
) -> dict[bytes, list[int]]:
    """Return the distinct texts to look for, in UTF-8, and the phrases that have each, ascending.

    Raises
    ------
    InputError
        A phrase is empty or holds a code point that no text has (a lone surrogate).
    """
    if len(phrases) != len(phrase_ids):
        raise ValueError(f"{len(phrases)} phrases and {len(phrase_ids)} phrase ids")
    texts: dict[bytes, set[int]] = {}
    for phrase, phrase_id in zip(phrases, phrase_ids.tolist(), strict=True):
        folded = fold(phrase, case)
        if whitespace == "any":
            folded = squeeze_white_space(folded)
        try:
            text = folded.encode()
        except UnicodeEncodeError:
            raise InputError(
                f"phrase {phrase_id} holds a lone surrogate: {phrase!a}", expected="Unicode text"
            ) from None
        if not text:
            raise InputError(f"phrase {phrase_id} is empty", fix="leave it out of the phrase table")
        texts.setdefault(text, set()).add(phrase_id)
    return {text: sorted(ids) for text, ids in texts.items()}


def phrase_table(texts: dict[bytes, list[int]], rules: int) -> TextTable:
    """Return the table that `search_ranges` takes, from distinct texts and the phrases that have them."""
    by_bytes = sorted(texts)
    lengths = np.array(list(map(len, by_bytes)), np.int64)
    classes = np.searchsorted(WIDTHS, lengths, side="right") - 1
    order = np.argsort(classes, kind="stable")
    ordered, classes = [by_bytes[k] for k in order.tolist()], classes[order]
    offsets = np.append(0, np.cumsum(lengths[order]))
    # More bytes, so that first bytes can be read from any text.
    text = np.frombuffer(b"".join(ordered) + bytes(WIDTHS[-1]), np.uint8)
    phrases_of = [texts[text] for text in ordered]
    n_phrases = np.array(list(map(len, phrases_of)), np.int64)
    phrase_offsets = np.append(0, np.cumsum(n_phrases, dtype=np.int64))

    prefix = np.empty(len(ordered), np.int32)
    class_start = np.searchsorted(classes, np.arange(N_WIDTHS + 1))
    n_slots = [
        1 << (2 * int(stop - start) - 1).bit_length() if stop > start else 0
        for start, stop in pairwise(class_start)
    ]
    table_start = np.cumsum([0, *n_slots]).astype(np.int64)
    slots = np.zeros((table_start[-1], 2), np.uint64)
    n_bits = min(max((16 * len(ordered)).bit_length(), _MIN_FILTER_BITS), _MAX_FILTER_BITS)
    filter_bits = np.zeros(1 << (n_bits - 6), np.uint64)
    filter_shift = np.uint64(64 - n_bits)
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        for width_class in range(N_WIDTHS):
            first, stop = class_start[width_class], class_start[width_class + 1]
            of_class = slice(table_start[width_class], table_start[width_class + 1])
            link_prefixes(text, offsets, first, stop, prefix)
            enter_first_bytes(
                text, offsets, first, stop, width_class, slots[of_class], filter_bits, filter_shift
            )
    on_chain = np.zeros(len(ordered), np.int64)
    count_chains(prefix, n_phrases, on_chain)
    # One place can begin a text of every class.
    most = sum(int(on_chain[class_start[c] : class_start[c + 1]].max(initial=0)) for c in range(N_WIDTHS))
    return TextTable(
        text=text,
        entry=np.column_stack([offsets, np.append(prefix, -1), phrase_offsets]).astype(np.int64),
        phrase=np.fromiter(chain.from_iterable(phrases_of), np.int32, phrase_offsets[-1]),
        n_on_chain=most,
        longest=int(lengths.max(initial=0)),
        slots=slots,
        table_start=table_start,
        filter_bits=filter_bits,
        filter_shift=filter_shift,
        rules=rules,
        classes=character_classes(),
    )
