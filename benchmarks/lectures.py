"""How long each lecture takes from a fresh kernel to its last cell, as `make notebooks` runs it."""

import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks import Row

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def run():
    """Run every lecture once, and return the rows of the table."""
    rows = []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        start = time.perf_counter()
        NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": str(NOTEBOOKS)}}
        ).execute()
        rows.append(Row(path.stem, time.perf_counter() - start, "s", "≤ 30"))
    return [*rows, Row("all lectures", sum(row.value for row in rows), "s")]
