"""python -m benchmarks [callback] [startup] [lectures] [recurrences] [drag] [site]"""

import argparse
import datetime
import importlib
import json
import os
import platform
from pathlib import Path

NAMES = ("callback", "startup", "lectures", "recurrences", "drag", "site")


def print_table(name, rows):
    """Print what was measured beside what was promised."""
    width = max(len(row.what) for row in rows)
    print(f"\n{name}\n{'':{width}}      figure              target", flush=True)
    for row in rows:
        met = {True: "met", False: "NOT MET", None: ""}[row.met]
        print(f"{row.what:{width}}  {row.value:10.4g} {row.unit:8} {row.target:>8}  {met}".rstrip())


def main():
    """Run the benchmarks that were named, all by default; print tables, write results.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    names = parser.parse_args().names or NAMES
    for name in names:
        if name not in NAMES:
            parser.error(f"no benchmark is called {name!r}; there are {', '.join(NAMES)}")
    results = {
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count(),
            "platform": platform.platform(),
            "python": platform.python_version(),
        },
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "figures": {},
    }
    path = Path(__file__).with_name("results.json")
    for name in names:
        rows = importlib.import_module(f"benchmarks.{name}").run()
        print_table(name, rows)
        results["figures"][name] = [
            {
                "what": row.what,
                "value": row.value,
                "unit": row.unit,
                "target": row.target,
                "met": row.met,
            }
            for row in rows
        ]
        path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(
        f"\nwritten to {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}"
    )


if __name__ == "__main__":
    main()
