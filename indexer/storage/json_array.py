"""Objects of one JSON array, one at a time: memory goes with the longest of them, time with the bytes."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

from indexer.errors import InputError
from indexer.storage.compressed import Limits
from indexer.storage.json_lines import too_long

_BLANK = " \t\r\n"


def array_objects(
    pieces: Iterable[bytes], limits: Limits, *, name: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number (from 1) and the object of every element of one JSON array.

    An element is parsed anew only once twice as much of it is there, so that a long one costs no
    more than its length.

    Raises
    ------
    InputError
        It is no array of objects in UTF-8, or ends early.
    ResourceError
        One element is longer than `limits` allow a line to be.
    """
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    parse = json.JSONDecoder().raw_decode
    source = iter(pieces)
    text, number, at, n_wanted = "", 0, 0, 1
    open_bracket, separated, ended = False, True, False

    while True:
        while not ended and len(text) - at < n_wanted:
            piece = next(source, None)
            ended = piece is None
            try:
                text = text[at:] + decode(piece or b"", ended)
            except UnicodeDecodeError:
                raise InputError("is not UTF-8", path=name, offset=f"after element {number:,}") from None
            at = 0
        while at < len(text) and text[at] in _BLANK:
            at += 1
        where = f"element {number + 1:,}"
        if at == len(text):
            if ended:
                raise InputError("ends inside its JSON array", path=name, offset=where)
            n_wanted = 1
            continue
        sign = text[at]
        if not open_bracket:
            if sign != "[":
                raise InputError("is no JSON array", path=name, offset=where)
            open_bracket, at = True, at + 1
        elif sign == "]" and (not separated or not number):
            if text[at + 1 :].strip(_BLANK) or any(piece.strip() for piece in source):
                raise InputError("goes on after its JSON array", path=name)
            return
        elif sign == "," and not separated:
            separated, at = True, at + 1
        elif not separated or sign != "{":
            raise InputError("is not a JSON object", path=name, offset=where, expected="objects in the array")
        else:
            try:
                value, at = parse(text, at)
            except RecursionError:
                raise InputError("is nested too deeply", path=name, offset=where) from None
            except ValueError as error:
                if ended:
                    raise InputError(f"is not JSON ({error})", path=name, offset=where) from None
                if len(text) - at > limits.max_line_bytes:
                    raise too_long(limits, name, where) from None
                n_wanted = 2 * (len(text) - at)
                continue
            number, separated, n_wanted = number + 1, False, 1
            yield number, value
