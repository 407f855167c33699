"""python -m studies [name ...] [--jobs N]: run studies, store their tables in the package.

Each finished run is kept at once in studies/partial/, so that an interrupted study goes on where it
was; a finished one begins anew. Delete a file there to begin anew earlier.
"""

import argparse
import os
from pathlib import Path

from studies._runner import run_study

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
)


def main():
    """Run the studies that were named, all by default."""
    parser = argparse.ArgumentParser(prog="python -m studies", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at a time")
    options = parser.parse_args()
    for name in options.names:
        if name not in NAMES:
            parser.error(f"no study is called {name!r}; there are {', '.join(NAMES)}")
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in options.names or NAMES:
        run_study(name, options.jobs)
        print(f"{name}: stored", flush=True)


if __name__ == "__main__":
    main()
