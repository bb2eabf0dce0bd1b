"""Long tries by real faults, which the suite has no time for.

    python -m tests.faults.soak kills|flips|signals|stores|settings N [SEED]

Each part prints what it tried and what went wrong, also when it is interrupted; the exit code is 1 where
anything did.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path

PARTS = {"kills": 200, "flips": 10_000, "signals": 60, "stores": 500, "settings": 40}


def main() -> int:
    """Run one part."""
    if sys.argv[1:2] == [] or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    part = sys.argv[1]
    n_tries = int(sys.argv[2]) if len(sys.argv) > 2 else PARTS[part]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns() % 1_000_000
    module = importlib.import_module(f"tests.faults.soak.{part}")
    with tempfile.TemporaryDirectory(prefix="exposure-soak-") as folder:
        soak = module.Soak(Path(folder), seed)
        try:
            soak.run(n_tries)
        except KeyboardInterrupt:
            print("soak: interrupted; what was tried until then:")
    for line in soak.wrong:
        print(line)
    happened = ", ".join(f"{count:,} {what}" for what, count in sorted(soak.seen.items()))
    print(f"soak: {part}, seed {seed}: {happened}; {len(soak.wrong)} wrong")
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
