"""Shares of the ranges of a plan, for job arrays: the I-th of N tasks takes every N-th range.

A share depends on the plan and on N alone, and what is done is skipped: a task may run again, or twice at
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexer.errors import ConfigError

_OF_OTHERS = ("PBS_ARRAY_INDEX", "PBS_ARRAYID", "SGE_TASK_ID", "LSB_JOBINDEX", "JOB_COMPLETION_INDEX")
"""Of PBS, Torque, Grid Engine, LSF and Kubernetes: how many tasks an array has, not all of them say."""
_EXPECTED = "I/N with I from 1 to N, as in 3/16"


@dataclass(frozen=True)
class Share:
    """The `number`-th of `of` shares, counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        """Return it as it is written: I/N."""
        return f"{self.number}/{self.of}"

    def of_ranges(self, n_ranges: int) -> list[int]:
        """Return the numbers of its ranges."""
        return list(range(self.number - 1, n_ranges, self.of))


def read_share(text: str) -> Share:
    """Read ``I/N``.

    Raises
    ------
    ConfigError
        The words are not I/N.
    """
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ConfigError(
            f"--task {text!r} cannot be read",
            expected=_EXPECTED,
            fix="number the array from 1, or add 1 to its numbers" if text.startswith("0/") else None,
        )
    return Share(int(match[1]), int(match[2]))


def share_of_scheduler(environment: Mapping[str, str]) -> Share:
    """Return the share of a task of a SLURM array; the whole where there is no array.

    Source of the variables: the manual of sbatch, "OUTPUT ENVIRONMENT VARIABLES".

    Parameters
    ----------
    environment : mapping of str to str
        Variables of the process.

    Raises
    ------
    ConfigError
        One variable is set without the other, or the array is a part of another one: its tasks are not
        numbered 1 to N, nor 0 to N - 1, so that N cannot be told.
    """
    names = ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT")
    there = [name for name in names if environment.get(name)]
    if not there:
        return Share(1, 1)
    if len(there) < len(names):
        missing = next(name for name in names if name not in there)
        raise ConfigError(
            f"{there[0]} is set and {missing} is not: which share this is cannot be told",
            fix="name it with --task I/N, or unset the variable",
        )
    words = {name: environment[name] for name in names}
    words["SLURM_ARRAY_TASK_MIN"] = environment.get("SLURM_ARRAY_TASK_MIN") or "1"
    for name, word in words.items():
        if not word.isdecimal():
            raise ConfigError(f"{name} = {word!r} is no number", fix="name the share with --task I/N")
    number, of, first = map(int, words.values())
    last = environment.get("SLURM_ARRAY_TASK_MAX") or str(first + of - 1)
    if first > 1 or last != str(first + of - 1) or not first <= number < first + of:
        raise ConfigError(
            f"this is task {number} of an array of {of} that is not numbered from 1 to {of}",
            expected="a whole array; a part of one does not tell how many shares there are",
            fix="name the share with --task $SLURM_ARRAY_TASK_ID/N, N as in the first array",
        )
    return Share(number - first + 1, of)


def array_without_share(environment: Mapping[str, str]) -> str:
    """Return the variable by which another scheduler than SLURM says that this is a task of an array.

    Parameters
    ----------
    environment : mapping of str to str
        Variables of the process.

    Returns
    -------
    str
        Its name; empty where there is none.
    """
    no_array = {("LSB_JOBINDEX", "0"), ("SGE_TASK_ID", "undefined")}
    there = (name for name in _OF_OTHERS if environment.get(name))
    return next((name for name in there if (name, environment[name]) not in no_array), "")


def array_of_missing(missing: Iterable[int], of: int) -> str:
    """Return the tasks of an array that have ranges to scan, as schedulers write them: ``1,4-7``.

    Parameters
    ----------
    missing : iterable of int
        Numbers of the ranges.
    of : int
        How many shares there are.
    """
    tasks = sorted({number % of + 1 for number in missing})
    runs: list[tuple[int, int]] = []
    for task in tasks:
        if runs and runs[-1][1] == task - 1:
            runs[-1] = (runs[-1][0], task)
        else:
            runs.append((task, task))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
