"""What becomes of a document whose JSON holds half a surrogate pair, which is no character of UTF-8."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.errors import InputError

CHOICES = ("refuse", "skip", "replace")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass
class LoneSurrogates:
    """What is done with such documents, and how many there were.

    Attributes
    ----------
    choice : str
        ``refuse``; ``skip`` the document; or ``replace`` each half by U+FFFD.
    n_documents : int
        Documents that were skipped, or in which something was replaced.
    """

    choice: str = "refuse"
    n_documents: int = 0

    def checked(self, text: str, *, path: str, where: str) -> str | None:
        """Return a text that is whole, None where its document is skipped.

        Raises
        ------
        InputError
            It holds half a surrogate pair, and that is refused.
        """
        if text.isascii():
            return text
        half = _HALF.search(text)
        if half is None:
            return text
        if self.choice == "refuse":
            raise InputError(
                f"holds half a surrogate pair, character {half.start():,}",
                path=path,
                offset=where,
                fix='set [corpus] lone_surrogates = "skip" or "replace", as the run did',
            )
        self.n_documents += 1
        return None if self.choice == "skip" else _HALF.sub("\ufffd", text)
