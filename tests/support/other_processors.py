"""The search of ids compiled for another processor, and run there where an emulator is installed.

``python -m tests.support.other_processors native`` prints what the search finds as compiled for the
processor that NUMBA_CPU_NAME and NUMBA_CPU_FEATURES name; ``aarch64 FOLDER`` writes the same search as
assembly for ARM, with a program around it that loads the same arrays and prints the same.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import llvmlite.binding as llvm
import numba
import numpy as np

from indexer.matching.blocks import read_only
from indexer.matching.ids.kernels.automaton import build_automaton
from indexer.matching.ids.kernels.windows import new_scratch, search_windows
from indexer.matching.ids.prefilter import build_prefilter
from indexer.matching.ids.search import new_hit_buffer
from indexer.matching.kernels.block import Block
from indexer.patterns import IdPatterns
from tests.support.drawing import patterns_of

N_HITS = 1 << 15
PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
typedef long long word;
extern int NAME(word *, word *, TYPES);
static word *blob;
int main(int n, char **names) {
    FILE *file = fopen(names[1], "rb");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    blob = aligned_alloc(64, (size + 63) / 64 * 64);
    if (fread(blob, 1, size, file) != size) return 1;
    word data = (word)blob, found[2] = {0, 0}, raised = 0;
    if (NAME(found, &raised, ARGUMENTS)) return 2;
    int *pattern = (int *)(data + PATTERN), *end = (int *)(data + END);
    word *row = (word *)(data + ROW);
    for (word k = 0; k < found[0]; k++) printf("%d %lld %d\\n", pattern[k], row[k], end[k]);
    return 0;
}
"""


def drawn_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a stream by Zipf's law, and where its sequences begin and end."""
    stream = np.minimum(np.random.default_rng(8).zipf(1.2, 70_003) - 1, 4_999).astype(np.uint16)
    starts = np.arange(0, len(stream), 1_001)
    return stream, starts, np.minimum(starts + 1_001, len(stream))


def patterns_drawn(stream: np.ndarray) -> IdPatterns:
    """Return some runs of a stream, no frequent id alone among them."""
    rng = np.random.default_rng(9)
    firsts = rng.integers(0, len(stream) - 9, 600)
    runs = {tuple(stream[first : first + int(rng.integers(1, 9))].tolist()) for first in firsts}
    return patterns_of(list(enumerate(sorted(runs - {(token,) for token in range(60)}))))


def arguments() -> tuple:
    """Return what `search_windows` is given."""
    rows = tuple(map(read_only, drawn_rows()))
    patterns = patterns_drawn(rows[0])
    automaton, _ = build_automaton(patterns.ids, patterns.offsets)
    prefilter = build_prefilter(patterns, rows[0][:50_000])
    return automaton, prefilter, Block(*rows), 0, new_hit_buffer(N_HITS), new_scratch()


def print_hits(given: tuple) -> None:
    n_hits, _ = search_windows(*given)
    hits = given[4]
    for hit in zip(*(column[:n_hits].tolist() for column in hits[:3]), strict=True):
        print(*hit)


class Blob:
    """All arrays of the arguments in one file, and the arguments as words."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.place_of: dict[int, int] = {}

    def words(self, value: object) -> list[str]:
        if isinstance(value, np.ndarray):
            self.data += bytes(-len(self.data) % 64)
            place = self.place_of[value.ctypes.data] = len(self.data)
            self.data += np.ascontiguousarray(value).tobytes()
            shape = [*value.shape, *value.strides]
            return ["0", "0", str(value.size), str(value.itemsize), f"data + {place}", *map(str, shape)]
        if isinstance(value, tuple):
            return [word for part in value for word in self.words(part)]
        return [f"(word){int(value)}ULL"]


def write_for_aarch64(given: tuple, folder: Path) -> None:
    options = {"nogil": True, "error_model": "numpy", "_nrt": False}
    alone = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(search_windows.py_func)
    types = tuple(map(numba.typeof, given))
    alone.compile(types)
    compiled = alone.overloads[types]
    code = compiled.library.get_llvm_str()
    name = compiled.fndesc.mangled_name
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    triple = "aarch64-unknown-linux-gnu"
    code = re.sub(r"target datalayout = .*\n", "", code)
    code = re.sub(r"target triple = .*", f'target triple = "{triple}"', code).replace(name, "search_windows")
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu="neoverse-n1", opt=3)
    module = llvm.parse_assembly(code)
    module.verify()
    for function in module.functions:
        if not function.is_declaration and function.name != "search_windows":
            function.linkage = "internal"
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()  # what Numba links beside the kernels counts references
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    (folder / "search.s").write_text(machine.emit_assembly(module))
    blob = Blob()
    words = [word for value in given for word in blob.words(value)]
    places = {name: str(blob.place_of[column.ctypes.data]) for name, column in given[4]._asdict().items()}
    program = PROGRAM.replace("NAME", "search_windows").replace("TYPES", ", ".join(["word"] * len(words)))
    program = program.replace("ARGUMENTS", ", ".join(words))
    for field in ("pattern", "row", "end"):
        program = program.replace(f"+ {field.upper()}", f"+ {places[field]}")
    (folder / "main.c").write_text(program)
    (folder / "arrays.bin").write_bytes(blob.data)


if __name__ == "__main__":
    with np.errstate(over="ignore"):
        inputs = arguments()
    if sys.argv[1] == "native":
        print_hits(inputs)
    else:
        write_for_aarch64(inputs, Path(sys.argv[2]))
