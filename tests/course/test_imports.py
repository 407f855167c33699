"""Imports run downhill: shared rooms know no lecture, lectures not each other, torch only trains.

What a module imports is read out of its source, and followed through the package; nothing here
lists modules by hand.
"""

import ast
import json
import subprocess
import sys
from functools import cache

import pytest

from tests.notebooks import PATHS, ROOT, read_lecture, setup_source

PACKAGE = ROOT / "rnn_helpers"
WIDGETS = {"ipywidgets", "anywidget", "traitlets"}
LIVE = tuple(f"rnn_helpers.display.{name}" for name in ("live", "controls", "stage", "predictions"))
KERNEL_ONLY = ("demos", "plots", "exercises")  # the modules of a lecture that need no torch
TRAINS_NOTHING = ("01_sequence_models",)


def find_modules(package):
    """The source of every module of a package, by its dotted name."""
    sources = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        sources[name] = path.read_text(encoding="utf-8")
    return sources


def find_imports(source, modules, *, at_import=False):
    """The modules that a source imports, those of `modules` by their own names.

    `at_import` leaves out what is imported inside functions.
    """
    tree = ast.parse(source)
    nodes = ast.walk(tree) if not at_import else _walk_outside_functions(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & set(modules)
            found |= {node.module} | inner
    return found


def _walk_outside_functions(node):
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _walk_outside_functions(child)


def find_reach(name, modules):
    """All that is imported when module `name` is, with the packages that it lies in."""
    reached, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached.add(module)
        parts = module.split(".")
        waiting += [".".join(parts[:end]) for end in range(1, len(parts))]
        if module in modules:
            waiting += find_imports(modules[module], modules, at_import=True)
    return reached


def _lecture_of(name):
    parts = name.split(".")
    return parts[2] if parts[:2] == ["rnn_helpers", "lectures"] and len(parts) > 2 else None


def complain_about_imports(modules):
    """Yield a sentence for every import that runs uphill or to where it may not."""
    for name, source in modules.items():
        own = _lecture_of(name)
        for imported in find_imports(source, modules):
            live = name.endswith(".demos") or name in LIVE
            if not live and (imported in LIVE or imported.partition(".")[0] in WIDGETS):
                yield f"{name} imports {imported}: widgets are for demos"
            other = _lecture_of(imported)
            if other is not None and own is None and not name.endswith(".lectures"):
                yield f"{name} imports {imported}: a shared room imports no lecture"
            if other is not None and own is not None and other != own:
                yield f"{name} imports {imported}: no lecture imports another"
        if own and name.rpartition(".")[2] in KERNEL_ONLY and "torch" in find_reach(name, modules):
            yield f"{name} leads to torch"


@cache
def package():
    return find_modules(PACKAGE)


def test_imports_run_downhill():
    assert "rnn_helpers.lectures.lstm.demos" in package()
    assert list(complain_about_imports(package())) == []


@pytest.mark.parametrize(("name", "line", "complaint"), [
    ("recurrences.cells", "from rnn_helpers.lectures.gru import gates", "shared room"),
    ("display.figures", "import rnn_helpers.lectures.lstm.memory", "shared room"),
    ("lectures.lstm.memory", "from rnn_helpers.lectures.gru.gates import x", "another"),
    ("lectures.lstm.plots", "def f():\n    from rnn_helpers.lectures import gru", "another"),
    ("lectures.lstm.plots", "from rnn_helpers.recurrences import layers", "leads to torch"),
    ("lectures.gru.demos", "from rnn_helpers.models.training import fit", "leads to torch"),
    ("lectures.gru.exercises", "if True:\n    import torch.nn", "leads to torch"),
    ("lectures.gru.gates", "import ipywidgets", "widgets"),
    ("display.figures", "from rnn_helpers.display import live", "widgets"),
    ("lectures.lstm.plots", "def f():\n    import torch", None),  # not followed to torch
])  # fmt: skip
def test_an_import_uphill_is_found_and_one_inside_a_function_allowed(name, line, complaint):
    name = f"rnn_helpers.{name}"
    modules = {**package(), name: f"{package()[name]}\n{line}\n"}
    found = list(complain_about_imports(modules))
    assert any(complaint in sentence for sentence in found) if complaint else found == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_first_demo_of_a_lecture_needs_no_torch(path):
    """The set-up cell, and the whole lecture where nothing is trained, leave torch alone."""
    lecture = read_lecture(path)
    source = setup_source(lecture)
    if path.stem in TRAINS_NOTHING:
        code = [cell.source for cell in lecture.cells if cell.cell_type == "code"]
        assert not any("import torch" in cell for cell in code)
        demos = [cell for cell in code if "_demo(" in cell]
        assert demos
        source = "\n".join([source, *demos])
    source += "\nimport json, sys\nprint(json.dumps('torch' in sys.modules))"
    output = subprocess.check_output([sys.executable, "-c", source], text=True, timeout=120)
    assert json.loads(output.splitlines()[-1]) is False
