"""What only kernels call is compiled into them and nowhere else; numbers are found among ascending ones."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import numpy as np
import pytest

import indexer
from indexer.jit.bisection import n_below
from indexer.jit.compile import kernel, leaf

DECORATORS = {"kernel", "uncounted", "merged", "inlined", "leaf"}


def functions_of(path: Path) -> list[tuple[ast.FunctionDef, set[str]]]:
    """Return the functions of a file, each with the ways it is compiled."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return [(node, DECORATORS & set(map(ast.unparse, node.decorator_list))) for node in functions]


def test_python_calls_nothing_that_only_kernels_may_call():
    # Such a call ends the process: there is no door for it.
    called = {}
    for path in Path(indexer.__file__).parent.rglob("kernels/*.py"):
        functions = functions_of(path)
        doorless = {node.name for node, ways in functions if ways - {"kernel", "uncounted"}}
        for node in (node for node, ways in functions if not ways):
            names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            called[path.name, node.name] = names & doorless
    assert len(called) > 10
    assert not any(called.values())


@leaf
def halves(numbers, at):
    return numbers[at] // 2, numbers[at] % 2


@kernel
def sum_of_halves(numbers):
    total = 0
    for at in range(len(numbers)):
        half, rest = halves(numbers, at)
        total += half + rest
    return total


@kernel
def places_among(ascending, limits, places):
    for k in range(len(limits)):
        places[k] = n_below(ascending, limits[k])


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
def test_there_is_no_machine_code_of_its_own():
    assert sum_of_halves(np.array([1, 2, 3, 4, -1])) == 1 + 1 + 2 + 2 + 0
    (compiled,) = halves.overloads.values()
    engine = compiled.library.codegen._engine
    assert not engine.is_symbol_defined(compiled.fndesc.llvm_func_name)
    (caller,) = sum_of_halves.overloads.values()
    assert engine.is_symbol_defined(caller.fndesc.llvm_func_name)


@pytest.mark.parametrize("ascending", [[], [3], [0, 0, 0], [-5, -5, 1, 7, 7, 7, 9], list(range(16))])
def test_places_are_those_of_numpy(ascending):
    numbers, limits = np.array(ascending, np.int64), np.arange(-7, 18)
    places = np.empty(len(limits), np.int64)
    places_among(numbers, limits, places)
    assert np.array_equal(places, np.searchsorted(numbers, limits))
