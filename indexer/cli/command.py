"""A command whose help ends with examples that can be copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from indexer.cli.advice import OptionOf, with_options
from indexer.errors import ExposureError
from indexer.near_names import did_you_mean


class CommandWithExamples(click.Command):
    """A click command with lines of examples, never rewrapped.

    Parameters
    ----------
    examples : tuple of str
        Whole command lines.
    option_of : callable, optional
        The options that stand for keys of ``exposure.toml``, for a command that reads none.
    """

    def __init__(
        self,
        *arguments: Any,
        examples: tuple[str, ...] = (),
        option_of: OptionOf | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.examples = examples
        self.option_of = option_of

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; a word that is missing or wrong is told with what would be right."""
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            told = error.format_message().rstrip(".")
            raise click.UsageError(f"{told}, as in: {self.examples[0]}", ctx) from None
        except click.BadParameter as error:
            raise click.BadParameter(_with_what_is_meant(error), ctx, error.param) from None
        except click.BadOptionUsage as error:
            told = error.message.rstrip(".")
            for option in self.params:
                if isinstance(option, click.Option) and error.option_name in option.opts:
                    told += f", as in {error.option_name} {option.make_metavar(ctx)}: {option.help}"
            raise click.BadOptionUsage(error.option_name, told, ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; its errors give advice that it can take."""
        try:
            return super().invoke(ctx)
        except ExposureError as error:
            if self.option_of is None:
                raise
            raise with_options(error, self.option_of) from error

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options."""
        formatter.write_paragraph()
        formatter.write("Example:\n" if len(self.examples) == 1 else "Examples:\n")
        for example in self.examples:
            formatter.write(f"  {example}\n")


def _with_what_is_meant(error: click.BadParameter) -> str:
    """Return the message of a wrong value, in words, with the choice that may be meant."""
    told = re.sub(r"a valid (integer|float)( range)?\.", lambda one: _NUMBERS[one[1]], error.message)
    given = re.match(r"'(.*)' is not one of ", told)
    if given and error.param is not None and isinstance(error.param.type, click.Choice):
        meant = did_you_mean(given[1], error.param.type.choices)
        told = f"{told.rstrip('.')}; {meant}" if meant else told
    return told


_NUMBERS = {"integer": "a whole number.", "float": "a number."}


def command(
    *examples: str, option_of: OptionOf | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command with its examples and, if it reads no configuration, the options for its keys."""
    return click.command(cls=CommandWithExamples, examples=examples, option_of=option_of)
