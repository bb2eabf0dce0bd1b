"""Folders for what benchmarks write, gone when the process ends."""

from __future__ import annotations

import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path


def new_folder() -> Path:
    """Return an empty folder. Files to partials alone write a gigabyte.

    It goes with the process that made it, also where that is a forked one, which ends without `atexit`.
    """
    folder = Path(tempfile.mkdtemp(prefix="exposure-bench-"))
    Finalize(None, shutil.rmtree, args=(folder, True), exitpriority=0)
    return folder
