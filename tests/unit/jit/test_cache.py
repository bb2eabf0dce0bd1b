"""A change of anything that a kernel can take from this package is seen by the cache of compiled kernels."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import indexer
from indexer.jit.cache import cache_key, imported_files, kernel_files

PACKAGE = Path(indexer.__file__).parent

VISITED_TOKENS = """
import numpy as np
from indexer.corpus.orders.order import Visits
from indexer.scanning.kernels.visited import add_visited_tokens
total = np.zeros(1, np.int64)
visits = Visits(np.array([0, 2]), np.array([-1, -7]))
add_visited_tokens(total, np.array([9]), np.array([5]), visits)
print(total[0])
"""


def test_what_is_compiled_stands_in_a_kernels_folder():
    decorators = re.compile(r"jit\.compile import (?!CACHE\n)")  # where they are kept is asked elsewhere too
    compiling = {path for path in PACKAGE.rglob("*.py") if decorators.search(path.read_text())}
    assert compiling
    assert compiling - {PACKAGE / "jit" / "simd.py", PACKAGE / "jit" / "bisection.py"} <= set(kernel_files())


@pytest.mark.parametrize("module", ["units.py", "jit/simd.py", "jit/compile.py"])
def test_what_kernels_import_is_hashed(module):
    assert PACKAGE / module in imported_files(kernel_files())


@pytest.mark.parametrize(
    "statement",
    [
        "import package.other.constants",
        "from package.other.constants import SIZE",
        "from package.other import constants",
        "from .other import constants",
        "from .other.constants import SIZE",
        "from package import other\nfrom package.other import SIZE",
        "def late():\n    from package.other import (\n        nothing,\n        constants,\n    )",
        "if True: import package.other.constants",
        "import os; from package.other import constants",
        "from package.other \\\n    import constants",
        "from package.other import \\\n    constants",
        "from package.other import (  # (all of them)\n    constants,\n)",
        "from os import (path); import package.other.constants",
        "import os, \\\n    package.other.constants\n'import os'",
    ],
)
def test_every_way_to_import_is_followed(tmp_path, statement):
    package = tmp_path / "package"
    for path, text in [
        ("__init__.py", ""),
        ("kernels/__init__.py", ""),
        ("kernels/loop.py", "from package.middle import SIZE"),
        ("middle.py", statement),
        ("other/__init__.py", "from package.other.constants import SIZE"),
        ("other/constants.py", "SIZE = 3"),
        ("apart.py", "SIZE = 4"),
    ]:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(text)
    ast.parse(statement)
    before = cache_key(package)
    (package / "apart.py").write_text("SIZE = 5")
    assert cache_key(package) == before
    (package / "other" / "constants.py").write_text("SIZE = 4")
    assert cache_key(package) != before


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
def test_a_constant_of_another_module_is_not_stale(tmp_path):
    package = tmp_path / "indexer"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    kept = tmp_path / "kernels"

    def ask() -> str:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "EXPOSURE_KERNEL_CACHE": str(kept)}
        command = [sys.executable, "-B", "-c", VISITED_TOKENS]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert ask() == "5\n"  # one of two visits is of an unknown step
    units = package / "units.py"
    changed = units.read_text().replace("UNKNOWN_STEP = -1", "UNKNOWN_STEP = -3")
    assert changed != units.read_text()
    units.write_text(changed)
    assert ask() == "10\n"
    assert len(list(kept.iterdir())) == 2
