"""Advice of a command that reads no ``exposure.toml``: keys are named as the options that stand for them."""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.errors import ExposureError

KEY = re.compile(r"\[(?P<section>\w+)\] (?P<key>\w+)(?P<equals> = )?")
OptionOf = Callable[[str, str], str | None]
"""Section and key to the option, or the argument, that sets it; None where none does."""


def with_options(error: ExposureError, option_of: OptionOf) -> ExposureError:
    """Return an error whose every key is named as an option.

    Parameters
    ----------
    error : ExposureError
        As it was raised.
    option_of : callable
        The options of the command.
    """

    def renamed(text: str | None) -> str | None:
        return None if text is None else KEY.sub(one, text)

    def one(match: re.Match[str]) -> str:
        option = option_of(match["section"], match["key"])
        return match[0] if option is None else option + (" " if match["equals"] else "")

    return type(error)(
        renamed(error.what) or "",
        path=renamed(error.path),
        offset=error.offset,
        expected=renamed(error.expected),
        fix=renamed(error.fix),
    )
