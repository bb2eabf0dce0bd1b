"""Shares of a job array: which ranges a task takes, and what a scheduler's variables say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ConfigError
from indexer.plan.shares import Share, array_of_missing, array_without_share, read_share, share_of_scheduler


@given(st.integers(0, 60), st.integers(1, 80))
def test_every_range_is_in_one_share(n_ranges: int, of: int) -> None:
    taken = [number for task in range(1, of + 1) for number in Share(task, of).of_ranges(n_ranges)]
    assert sorted(taken) == list(range(n_ranges))


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/8", "a/b", "1/4 "])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(ConfigError, match="--task"):
        read_share(text)


def test_a_share_counted_from_0_is_told_what_to_do() -> None:
    with pytest.raises(ConfigError, match="number the array from 1"):
        read_share("0/64")


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, ""),
        ({"SGE_TASK_ID": "undefined", "LSB_JOBINDEX": "0"}, ""),
        ({"SGE_TASK_ID": "3"}, "SGE_TASK_ID"),
        ({"PBS_ARRAY_INDEX": "0"}, "PBS_ARRAY_INDEX"),
        ({"PBS_ARRAY_INDEX": "1"}, "PBS_ARRAY_INDEX"),
    ],
)
def test_an_array_of_another_scheduler(variables: dict[str, str], name: str) -> None:
    assert array_without_share(variables) == name


def slurm(**variables: object) -> dict[str, str]:
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in variables.items()}


@pytest.mark.parametrize(
    ("variables", "share"),
    [
        ({}, Share(1, 1)),
        (slurm(ID="", COUNT=""), Share(1, 1)),
        (slurm(ID=3, COUNT=16), Share(3, 16)),
        (slurm(ID=3, COUNT=16, MIN=1, MAX=16, STEP=1), Share(3, 16)),
        (slurm(ID=0, COUNT=16, MIN=0, MAX=15), Share(1, 16)),
        (slurm(ID=15, COUNT=16, MIN=0, MAX=15), Share(16, 16)),
    ],
)
def test_what_slurm_says(variables: dict[str, str], share: Share) -> None:
    assert share_of_scheduler(variables) == share


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (slurm(ID=3), "SLURM_ARRAY_TASK_COUNT is not"),
        (slurm(COUNT=16), "SLURM_ARRAY_TASK_ID is not"),
        (slurm(ID="three", COUNT=16), "is no number"),
        (slurm(ID=17, COUNT=16), "not numbered from 1 to 16"),
        (slurm(ID=5, COUNT=3, MIN=4, MAX=6), "not numbered from 1 to 3"),
        (slurm(ID=4, COUNT=3, MIN=1, MAX=7), "not numbered from 1 to 3"),
        (slurm(ID=1, COUNT=4, MIN=1, MAX=7, STEP=2), "not numbered from 1 to 4"),
        (slurm(ID=0, COUNT=4), "not numbered from 1 to 4"),
    ],
)
def test_an_array_that_does_not_tell_the_share(variables: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        share_of_scheduler(variables)
    assert "--task" in refused.value.line()


@pytest.mark.parametrize(
    ("missing", "of", "array"),
    [
        ([], 4, ""),
        ([0], 4, "1"),
        ([0, 4, 8], 4, "1"),
        ([1, 2, 3], 8, "2-4"),
        ([0, 2, 3, 4, 7], 8, "1,3-5,8"),
        (range(16), 16, "1-16"),
        ([15, 0, 16], 16, "1,16"),
    ],
)
def test_the_tasks_that_have_something_to_do(missing: list[int], of: int, array: str) -> None:
    assert array_of_missing(missing, of) == array
