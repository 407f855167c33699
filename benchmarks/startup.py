"""How long a learner waits: for the first demo of each lecture, and for the package's imports."""

import json
import pkgutil
import statistics
import subprocess
import sys
from pathlib import Path

import nbformat

import rnn_helpers
from benchmarks import Row
from tools.lab import open_lab

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ROUNDS = 5

# In the page: stop the kernel; from then on, time a new one until the demo's picture is painted.
# The notebook's other cells are not run, because a demo needs nothing but the set-up cell.
FIRST_DEMO = """async ([setUp, demo]) => {
  const panel = jupyterapp.shell.currentWidget;
  const run = async index => {
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    await jupyterapp.commands.execute('notebook:run-cell');
  };
  const old = panel.content.widgets[demo].node.querySelector('.rnn-stage svg');
  await panel.sessionContext.shutdown();
  const start = performance.now();
  await panel.sessionContext.startKernel();
  await panel.sessionContext.session.kernel.info;
  const ready = performance.now();
  await run(setUp);
  const imported = performance.now();
  run(demo);
  let picture;
  const painted = () => {
    picture = panel.content.widgets[demo].node.querySelector('.rnn-stage svg');
    return picture && picture !== old && picture.lastElementChild.childElementCount > 0;
  };
  while (!painted()) await new Promise(requestAnimationFrame);
  return [ready - start, imported - ready, performance.now() - imported];
}"""

# What a module costs beyond NumPy, matplotlib and the kernel that runs already, and beyond torch
# where a lecture that trains imports it.
IMPORT = """
import json, sys, time
import numpy, matplotlib.figure, matplotlib.backends.backend_agg, ipykernel.ipkernel
{first}
start = time.perf_counter()
import {module}
print(json.dumps([time.perf_counter() - start, "torch" in sys.modules]))
"""


def run():
    """Measure, and return the rows of the table."""
    return [*_time_imports(), *_time_first_demos()]


def _time_imports():
    for module in _list_modules():
        _, trains = _time_import(module)
        first, note = ("import torch", " (beyond torch)") if trains else ("", "")
        times = [_time_import(module, first)[0] for _ in range(ROUNDS)]
        yield Row(f"import {module}{note}", statistics.median(times), "s", "≤ 0.1")


def _time_import(module, first=""):
    code = IMPORT.format(module=module, first=first)
    reply = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
    return json.loads(reply.stdout)


def _list_modules():
    found = pkgutil.walk_packages(rnn_helpers.__path__, f"{rnn_helpers.__name__}.")
    return [module.name for module in found if module.name != "rnn_helpers.display.server"]


def _time_first_demos():
    with open_lab(NOTEBOOKS) as lab:
        for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
            cells = nbformat.read(path, as_version=4).cells
            code = [(i, cell) for i, cell in enumerate(cells) if cell.cell_type == "code"]
            set_up = next(i for i, cell in code if "setup" in cell.metadata.get("tags", []))
            demo = next((i for i, cell in code if "_demo(" in cell.source), None)
            if demo is None:
                continue
            lab.open(path.name)
            times = [lab.page.evaluate(FIRST_DEMO, [set_up, demo]) for _ in range(ROUNDS)]
            kernel, imports, painting = (
                statistics.median(part) / 1000 for part in zip(*times, strict=True)
            )
            total = statistics.median(map(sum, times)) / 1000
            yield Row(f"{path.stem}: kernel starts", kernel, "s")
            yield Row(f"{path.stem}: set-up cell", imports, "s")
            yield Row(f"{path.stem}: demo cell to picture", painting, "s")
            yield Row(f"{path.stem}: start to first demo", total, "s", "≤ 2")
