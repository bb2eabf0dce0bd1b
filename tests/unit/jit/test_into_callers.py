"""What only kernels call is compiled into them and nowhere else; numbers are found among ascending ones."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import numpy as np
import pytest

import indexer
from indexer.jit import compile as compiling
from indexer.jit.bisection import n_below
from indexer.jit.compile import LAST_TRIED, for_kernels_alone, inlined, kernel, leaf, merged, rare

DECORATORS = {"kernel", "uncounted", "merged", "inlined", "leaf", "rare"}


def functions_of(tree: ast.AST) -> list[tuple[ast.FunctionDef, set[str]]]:
    """Return the functions of a module, each with the ways it is compiled."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [(node, DECORATORS & set(map(ast.unparse, node.decorator_list))) for node in functions]


def test_python_calls_nothing_that_only_kernels_may_call():
    # Such a call ends the process: there is no door for it.
    package = Path(indexer.__file__).parent
    trees = {
        ".".join(("indexer", *path.relative_to(package).with_suffix("").parts)): ast.parse(path.read_text())
        for path in package.rglob("*.py")
    }
    doorless = {
        (module, node.name)
        for module, tree in trees.items()
        for node, ways in functions_of(tree)
        if ways - {"kernel", "uncounted"}
    }
    assert len(doorless) > 100
    calls = []
    for module, tree in trees.items():
        known = {name: (module, name) for of_module, name in doorless if of_module == module}
        for statement in (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)):
            known |= {alias.name: (statement.module, alias.name) for alias in statement.names}
        for node in (node for node, ways in functions_of(tree) if not ways):
            names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            calls += [(module, node.name, name) for name in names if known.get(name) in doorless]
    assert not calls


@kernel
def places_among(ascending, limits, places):
    for k in range(len(limits)):
        places[k] = n_below(ascending, limits[k])


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
@pytest.mark.parametrize("way", [inlined, leaf, merged])
@pytest.mark.parametrize("version", [(*LAST_TRIED, 9), (LAST_TRIED[0], LAST_TRIED[1] + 1, 0)])
def test_there_is_machine_code_of_its_own_only_where_numba_is_newer_than_was_tried(monkeypatch, version, way):
    monkeypatch.setattr(compiling, "CACHE", None)  # what is read from the disk is not compiled
    monkeypatch.setattr(compiling, "_BY_KERNELS", for_kernels_alone(version))

    @way
    def halves(numbers, at):
        return numbers[at] // 2, numbers[at] % 2

    @kernel
    def sum_of_halves(numbers):
        total = 0
        for at in range(len(numbers)):
            half, rest = halves(numbers, at)
            total += half + rest
        return total

    assert sum_of_halves(np.array([1, 2, 3, 4, -1])) == 1 + 1 + 2 + 2 + 0
    (compiled,) = halves.overloads.values()
    engine = compiled.library.codegen._engine
    assert engine.is_symbol_defined(compiled.fndesc.llvm_func_name) == (version[:2] > LAST_TRIED)
    (caller,) = sum_of_halves.overloads.values()
    assert engine.is_symbol_defined(caller.fndesc.llvm_func_name)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
@pytest.mark.parametrize(("way", "stays_out"), [(leaf, False), (rare, True)])
def test_what_is_rare_stays_out_of_its_callers(monkeypatch, way, stays_out):
    monkeypatch.setattr(compiling, "CACHE", None)

    @way
    def half_of(number):
        return number // 2

    @kernel
    def quarter_of(number):
        return half_of(half_of(number))

    assert quarter_of(9) == 2
    (called,) = half_of.overloads.values()
    (caller,) = quarter_of.overloads.values()
    assert (called.fndesc.llvm_func_name in caller.library.get_llvm_str()) == stays_out


@pytest.mark.parametrize("ascending", [[], [3], [0, 0, 0], [-5, -5, 1, 7, 7, 7, 9], list(range(16))])
def test_places_are_those_of_numpy(ascending):
    numbers, limits = np.array(ascending, np.int64), np.arange(-7, 18)
    places = np.empty(len(limits), np.int64)
    places_among(numbers, limits, places)
    assert np.array_equal(places, np.searchsorted(numbers, limits))
