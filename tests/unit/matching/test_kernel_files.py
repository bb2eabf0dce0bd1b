"""Every compiled function stands in a file whose content names the directory of the kernel cache."""

from __future__ import annotations

from pathlib import Path

import indexer
from indexer.matching.kernels.compile import kernel_files


def test_what_is_compiled_stands_in_a_kernels_folder():
    package = Path(indexer.__file__).parent
    compiling = {path for path in package.rglob("*.py") if "kernels.compile import" in path.read_text()}
    assert compiling
    assert compiling <= set(kernel_files())
