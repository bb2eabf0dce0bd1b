"""Files of text among the shards: a README, a list of hashes. Their bytes would be read as ids like any."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.compressed import without_suffix
from indexer.storage.passed_over import DOCUMENTS

HEAD_BYTES = 4096
FEWEST_BYTES = 48
"""Ids may spell text by chance; so many bytes of them in a row do not."""
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def is_text(head: bytes, name: str) -> bool:
    """Tell whether the first bytes of a file are UTF-8 text without control characters.

    Parameters
    ----------
    head : bytes
        The first bytes, unpacked; `HEAD_BYTES` are enough.
    name : str
        Name of the file; its ending decides where there are only a few bytes.
    """
    known = PurePath(without_suffix(files.base_name(name))).suffix.lower() in DOCUMENTS
    if not head or (len(head) < FEWEST_BYTES and not known):
        return False
    if _CONTROLS.intersection(head):
        return False
    try:
        # the head may end inside a character
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def refuse_text(head: bytes, name: str, names: Sequence[str]) -> None:
    """Refuse a file of text where ids are expected.

    Parameters
    ----------
    head, name
        As of `is_text`.
    names : sequence of str
        All files that `[corpus] paths` stands for, which tell how to name the shards alone.

    Raises
    ------
    InputError
        It is text.
    """
    if not is_text(head, name):
        return
    endings = Counter(PurePath(files.base_name(other)).suffix for other in names if other != name)
    own = PurePath(files.base_name(name)).suffix
    ending = next((ending for ending, _ in endings.most_common() if ending not in ("", own)), None)
    shards = files.join(files.parent(name), f"*{ending or '.bin'}")
    raise InputError(
        "is text, not token ids",
        path=name,
        fix=f'name the shards alone, as in [corpus] paths = ["{shards}"]',
    )
