"""The ``exposure`` command: runs a subcommand; what goes wrong becomes one line and an exit code."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from functools import partial
from typing import Any

import click

from indexer import __version__
from indexer.cli.leaving import (
    farewell,
    leaving_when_told,
    nobody_reads,
    number_told,
    open_closed_streams,
)
from indexer.errors import ConfigError, ExposureError, ResourceError
from indexer.foreign_errors import translate
from indexer.near_names import did_you_mean
from indexer.process_limits import AT_START
from indexer.redaction import redact
from indexer.storage.mapped_files import leaving_when_truncated

_LEAST_MEMORY = {"RLIMIT_AS": 1 << 30, "RLIMIT_DATA": 256 << 20}
"""Bytes that libraries need to start in."""

# In workflow order. Modules are imported when their command is asked for: `exposure --help` imports none.
COMMANDS: dict[str, tuple[str, str]] = {
    "sample": (
        "indexer.cli.sample:sample",
        "Write the embedded sample: pairs, corpus, tokenizer, known truth.",
    ),
    "init": (
        "indexer.cli.corpus_init:init",
        "Write a commented exposure.toml for a run, a benchmark, words.",
    ),
    "phrases": (
        "indexer.cli.phrases:phrases",
        "Find the critical phrases of minimal pairs, or read plain phrases.",
    ),
    "tokenize": (
        "indexer.cli.corpus_tokenize:tokenize",
        "Turn text into token shards, as a training run did.",
    ),
    "check": (
        "indexer.cli.corpus_check:check",
        "Say what shards, order and tokenizer are, and what a scan costs.",
    ),
    "index": ("indexer.cli.index:index", "Plan, scan and merge: build an index."),
    "plan": ("indexer.cli.index:plan", "Settle every choice of an index, before anything is scanned."),
    "scan": ("indexer.cli.index:scan", "Scan planned shards, all or the i-th of N shares."),
    "merge": ("indexer.cli.index:merge", "Merge the partials into the table."),
    "status": ("indexer.cli.status:status", "Show what is done, missing, unverified."),
    "debug": (
        "indexer.cli.debug:debug",
        "Show the tables of the search, and what they let through.",
    ),
    "query": ("indexer.cli.query:query", "Ask an index: a question that is ready, a .sql file, one SELECT."),
    "split": ("indexer.cli.query:split", "Split the pairs, show the balance, write a manifest."),
    "export": (
        "indexer.cli.export:export",
        "Write a split for other tools, or what to leave out.",
    ),
    "report": ("indexer.cli.report:report", "Write one offline page of charts, and each as SVG and PNG."),
    "import": (
        "indexer.cli.import_results:import_results",
        "Add evaluation results: harness samples, CSV, Parquet.",
    ),
    "verify": (
        "indexer.cli.verify:verify",
        "Prove an index again by slow, independent code.",
    ),
    "certify": (
        "indexer.cli.certify:certify",
        "Write a sealed file of what was verified, or check one.",
    ),
    "diff": ("indexer.cli.diff:diff", "Show what was changed between two indexes, and what came of it."),
    "batch": ("indexer.cli.corpus_batch:batch", "Print the decoded rows the model saw at a step."),
    "show": ("indexer.cli.show:show", "Show one phrase or item: when it was seen, how often, where."),
}


class _SystemError(Exception):
    """Takes an `OSError` past click."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would make exit code 1 of some errors of the system."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise _SystemError from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in workflow order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that was given; where there is none of that name, say which one may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            meant = did_you_mean(args[0], COMMANDS)
            if meant is None:
                raise
            raise click.UsageError(f"{error.message.rstrip('.')}; {meant}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands, in the order of work"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="exposure")
@click.option("--json", "as_json", is_flag=True, help="Print an error as a JSON object on standard error.")
@click.pass_context
def cli(ctx: click.Context, as_json: bool) -> None:
    """Tell what a language model had seen, when, and how often.

    Finds every occurrence of a list of phrases in the token shards a model was trained on, in training order,
    and answers in SQL.

    Begin with `exposure sample sample`, then `exposure index sample/exposure.toml --out sample/index`.
    """
    ctx.obj = {"json": as_json}


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    Exit codes: 0 done, 1 bug, 2 usage or configuration, 3 bad input data, 4 state conflict, 5 resource,
    6 query refused, 130 interrupted, 141 nobody reads the output.
    """
    # Nothing here multiplies matrices; without threads of its own a process can be forked at no risk.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    open_closed_streams()
    try:
        _require_memory(words)
        with leaving_when_told(words), leaving_when_truncated(partial(_leave, words=words)):
            result: Any = cli.main(args=words, prog_name="exposure", standalone_mode=False)
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        if "--json" in words:
            usage = ConfigError(error.format_message().replace("\n", " "))
            print(json.dumps(usage.as_dict()), file=sys.stderr)
        else:
            error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print(farewell(signal.SIGINT, words), file=sys.stderr)
        return 128 + signal.SIGINT
    except SystemExit:
        raise
    except BaseException as error:
        if told := number_told():
            print(farewell(told, words), file=sys.stderr)
            return 128 + told
        return _fail(error.__cause__ if isinstance(error, _SystemError) and error.__cause__ else error, words)


def _require_memory(words: list[str]) -> None:
    """Refuse limits (``ulimit -v``, ``-d``) under which libraries crash before they can complain.

    Raises
    ------
    ResourceError
        This process may take less than a small index does.
    """
    command = next((word for word in words if not word.startswith("-")), "")
    if command in ("", "init") or not {"-h", "--help"}.isdisjoint(words):
        return
    for limit in AT_START:
        least = _LEAST_MEMORY[limit.name]
        if limit.soft < least:
            raise ResourceError(
                f"this process may take {limit.soft >> 20:,} MiB of memory ({limit.name})",
                expected=f"{least >> 20:,} MiB at least",
                fix=limit.advice(least),
            )


def _leave(error: ExposureError, words: list[str]) -> None:
    """Say what went wrong without Python's streams, whose state nobody knows here, and end at once."""
    text = json.dumps(error.as_dict()) if "--json" in words else f"exposure: {error.line()}"
    os.write(2, f"{text}\n".encode())
    os._exit(error.exit_code)


def _fail(error: BaseException, words: list[str]) -> int:
    """Say what went wrong in one line, or with a traceback where it is a bug; return the exit code."""
    if isinstance(error, BrokenPipeError) and nobody_reads():
        # Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    known = translate(error)
    if known is None:
        print(redact("".join(traceback.format_exception(error)).rstrip()), file=sys.stderr)
        print("exposure: this is a bug; please report it with the lines above", file=sys.stderr)
        return 1
    if "--json" in words:
        print(json.dumps(known.as_dict()), file=sys.stderr)
    else:
        from indexer.cli.lines import tell

        tell(known.line(), "exposure: ")
    return known.exit_code
