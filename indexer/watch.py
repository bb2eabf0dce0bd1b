"""How work that takes a while tells how far it got."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

Row = TypeVar("Row")
_ROWS_AT_ONCE = 500


class Watch(NamedTuple):
    """Who is told.

    Attributes
    ----------
    say : callable
        Told what is begun, as a line.
    advance : callable
        Told how many rows more were read.
    """

    say: Callable[[str], object]
    advance: Callable[[int], object]

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield rows, and tell of them."""
        for number, row in enumerate(rows, 1):
            yield row
            if number % _ROWS_AT_ONCE == 0:
                self.advance(_ROWS_AT_ONCE)


def _nobody(_: object) -> None:
    pass


UNWATCHED = Watch(_nobody, _nobody)
"""Nobody is told."""
