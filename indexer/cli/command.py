"""A command whose help ends with examples that can be copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class CommandWithExamples(click.Command):
    """A click command with lines of examples, never rewrapped.

    Parameters
    ----------
    examples : tuple of str
        Whole command lines.
    """

    def __init__(self, *arguments: Any, examples: tuple[str, ...] = (), **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options."""
        formatter.write_paragraph()
        formatter.write("Example:\n" if len(self.examples) == 1 else "Examples:\n")
        for example in self.examples:
            formatter.write(f"  {example}\n")


def command(*examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command with its examples."""
    return click.command(cls=CommandWithExamples, examples=examples)
